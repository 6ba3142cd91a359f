//! Mistakes in options.

use framealloc::{Frames, SmartAlloc, frame_test};

#[frame_test(heap = 0, heap = 1, frames = 0, warm_up = 3)]
fn steady() -> impl Frames {
    |_: &mut SmartAlloc| {}
}

fn main() {}
