//! The tag as an option.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag(tag = "ai")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
