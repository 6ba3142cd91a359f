//! A lazy iterator borrows from the frame.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> impl Iterator<Item = u32> {
    let values = alloc.frame_slice_copy(&[1, 2, 3]);
    values.iter().map(|value| value + 1)
}

fn main() {}
