//! A tag does not make a value live longer.

use framealloc::{FrameBox, SmartAlloc, alloc_tag, frame_system};

#[alloc_tag("nav")]
#[frame_system]
fn step(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    alloc.frame_box(1)
}

fn main() {}
