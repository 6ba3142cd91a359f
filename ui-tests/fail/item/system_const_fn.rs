//! A frame is opened at run time.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
const fn step(alloc: &SmartAlloc) -> &SmartAlloc {
    alloc
}

fn main() {}
