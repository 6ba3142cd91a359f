//! A string where a path is wanted.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(crate = "engine")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
