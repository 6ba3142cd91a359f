//! A pool box does not make its contents live longer.

use framealloc::{PoolBox, SmartAlloc, frame_system};

#[frame_system]
fn step<'w>(alloc: &'w SmartAlloc) -> PoolBox<&'w mut u32> {
    alloc.pool_box(alloc.frame_ref(1))
}

fn main() {}
