//! Layers: many ways down, none up.
use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("game")]
pub fn tick(alloc: &SmartAlloc) -> u32 {
    step(alloc)
}

#[alloc_tag("physics")]
pub fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

pub fn all(alloc: &SmartAlloc) {
    alloc.with_tag("audio", |_| ());
    alloc.with_tag("render", |_| ());
    alloc.with_tag("math", |_| ());
    alloc.with_tag("memory", |_| ());
    alloc.with_tag("tools", |_| ());
    alloc.with_tag("debug", |_| ());
    alloc.with_tag("net", |_| ());
}
