//! What is shared for the frame must own its data.

use framealloc::{FrameHandle, SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc, text: &str) {
    let _handle: FrameHandle<&str> = alloc.frame_share(text);
}

fn main() {}
