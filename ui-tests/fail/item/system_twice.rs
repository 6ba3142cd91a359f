//! A frame in a frame.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
#[frame_system(no_heap)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
