//! What is said twice is the same, and what is budgeted is opened.
use framealloc::{AllocConfig, SmartAlloc, Tag, alloc_tag, frame_system, heap_tag, megabytes};

/// A tag with a place of its own.
static STREAMS: Tag = Tag::new("io");

pub fn the_same() -> AllocConfig {
    AllocConfig::default().with_heap_budget("audio", megabytes(1))
}

pub fn read_at_start(bytes: usize) -> AllocConfig {
    AllocConfig::default().with_heap_budget("audio", bytes)
}

pub fn not_in_the_file() -> AllocConfig {
    AllocConfig::default().with_heap_budget("net", megabytes(1))
}

pub fn of_a_static() -> AllocConfig {
    AllocConfig::default().with_heap_budget("io", megabytes(1))
}

pub fn whatever_it_is(name: &str) -> AllocConfig {
    AllocConfig::default().with_heap_budget(name, megabytes(1))
}

/// A builder of the game has a method by that name.
pub struct Settings {
    budgets: Vec<(String, usize)>,
}

impl Settings {
    pub fn with_heap_budget(mut self, name: &str, bytes: usize) -> Self {
        self.budgets.push((name.to_owned(), bytes));
        self
    }
}

pub fn of_the_game(settings: Settings) -> Settings {
    settings.with_heap_budget("shaders", 4096)
}

#[frame_system(tag = "audio")]
pub fn mix(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[alloc_tag("net")]
pub fn send(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

pub fn stream(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag(&STREAMS, |alloc| *alloc.frame_box(1))
}

pub fn chunks() -> Vec<u8> {
    heap_tag("world", || heap_tag("world::chunks", || vec![1; 4]))
}
