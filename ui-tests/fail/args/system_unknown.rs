//! An option with a typing error.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budgt = "64KiB")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
