//! Two tags.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("ai", "pathfinding")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
