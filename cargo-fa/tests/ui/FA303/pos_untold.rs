//! Nothing is configured: the code alone is at odds with itself.
use framealloc::{AllocConfig, SmartAlloc, frame_system, heap_tag, kilobytes};

#[frame_system(tag = "physics")]
pub fn step(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

pub fn streams() -> Vec<u8> {
    heap_tag("io::streams", || vec![1; 4])
}

pub fn config() -> AllocConfig {
    AllocConfig::default()
        .with_heap_budget("phsyics", kilobytes(64)) //~ FA303
        .with_heap_budget("io", kilobytes(64)) //~ FA303
        .with_heap_budget("quests", kilobytes(64)) //~ FA303
        .with_heap_budget("physics", kilobytes(64))
}
