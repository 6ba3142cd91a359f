//! A switch with a value.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(no_heap = 1)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
