//! A frame value is the result.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc, n: u32) -> FrameBox<'_, u32> {
    let kept = alloc.frame_box(n);
    kept
}

fn main() {}
