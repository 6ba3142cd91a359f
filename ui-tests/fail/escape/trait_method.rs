//! A frame value leaves through a method of a trait.

use framealloc::{FrameBox, SmartAlloc, frame_system};

trait System<'w> {
    #[frame_system]
    fn run(&self, alloc: &'w SmartAlloc) -> FrameBox<'w, u32> {
        alloc.frame_box(1)
    }
}

fn main() {}
