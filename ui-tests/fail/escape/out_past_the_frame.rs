//! What goes to the whole frame does not outlive it.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system(out = frame)]
fn step<'w>(alloc: &SmartAlloc, results: &mut Vec<FrameBox<'w, u32>>) {
    results.push(frame.frame_box(*alloc.frame_box(1)));
}

fn main() {}
