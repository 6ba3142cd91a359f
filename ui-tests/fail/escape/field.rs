//! A frame value is stored in a field.

use framealloc::{FrameBox, SmartAlloc, frame_system};

struct World<'w> {
    cached: Option<FrameBox<'w, u32>>,
}

impl<'w> World<'w> {
    #[frame_system]
    fn step(&mut self, alloc: &'w SmartAlloc) {
        self.cached = Some(alloc.frame_box(1));
    }
}

fn main() {
    let alloc = SmartAlloc::default();
    let mut world = World { cached: None };
    world.step(&alloc);
}

