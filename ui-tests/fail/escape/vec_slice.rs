//! A slice of a vector of frame memory is the result.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step<'w>(alloc: &'w SmartAlloc) -> &'w [u32] {
    let mut values = alloc.frame_vec();
    values.push(1);
    values.leak()
}

fn main() {}
