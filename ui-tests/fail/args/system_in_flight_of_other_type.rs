//! What stands in the place of the flight is none.

use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn tick(alloc: &mut SmartAlloc) -> (FrameHandle<u32>, Option<FrameInFlight>) {
    alloc.frame_share(1)
}

fn main() {}
