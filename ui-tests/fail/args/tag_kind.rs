//! A tag of a wrong kind.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag(7)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
