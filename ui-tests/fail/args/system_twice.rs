//! An option twice.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = "1KiB", budget = "2KiB")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
