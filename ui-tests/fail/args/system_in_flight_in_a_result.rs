//! The error of the limit belongs to the flight.

use framealloc::{FlightError, FrameHandle, FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn tick(alloc: &mut SmartAlloc) -> Result<(FrameHandle<u32>, FrameInFlight), FlightError> {
    Ok(alloc.frame_share(1))
}

fn main() {}
