//! A pooled value that borrows from its frame.

use framealloc::{FrameBox, PoolBox, SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> PoolBox<FrameBox<'_, u32>> {
    alloc.pool_box(alloc.frame_box(1))
}

fn main() {}
