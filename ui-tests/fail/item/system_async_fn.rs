//! A frame cannot stay open across `.await`.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
async fn step(alloc: &SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {
    drop(step(&SmartAlloc::default()));
}
