//! Handles that the flight cannot know.
use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};

pub fn of_the_next_frame(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let flight = alloc.end_frame_in_flight();
    alloc.begin_frame();
    let next = alloc.frame_share(1_u32);
    let value = *flight.get(next).unwrap(); //~ FA608
    alloc.end_frame();
    value
}

pub fn without_the_flight(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let root = alloc.frame_share(1_u32);
    let flight = alloc.end_frame_in_flight();
    drop(flight);
    alloc.begin_frame();
    let value = *root.get(alloc).unwrap(); //~ FA608
    alloc.end_frame();
    value
}

#[frame_system(in_flight)]
pub fn simulate(alloc: &mut SmartAlloc) -> (FrameHandle<u32>, FrameInFlight) {
    let root = alloc.frame_share(1);
    assert_eq!(*root.get(alloc).unwrap(), 1);
    root
}
