//! The result stands where the flight is forgotten.

use framealloc::{FrameHandle, SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn tick(alloc: &mut SmartAlloc) -> FrameHandle<u32> {
    alloc.frame_share(1)
}

fn main() {}
