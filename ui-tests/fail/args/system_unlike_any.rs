//! An option that is like none.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(frobnicate = 1)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
