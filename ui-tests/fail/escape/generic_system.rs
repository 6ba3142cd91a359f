//! A generic system gives its frame away.

use framealloc::{FrameBox, SmartAlloc, frame_system};

#[frame_system]
fn step<'w, T: Copy, F: FnOnce(FrameBox<'w, T>)>(alloc: &SmartAlloc, value: T, keep: F) {
    keep(alloc.frame_box(value));
}

fn main() {}
