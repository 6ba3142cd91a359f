//! A name without quotes.

use framealloc::{SmartAlloc, frame_system};

#[frame_system(name = step)]
fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    step(&SmartAlloc::default());
}
