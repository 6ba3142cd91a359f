//! Frames in flight: what is held, for how long, by whom it is dropped, and what hostile programs do to it.

mod drops_of;
mod figures;
mod hold;
mod hostile;
mod steady;
mod torture;

#[path = "../support/allocator.rs"]
mod allocator;
#[path = "../support/drops.rs"]
mod drops;
#[path = "../support/random.rs"]
mod random;

use framealloc_core::{AllocConfig, CountingAlloc, SmartAlloc};

#[global_allocator]
static GLOBAL: CountingAlloc<allocator::Watching> = CountingAlloc::new(allocator::Watching::new());

/// An allocator that lets so many frames be in flight.
fn alloc(frames: usize) -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_frames_in_flight(frames))
}
