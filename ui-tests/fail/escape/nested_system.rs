//! A system keeps what another system allocated.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn inner<'w>(alloc: &'w SmartAlloc, best: &mut &'w u32) {
    *best = alloc.frame_ref(1);
}

#[frame_system]
fn outer(alloc: &SmartAlloc) -> u32 {
    let mut best = &0;
    inner(alloc, &mut best);
    *best
}

fn main() {}
