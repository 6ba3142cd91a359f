//! A field of `self` in a function.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(alloc = self.alloc)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
