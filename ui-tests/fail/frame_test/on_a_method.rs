//! A test has no value to be a method of.

use framealloc::frame_test;

struct Game;

impl Game {
    #[frame_test(heap = 0)]
    fn steady(&mut self) {}
}

fn main() {}
