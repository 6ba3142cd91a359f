//! An option of another attribute.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("ai", budget = 1)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
