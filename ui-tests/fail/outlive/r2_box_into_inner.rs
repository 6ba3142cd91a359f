//! What is moved out of a box may itself hold frame memory.

use framealloc::{FrameBox, SmartAlloc};

fn main() {
    let mut alloc = SmartAlloc::default();
    let inner = alloc.frame_box(1);
    let kept = FrameBox::into_inner(alloc.frame_box(inner));
    alloc.end_frame();
    println!("{kept}");
}
