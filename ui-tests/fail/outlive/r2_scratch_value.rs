//! A value of a region is gone after the reset.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let mut level = alloc.scratch("level");
    let rock = level.frame_box(1);
    level.reset();
    println!("{rock}");
}
