//! A path that leads to something else than a tag.

use framealloc::{SmartAlloc, alloc_tag};

static PHYSICS: u32 = 1;

#[alloc_tag(PHYSICS)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
