//! The parameter `alloc` is no allocator.

use framealloc::frame_system;

#[frame_system]
fn step(alloc: &str) -> usize {
    alloc.len()
}

fn main() {}
