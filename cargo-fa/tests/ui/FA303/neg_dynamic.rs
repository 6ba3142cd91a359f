//! Names that are made at run time may be any.
use framealloc::{AllocConfig, SmartAlloc, Tag, heap_tag, kilobytes};

pub fn of_level(alloc: &SmartAlloc, level: u32) -> u32 {
    alloc.with_tag(Tag::intern(&format!("level{level}")), |alloc| *alloc.frame_box(1))
}

pub fn config() -> AllocConfig {
    AllocConfig::default().with_heap_budget("level1", kilobytes(64)).with_heap_budget("level2", kilobytes(64))
}

pub fn loaded() -> Vec<u8> {
    heap_tag("assets", || vec![1; 4])
}
