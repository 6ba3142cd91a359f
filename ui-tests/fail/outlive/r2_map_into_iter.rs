//! The entries of a map are of its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let entries = alloc.frame_map::<u8, u8>().into_iter();
    alloc.end_frame();
    println!("{}", entries.count());
}
