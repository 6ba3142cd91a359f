//! A value of an inner frame is kept in a vector of an outer one.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> usize {
    let mut kept = alloc.frame_vec();
    alloc.scoped(|inner| kept.push(inner.frame_box(1)));
    kept.len()
}

fn main() {}
