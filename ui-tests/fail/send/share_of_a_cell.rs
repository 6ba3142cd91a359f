//! What is shared for the frame must be shareable between threads.

use std::cell::Cell;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    alloc.frame_share(Cell::new(1));
}

fn main() {}
