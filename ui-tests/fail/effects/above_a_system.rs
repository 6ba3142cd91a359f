//! An effect beside the attribute that has an option for it.

use framealloc::{SmartAlloc, frame_system, no_heap};

#[no_heap]
#[frame_system]
fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

fn main() {
    step(&SmartAlloc::default());
}
