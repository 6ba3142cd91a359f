//! A frame value leaves inside an error.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn parse<'w>(alloc: &'w SmartAlloc, text: &str) -> Result<u32, &'w mut str> {
    text.parse().map_err(|_| alloc.frame_str(text))
}

fn main() {}
