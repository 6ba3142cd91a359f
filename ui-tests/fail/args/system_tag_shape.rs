//! A tag that is no tag name.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = "Physics!")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
