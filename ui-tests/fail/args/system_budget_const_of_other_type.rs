//! A budget from a constant that is no size.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = i32::MAX)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
