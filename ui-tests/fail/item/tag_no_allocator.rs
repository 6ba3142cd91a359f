//! No allocator.

use framealloc::alloc_tag;

#[alloc_tag("physics")]
fn step(n: u32) -> u32 {
    n
}

fn main() {}
