//! A string where an option is wanted.

use framealloc::{SmartAlloc, frame_system};

#[frame_system("physics")]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
