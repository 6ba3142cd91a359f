//! A tag that is no tag name.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("Broad Phase")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
