//! The allocator has another name.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(memory: &SmartAlloc) {
    memory.frame_box(1);
}

fn main() {}
