//! Not a function: a struct.

use framealloc::frame_system;

#[frame_system]
pub struct World;

fn main() {
    let _ = World;
}
