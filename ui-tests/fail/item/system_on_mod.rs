//! Not a function: a module.

use framealloc::frame_system;

#[frame_system]
mod physics {}

fn main() {}
