//! Circles of two, of one, of names with parts, beside others and through each other.
use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("audio")]
pub fn mix(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

pub fn all(alloc: &SmartAlloc) {
    alloc.with_tag("ai", |_| ());
    alloc.with_tag("bake", |_| ());
    alloc.with_tag("cook", |_| ());
    alloc.with_tag("dine", |_| ());
    alloc.with_tag("eat", |_| ());
    alloc.with_tag("fry", |_| ());
    alloc.with_tag("grill", |_| ());
    alloc.with_tag("hub", |_| ());
    alloc.with_tag("left", |_| ());
    alloc.with_tag("right", |_| ());
    alloc.with_tag("net::in", |_| ());
    alloc.with_tag("net::out", |_| ());
    alloc.with_tag("one", |_| ());
    alloc.with_tag("three", |_| ());
    alloc.with_tag("two", |_| ());
    alloc.with_tag("ui", |_| ());
    alloc.with_tag("video", |_| ());
}
