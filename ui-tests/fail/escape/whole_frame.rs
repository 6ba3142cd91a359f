//! A value of a whole frame is the result.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn tick(alloc: &mut SmartAlloc) -> FrameBox<'_, u32> {
    alloc.frame_box(1)
}

fn main() {}
