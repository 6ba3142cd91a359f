//! framealloc under another path, as an engine re-exports it.

#![deny(warnings)]
#![forbid(unsafe_code)]

mod engine {
    pub(crate) use framealloc as memory;
}

use engine::memory::{SmartAlloc, alloc_tag, frame_system};

#[frame_system(crate = engine::memory, out = frame)]
fn step(alloc: &SmartAlloc) -> u32 {
    *frame.frame_box(*alloc.frame_box(3))
}

#[alloc_tag("ai", crate = crate::engine::memory)]
#[frame_system(crate = crate::engine::memory)]
fn think(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[alloc_tag("ai", crate = self::engine::memory)]
async fn plan(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

fn main() {
    let alloc = SmartAlloc::default();
    assert_eq!(step(&alloc), 3);
    assert_eq!(think(&alloc), 1);
    let _plan = plan(&alloc);
}
