//! A leaked box lives as long as its frame, not for ever.

use framealloc::{FrameBox, SmartAlloc};

fn main() {
    let mut alloc = SmartAlloc::default();
    let value = FrameBox::leak(alloc.frame_box(1));
    alloc.end_frame();
    println!("{value}");
}
