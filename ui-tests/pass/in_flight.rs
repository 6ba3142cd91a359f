//! With `in_flight` what a whole frame shares is read after it, and the frame ends on every way out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc::{AllocConfig, FlightError, FrameHandle, FrameInFlight, SmartAlloc, frame_system};

struct Scene {
    name: FrameHandle<str>,
    draws: FrameHandle<[u32]>,
}

#[frame_system(in_flight, tag = "simulation", budget = "64KiB")]
fn simulate(alloc: &mut SmartAlloc, visible: &[u32]) -> (FrameHandle<Scene>, FrameInFlight) {
    let name = alloc.frame_share_str("harbour");
    let draws = alloc.frame_share_slice_from_iter(visible.iter().map(|id| id * 2));
    alloc.frame_share(Scene { name, draws })
}

/// A result of its own in the first place: `?` is the body's.
#[frame_system(in_flight)]
fn parse(
    alloc: &mut SmartAlloc,
    text: &str,
) -> (Result<FrameHandle<u32>, std::num::ParseIntError>, Result<FrameInFlight, FlightError>) {
    let number = text.parse::<u32>()?;
    Ok(alloc.frame_share(number))
}

#[frame_system(in_flight, no_heap)]
fn alone(alloc: &mut SmartAlloc, seen: &mut Option<FrameHandle<u32>>) -> FrameInFlight {
    *seen = Some(alloc.frame_share(7));
}

#[frame_system(in_flight)]
fn alone_or_not(alloc: &mut SmartAlloc) -> Result<FrameInFlight, framealloc::FlightError> {
    alloc.frame_share_str("nobody reads it");
}

#[frame_system(in_flight)]
fn panics(alloc: &mut SmartAlloc) -> (u32, FrameInFlight) {
    let value = alloc.frame_share(1);
    panic!("{value:?}");
}

#[frame_system(in_flight)]
fn nested_opaque(alloc: &mut SmartAlloc) -> (impl Iterator<Item = u32>, FrameInFlight) {
    let sum = alloc.frame_slice_copy(&[1, 2, 3]).iter().sum::<u32>();
    std::iter::once(sum)
}

type Ended = FrameInFlight;

/// An alias of the flight serves beside a result.
#[frame_system(in_flight)]
fn aliased(alloc: &mut SmartAlloc) -> (u32, Ended) {
    *alloc.frame_box(9)
}

trait Simulation {
    #[frame_system(in_flight)]
    fn run(&self, alloc: &mut SmartAlloc) -> ((), FrameInFlight) {
        alloc.frame_share(3);
    }
}

impl Simulation for u8 {}

fn main() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(1));
    let (scene, flight) = simulate(&mut alloc, &[1, 2, 3]);
    assert!(!alloc.is_in_frame());
    let scene = flight.get(scene).expect("of this frame");
    assert_eq!((flight.get(scene.name), flight.get(scene.draws)), (Some("harbour"), Some(&[2, 4, 6][..])));
    assert!(alloc.stats().tag("simulation").is_some_and(|tag| tag.bytes > 0));

    // At the limit: the frame has ended, one way or the other, and who wants to know is told.
    let (result, full) = parse(&mut alloc, "12");
    assert_eq!((full.err(), alloc.is_in_frame()), (Some(FlightError::LimitReached { limit: 1 }), false));
    assert!(result.is_ok_and(|handle| handle.get(&alloc).is_none()));
    assert!(catch_unwind(AssertUnwindSafe(|| aliased(&mut alloc))).is_err());
    assert_eq!((alloc.is_in_frame(), alloc.frame_number()), (false, 3));
    drop(flight);

    let (result, flight) = parse(&mut alloc, "12");
    assert_eq!(flight.expect("there is room").get(result.expect("a number")), Some(&12));
    let (result, flight) = parse(&mut alloc, "twelve");
    assert!(result.is_err() && flight.is_ok(), "what the body returns is its own affair");
    drop(flight);

    let mut seen = None;
    let flight = alone(&mut alloc, &mut seen);
    assert_eq!(seen.and_then(|handle| flight.get(handle)), Some(&7));
    assert!(alone_or_not(&mut alloc).is_err());
    drop(flight);
    assert!(alone_or_not(&mut alloc).is_ok());

    assert!(catch_unwind(AssertUnwindSafe(|| panics(&mut alloc))).is_err());
    assert!(!alloc.is_in_frame(), "a panic ends the frame too");
    assert_eq!(alloc.flight_stats().frames, 0);
    assert_eq!(nested_opaque(&mut alloc).0.next(), Some(6));
    assert_eq!(aliased(&mut alloc).0, 9);
    let _ = 1_u8.run(&mut alloc);
}
