//! Not a function: an impl block.

use framealloc::{SmartAlloc, frame_system};

struct World;

#[frame_system]
impl World {
    fn step(&self, alloc: &SmartAlloc) {
        alloc.frame_box(1);
    }
}

fn main() {
    World.step(&SmartAlloc::default());
}
