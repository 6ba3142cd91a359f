//! The bytes of a string are those of its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let bytes = alloc.frame_string().into_bytes();
    alloc.end_frame();
    println!("{}", bytes.len());
}
