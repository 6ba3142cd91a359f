//! Handles that a flight has, or that are asked for.
use framealloc::{FrameHandle, FrameInFlight, FramePublisher, SmartAlloc, frame_system};

pub fn of_its_own_frame(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let root = alloc.frame_share(1_u32);
    let flight = alloc.end_frame_in_flight();
    *flight.get(root).unwrap()
}

pub fn of_the_frame_before(alloc: &mut SmartAlloc) -> u32 {
    let mut last: Option<(FrameHandle<u32>, FrameInFlight)> = None;
    let mut sum = 0;
    for frame in 0..3 {
        alloc.begin_frame();
        let root = alloc.frame_share(frame);
        if let Some((root, flight)) = &last {
            sum += *flight.get(*root).unwrap();
        }
        last = Some((root, alloc.end_frame_in_flight()));
    }
    sum
}

pub fn asked(alloc: &mut SmartAlloc) -> Option<u32> {
    alloc.begin_frame();
    let flight = alloc.end_frame_in_flight();
    alloc.begin_frame();
    let next = alloc.frame_share(1_u32);
    let value = flight.get(next).copied();
    alloc.end_frame();
    value
}

#[frame_system(in_flight)]
pub fn simulate(alloc: &mut SmartAlloc, number: u32) -> (FrameHandle<u32>, FrameInFlight) {
    alloc.frame_share(number)
}

pub fn of_a_system(alloc: &mut SmartAlloc) -> u32 {
    let (first, early) = simulate(alloc, 1);
    let (second, late) = simulate(alloc, 2);
    *early.get(first).unwrap() + *late.get(second).unwrap()
}

pub fn given(flight: &FrameInFlight, root: FrameHandle<u32>) -> u32 {
    *flight.get(root).unwrap()
}

pub fn published(alloc: &mut SmartAlloc, publisher: &mut FramePublisher<u32>) {
    let mut reader = publisher.reader();
    for frame in 0..3 {
        alloc.begin_frame();
        let root = alloc.frame_share(frame);
        publisher.publish(alloc, root).unwrap();
        let newest = reader.latest().unwrap();
        assert_eq!(*newest, frame);
        assert_eq!(newest.get(root), Some(&frame));
    }
}
