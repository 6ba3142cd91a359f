//! A frame value is pushed into a collection of the caller.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn collect<'w>(alloc: &SmartAlloc, out: &mut Vec<FrameBox<'w, u32>>) {
    out.push(alloc.frame_box(7));
}

fn main() {}
