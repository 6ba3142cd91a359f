//! The elements of a queue, by value, are in the memory of its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let values = alloc.frame_deque::<u8>().into_iter();
    alloc.end_frame();
    println!("{}", values.count());
}
