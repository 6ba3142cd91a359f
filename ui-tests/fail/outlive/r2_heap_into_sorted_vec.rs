//! What a priority queue is sorted into is in its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let sorted = alloc.frame_heap::<u8>().into_sorted_vec();
    alloc.end_frame();
    println!("{}", sorted.len());
}
