//! Three tags that use each other in a circle.
use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("physics")]
pub fn step(alloc: &SmartAlloc) -> u32 {
    dot(alloc)
}

#[alloc_tag("math")]
pub fn dot(alloc: &SmartAlloc) -> u32 {
    log(alloc)
}

#[alloc_tag("core")]
pub fn log(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}
