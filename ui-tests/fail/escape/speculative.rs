//! A value of an attempt is its result.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> u32 {
    alloc.speculative(|attempt| Ok::<_, ()>(attempt.frame_box(1))).map_or(0, |value| *value)
}

fn main() {}
