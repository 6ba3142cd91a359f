//! A test is one function.

use framealloc::{SmartAlloc, frame_test};

#[frame_test(heap = 0)]
fn steady<T>(alloc: &mut SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
