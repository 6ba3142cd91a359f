//! Not a function: a trait.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
trait System {
    fn run(&self, alloc: &SmartAlloc);
}

fn main() {}
