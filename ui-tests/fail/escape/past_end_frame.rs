//! A value is used after its frame has ended.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let kept = alloc.frame_box(1);
    alloc.end_frame();
    println!("{}", *kept);
}

