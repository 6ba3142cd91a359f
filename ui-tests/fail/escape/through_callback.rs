//! A frame value is handed to a callback that keeps it.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn each<'w>(alloc: &SmartAlloc, mut keep: impl FnMut(FrameBox<'w, u32>)) {
    keep(alloc.frame_box(7));
}

fn main() {}
