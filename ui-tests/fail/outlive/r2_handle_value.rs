//! A handle outlives its frame, what it resolves to does not.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let handle = alloc.frame_share(1);
    let value = handle.get(&alloc);
    alloc.end_frame();
    println!("{value:?}");
}
