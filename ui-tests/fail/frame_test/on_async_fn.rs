//! A frame is not polled.

use framealloc::{SmartAlloc, frame_test};

#[frame_test(heap = 0)]
async fn steady(alloc: &mut SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
