//! A frame does not stay open across `.await`, however it ends.

use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight)]
async fn tick(alloc: &mut SmartAlloc) -> (FrameHandle<u32>, FrameInFlight) {
    alloc.frame_share(1)
}

fn main() {}
