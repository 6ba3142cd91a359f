//! framealloc under another path, as an engine re-exports it.

#![deny(warnings)]
#![forbid(unsafe_code)]

mod engine {
    pub(crate) use framealloc as memory;
}

use engine::memory::{Pooled, SmartAlloc, alloc_tag, frame_system, pooled};

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

#[derive(Pooled)]
#[pooled(crate = crate::engine::memory)]
struct Foe(u32);

#[pooled(crate = engine::memory)]
struct Bullet(u32);

fn main() {
    let alloc = SmartAlloc::default();
    assert_eq!(step(&alloc), 3);
    assert_eq!(think(&alloc), 1);
    assert_eq!(Foe(1).pooled().0 + Bullet(2).pooled().0, 3);
    let _plan = plan(&alloc);
}
