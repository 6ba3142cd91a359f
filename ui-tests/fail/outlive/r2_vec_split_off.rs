//! The half of a vector is a vector of the same frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let half = alloc.frame_vec::<u8>().split_off(0);
    alloc.end_frame();
    println!("{}", half.len());
}
