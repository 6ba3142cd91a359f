//! What a flight shows is borrowed from it.

use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn tick(alloc: &mut SmartAlloc) -> (FrameHandle<u32>, FrameInFlight) {
    alloc.frame_share(1)
}

fn last(alloc: &mut SmartAlloc) -> Option<&u32> {
    let (handle, flight) = tick(alloc);
    flight.get(handle)
}

fn main() {}
