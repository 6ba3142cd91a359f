//! A budget of a wrong kind.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = true)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
