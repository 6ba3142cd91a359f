//! A place that is not written yet is of its frame, too.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let slot = alloc.frame_alloc::<u32>();
    alloc.end_frame();
    println!("{}", slot.write(1));
}
