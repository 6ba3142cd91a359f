//! An allocator that is no parameter.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(alloc = allok)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
