//! A system inside a frame cannot end it.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    alloc.end_frame();
}

fn main() {}
