//! Two tags on one function.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("ai")]
#[alloc_tag("pathfinding")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
