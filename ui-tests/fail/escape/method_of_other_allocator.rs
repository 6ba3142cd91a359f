//! A field as the allocator: its values leave through the result.

use framealloc::{FrameBox, SmartAlloc, frame_system};

struct World {
    alloc: SmartAlloc,
}

impl World {
    #[frame_system(alloc = self.alloc)]
    fn step(&self) -> FrameBox<'_, u32> {
        alloc.frame_box(1)
    }
}

fn main() {}
