//! An allocator that is an expression.

use framealloc::{SmartAlloc, frame_system};

fn make(alloc: &SmartAlloc) -> &SmartAlloc {
    alloc
}

#[frame_system(alloc = make(memory))]
fn step(memory: &SmartAlloc) {
    memory.frame_box(1);
}

#[frame_system(alloc = memory.tagged("physics"))]
fn step_with_an_argument(memory: &SmartAlloc) {
    memory.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
