//! The location of the caller would be lost.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
#[track_caller]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
