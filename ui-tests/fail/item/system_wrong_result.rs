//! A body of a wrong type is reported at its last expression.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> u32 {
    let text = alloc.frame_str("seven");
    text.len()
}

#[frame_system]
fn nothing(alloc: &SmartAlloc) {
    *alloc.frame_box(1)
}

fn main() {}
