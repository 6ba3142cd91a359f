//! A size that is too large.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = "99999999999GiB")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
