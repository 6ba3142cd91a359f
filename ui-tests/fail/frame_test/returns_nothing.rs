//! Neither a frame nor what runs one.

use framealloc::frame_test;

#[frame_test(heap = 0)]
fn steady() {}

fn main() {}
