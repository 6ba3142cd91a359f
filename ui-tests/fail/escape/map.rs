//! A value of an inner frame is kept in a map of an outer one.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> usize {
    let mut kept = alloc.frame_map();
    alloc.scoped(|inner| {
        kept.insert(1, inner.frame_box(1));
    });
    kept.len()
}

fn main() {}
