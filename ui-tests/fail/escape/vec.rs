//! A vector of frame memory is the result.

use framealloc::{FrameVec, SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> FrameVec<'_, u32> {
    let mut values = alloc.frame_vec();
    values.push(1);
    values
}

fn main() {}
