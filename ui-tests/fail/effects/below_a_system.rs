//! An effect below the attribute that has an option for it.

use framealloc::{SmartAlloc, frame_system, no_block};

#[frame_system(tag = "ai")]
#[no_block]
fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

fn main() {
    step(&SmartAlloc::default());
}
