//! Results of a frame that ends in flight are shared from it.

use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight, out = frame)]
fn tick(alloc: &mut SmartAlloc) -> (FrameHandle<u32>, FrameInFlight) {
    alloc.frame_share(1)
}

fn main() {}
