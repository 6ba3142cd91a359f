//! Beside its flight a system returns handles, not borrows: scratch ends with the frame.

use framealloc::{FrameInFlight, SmartAlloc, frame_system};

#[frame_system(in_flight)]
fn tick(alloc: &mut SmartAlloc) -> (&'static [u32], FrameInFlight) {
    alloc.frame_slice_copy(&[1, 2, 3])
}

fn main() {}
