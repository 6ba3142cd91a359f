//! An allocator that is an expression.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(alloc = alloc.clone())]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
