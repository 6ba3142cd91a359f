//! Closures that are none, or cannot have a frame.

use framealloc::{SmartAlloc, frame_closure};

fn main() {
    let _ = frame_closure!(tag = "ai");
    let _ = frame_closure!(tag = "ai", async |alloc: &SmartAlloc| drop(alloc));
    let _ = frame_closure!(tga = "ai", |alloc: &SmartAlloc| *alloc.frame_box(1_u8));
    let _ = frame_closure!(|memory: &SmartAlloc| *memory.frame_box(1_u8));
}
