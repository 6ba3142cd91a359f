//! What a vector turns into is of its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let slice = alloc.frame_vec::<u8>().into_shared_slice();
    alloc.end_frame();
    println!("{}", slice.len());
}
