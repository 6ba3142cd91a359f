//! What a frame returns nobody reads.

use framealloc::{SmartAlloc, frame_test};

#[frame_test(heap = 0)]
fn steady(alloc: &mut SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

fn main() {}
