//! A leaked frame value is still of the frame.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> &'static mut u32 {
    FrameBox::leak(alloc.frame_box(1))
}

fn main() {}
