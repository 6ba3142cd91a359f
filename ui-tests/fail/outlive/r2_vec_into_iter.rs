//! The iterator over the elements of a vector holds the vector's memory.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    vec.push(1);
    let values = vec.into_iter();
    alloc.end_frame();
    println!("{}", values.count());
}
