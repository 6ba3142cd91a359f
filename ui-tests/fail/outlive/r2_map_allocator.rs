//! The allocator that a table carries is of its frame.

use framealloc::SmartAlloc;

fn main() {
    let mut alloc = SmartAlloc::default();
    let map = alloc.frame_map::<u8, u8>();
    let allocator = Clone::clone(map.allocator());
    drop(map);
    alloc.end_frame();
    println!("{allocator:?}");
}
