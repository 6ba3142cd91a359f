//! A test that cannot fail.

use framealloc::{SmartAlloc, frame_test};

#[frame_test(frames = 60)]
fn steady(alloc: &mut SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
