//! A boxed closure takes a frame value along.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> Box<dyn Fn() -> u32> {
    let value = alloc.frame_box(7);
    Box::new(move || *value)
}

fn main() {}
