//! A value that leaves a closure's frame.

use framealloc::{SmartAlloc, frame_closure};

fn main() {
    let keep = frame_closure!(|alloc: &SmartAlloc| alloc.frame_box(1));
    keep(&SmartAlloc::default());
}
