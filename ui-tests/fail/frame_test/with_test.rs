//! It is a test already.

use framealloc::frame_test;

#[frame_test(heap = 0)]
#[test]
fn steady(alloc: &mut framealloc::SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
