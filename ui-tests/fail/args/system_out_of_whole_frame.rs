//! Nothing outlives a function that is the whole frame.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(out = frame)]
fn tick(alloc: &mut SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    tick(&mut SmartAlloc::default());
}
