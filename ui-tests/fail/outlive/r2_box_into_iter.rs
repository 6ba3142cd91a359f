//! The iterator over an owned slice holds frame memory.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let values = alloc.frame_slice_from_iter([1]).into_iter();
    alloc.end_frame();
    println!("{}", values.count());
}
