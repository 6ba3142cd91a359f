//! The place of a key is of its map.

use framealloc::SmartAlloc;

fn main() {
    let alloc = SmartAlloc::default();
    let mut map = alloc.frame_sorted_map::<u8, u8>();
    let value = map.entry(1).or_default();
    drop(map);
    *value += 1;
}
