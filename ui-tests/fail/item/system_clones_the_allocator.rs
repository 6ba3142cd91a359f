//! A frame is lent, never copied.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    let _mine: SmartAlloc = alloc.clone();
}

fn main() {}
