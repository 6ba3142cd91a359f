//! A value of an inner scope is kept in the outer one.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> u32 {
    let mut best: Option<FrameBox<'_, u32>> = None;
    for n in 0..3 {
        alloc.scoped(|inner| best = Some(inner.frame_box(n)));
    }
    best.map_or(0, |best| *best)
}

fn main() {}
