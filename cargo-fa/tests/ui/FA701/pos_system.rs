//! A frame system cannot be async: the macro refuses it too.
//@ compile-fail
use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub async fn stream(alloc: &SmartAlloc) { //~ FA701
    println!("{}", alloc.frame_number());
}
