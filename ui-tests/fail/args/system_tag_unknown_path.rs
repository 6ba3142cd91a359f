//! A path that leads to no tag.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = PHYSICS)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
