//! A tag with dots.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = "ai.pathfinding")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
