//! The configuration says one thing and the code another, or neither counts anything.
use framealloc::{AllocConfig, SmartAlloc, heap_tag, megabytes};

/// The size that the budget was once.
const OLD: usize = 2_097_152;

pub fn differs() -> SmartAlloc {
    heap_tag("audio", || ());
    SmartAlloc::new(AllocConfig::default().with_heap_budget("audio", megabytes(2))) //~ FA303
}

pub fn after_others(config: AllocConfig) -> AllocConfig {
    config.with_thread_frame_budget(1024).with_heap_budget("audio", OLD) //~ FA303
}

pub fn slip() -> AllocConfig {
    AllocConfig::default().with_heap_budget("audoi", megabytes(1)) //~ FA303
}

pub fn of_another_game() -> AllocConfig {
    AllocConfig::default().with_heap_budget("cutscenes", megabytes(1)) //~ FA303
}

/// Only what is nested is opened.
pub fn songs() -> Vec<u8> {
    heap_tag("music::songs", || vec![1; 4]) //~ FA802
}

pub fn chunks() -> Vec<u8> {
    heap_tag("net", || heap_tag("world", || heap_tag("world::chunks", || vec![1; 4])))
}

pub fn sent() -> AllocConfig {
    let config = AllocConfig::default();
    let config = config.with_heap_budget("network", 4096); //~ FA303
    config.with_heap_budget("world", 8192) //~ FA303
}
