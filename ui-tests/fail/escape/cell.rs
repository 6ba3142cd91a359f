//! A frame value is stored through a shared reference.

use std::cell::Cell;

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn step<'w>(alloc: &'w SmartAlloc, cached: &Cell<Option<FrameBox<'w, u32>>>) {
    cached.set(Some(alloc.frame_box(1)));
}

fn main() {}
