//! A unit that does not exist.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = "2MB")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
