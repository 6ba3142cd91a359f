//! A system inside a frame does not end it.

use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn step(alloc: &SmartAlloc) -> (FrameHandle<u32>, FrameInFlight) {
    alloc.frame_share(1)
}

fn main() {}
