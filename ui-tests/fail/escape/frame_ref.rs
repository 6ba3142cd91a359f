//! A plain reference into the frame is the result.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step<'w>(alloc: &'w SmartAlloc) -> &'w mut u32 {
    alloc.frame_ref(1)
}

fn main() {}
