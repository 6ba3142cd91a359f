//! What a handle resolves to is of the frame.

use framealloc::{FrameHandle, SmartAlloc};

fn main() {
    let mut alloc = SmartAlloc::default();
    let handle: FrameHandle<u32> = alloc.frame_share(1);
    let value = handle.get(&alloc);
    alloc.end_frame();
    println!("{value:?}");
}

