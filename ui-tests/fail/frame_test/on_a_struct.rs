//! A frame is a function.

use framealloc::frame_test;

#[frame_test(heap = 0)]
struct Game;

fn main() {}
