//! A value of a cursor outlives the cursor, not the frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let value = alloc.cursor().alloc(1);
    alloc.end_frame();
    println!("{value}");
}
