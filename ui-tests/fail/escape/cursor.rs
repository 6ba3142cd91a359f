//! A value of a cursor is of the frame.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step<'w>(alloc: &'w SmartAlloc) -> &'w mut [u32] {
    let mut cursor = alloc.cursor();
    cursor.copy(&[1, 2, 3])
}

fn main() {}
