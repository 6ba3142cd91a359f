//! The name of the allocator for the whole frame.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(out = alloc)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
