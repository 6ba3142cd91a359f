//! A frame value leaves through an early return.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc, n: u32) -> Option<FrameBox<'_, u32>> {
    if n > 3 {
        return Some(alloc.frame_box(n));
    }
    None
}

fn main() {}
