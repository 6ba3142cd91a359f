//! A frame has an allocator and nothing else.

use framealloc::{SmartAlloc, frame_test};

#[frame_test(heap = 0)]
fn steady(alloc: &mut SmartAlloc, bodies: &mut Vec<f32>) {
    bodies.push(*alloc.frame_box(1.0));
}

fn main() {}
