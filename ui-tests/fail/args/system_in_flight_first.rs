//! The flight comes after the result.

use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn tick(alloc: &mut SmartAlloc) -> (FrameInFlight, FrameHandle<u32>) {
    alloc.frame_share(1)
}

fn main() {}
