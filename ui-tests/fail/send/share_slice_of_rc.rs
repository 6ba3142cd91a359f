//! What is shared may be dropped by any thread.

use std::rc::Rc;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    alloc.frame_share_slice_fill_with(3, Rc::new);
}

fn main() {}
