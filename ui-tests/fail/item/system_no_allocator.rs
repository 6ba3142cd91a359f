//! No allocator.

use framealloc::frame_system;

#[frame_system]
fn step(n: u32) -> u32 {
    n
}

fn main() {
    step(1);
}
