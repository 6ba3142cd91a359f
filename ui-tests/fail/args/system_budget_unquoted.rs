//! A size with a unit and no quotes.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = 2MiB)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
