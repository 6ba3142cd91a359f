//! A method without a body.

use framealloc::{SmartAlloc, frame_system};

trait System {
    #[frame_system]
    fn run(&self, alloc: &SmartAlloc);
}

fn main() {}
