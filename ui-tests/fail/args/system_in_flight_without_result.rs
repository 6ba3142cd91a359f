//! A flight that nobody gets is no flight.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn tick(alloc: &mut SmartAlloc) {
    alloc.frame_share(1);
}

fn main() {}
