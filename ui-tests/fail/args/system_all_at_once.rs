//! All mistakes are told at once, and the function stays visible to its caller.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(budgt = 1, tag = "Physics!", no_heap, no_heap, budget = 0)]
fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

fn main() {
    let _: u32 = step(&SmartAlloc::default());
}
