//! A budget of zero.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = 0)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
