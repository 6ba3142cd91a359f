//! An option without its value.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = )]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
