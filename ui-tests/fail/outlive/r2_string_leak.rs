//! A leaked string lives as long as its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let text = alloc.frame_string().leak();
    alloc.end_frame();
    println!("{text}");
}
