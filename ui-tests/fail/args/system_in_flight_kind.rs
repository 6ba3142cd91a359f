//! A switch is there or not.

use framealloc::{FrameHandle, SmartAlloc, frame_system};

#[frame_system(in_flight = 2)]
fn tick(alloc: &mut SmartAlloc) -> FrameHandle<u32> {
    alloc.frame_share(1)
}

fn main() {}
