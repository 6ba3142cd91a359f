//! The parameter `alloc` is no allocator, exclusively.

use framealloc::frame_system;

#[frame_system]
fn step(alloc: &mut String) -> usize {
    alloc.len()
}

fn main() {}
