//! The entries of a sorted map, by value, are in the memory of its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let entries = alloc.frame_sorted_map::<u8, u8>().into_iter();
    alloc.end_frame();
    println!("{}", entries.count());
}
