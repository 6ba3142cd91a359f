//! A string of frame memory is the result.

use framealloc::{SmartAlloc, frame_format, frame_system};

#[frame_system]
fn step<'w>(alloc: &'w SmartAlloc, n: u32) -> &'w str {
    let text = frame_format!(alloc, "{n} enemies");
    text.leak()
}

fn main() {}
