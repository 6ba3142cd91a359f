//! Every declared tag is used.
use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("physics")]
pub fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

pub fn mix(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag("audio", |tagged| *tagged.frame_box(1))
}
