//! An impl block without an allocator.

use framealloc::alloc_tag;

struct World;

#[alloc_tag("physics")]
impl World {
    fn step(&self) -> u32 {
        1
    }
}

fn main() {
    World.step();
}
