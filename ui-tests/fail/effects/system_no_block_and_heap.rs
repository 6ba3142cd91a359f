//! A system that must not wait and may allocate.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(no_block, no_heap = false)]
fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

fn main() {
    step(&SmartAlloc::default());
}
