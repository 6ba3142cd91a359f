//! A tag of a wrong kind.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = 7)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
