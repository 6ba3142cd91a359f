//! The parameter `alloc` is no allocator.

use framealloc::alloc_tag;

#[alloc_tag("physics")]
fn step(alloc: &str) -> usize {
    alloc.len()
}

fn main() {}
