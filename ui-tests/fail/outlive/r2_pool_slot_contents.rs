//! What is put into a pool must not look into a frame.

use framealloc::{SmartAlloc, pool};

fn main() {
    let mut alloc = SmartAlloc::default();
    let slot = pool::slot();
    let kept = slot.write(alloc.frame_box(1));
    alloc.end_frame();
    println!("{kept}");
}
