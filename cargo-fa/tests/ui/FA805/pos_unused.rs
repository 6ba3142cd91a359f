//! A tag that is declared and never used.
use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("physics")]
pub fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}
