//! A path where a name is wanted.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(out = self::frame)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
