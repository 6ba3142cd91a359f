//! Tags that are used, each in another way.
use framealloc::{FrameBox, SmartAlloc, Tag, alloc_tag, frame_system, heap_tag, pooled};

static TAGGED: Tag = Tag::new("tagged");

const CONSTANT: &str = "constant";

#[alloc_tag("attribute")]
pub fn attribute(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[frame_system(tag = "system")]
pub fn system(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[pooled(tag = "pooled")]
pub struct Bullet {
    speed: f32,
}

pub fn called(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag("called", |tagged| *tagged.frame_box(1))
}

pub fn tagged(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    alloc.tagged(&TAGGED).frame_box(1)
}

pub fn constant(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag(CONSTANT, |tagged| *tagged.frame_box(1))
}

pub fn parts(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag("ai::pathfinding", |tagged| *tagged.frame_box(1))
}

pub fn last_part(alloc: &SmartAlloc) -> u32 {
    alloc.with_tag("steering", |tagged| *tagged.frame_box(1))
}

pub fn in_a_closure(alloc: &SmartAlloc) -> u32 {
    let run = || alloc.with_tag("closure", |tagged| *tagged.frame_box(1));
    run()
}

/// A function that has no allocator, and nothing of framealloc but this.
pub fn of_the_heap_alone() -> Vec<u8> {
    heap_tag("songs", || vec![1; 4])
}
