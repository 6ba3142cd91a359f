//! A queue that becomes a vector stays in its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let vec = alloc.frame_deque::<u8>().into_vec();
    alloc.end_frame();
    println!("{}", vec.len());
}
