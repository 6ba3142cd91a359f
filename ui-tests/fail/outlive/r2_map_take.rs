//! What is taken out of a map's place is of the same frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let taken = alloc.frame_map::<u8, u8>().take();
    alloc.end_frame();
    println!("{}", taken.len());
}
