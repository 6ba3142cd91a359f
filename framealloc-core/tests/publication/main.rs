//! Publication: what readers find, who drops what and when, what hostile programs do to it, and what it costs in steady frames.

mod drops_of;
mod hostile;
mod latest;
mod steady;
mod torture;

#[path = "../support/drops.rs"]
mod drops;
#[path = "../support/random.rs"]
mod random;

use framealloc_core::{AllocConfig, CountingAlloc, FlightError, FramePublisher, FrameReport, SmartAlloc};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::new(std::alloc::System);

/// An allocator that lets so many frames be in flight.
fn alloc(frames: usize) -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_frames_in_flight(frames))
}

/// A frame that publishes one value.
fn publish<R: Send + Sync + 'static>(
    publisher: &mut FramePublisher<R>,
    alloc: &mut SmartAlloc,
    value: R,
) -> Result<FrameReport, FlightError> {
    alloc.begin_frame();
    let root = alloc.frame_share(value);
    publisher.publish(alloc, root)
}
