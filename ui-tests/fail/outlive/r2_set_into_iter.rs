//! The values of a set are of its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let values = alloc.frame_set::<u8>().into_iter();
    alloc.end_frame();
    println!("{}", values.count());
}
