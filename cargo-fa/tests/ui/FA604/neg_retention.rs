//! Values that are promoted and taken, or not promoted.
use framealloc::{RetentionPolicy, SmartAlloc};

pub fn taken(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).map_or(0, |value| *value)
}

pub fn discarded(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let value = *alloc.frame_retain(1_u32, RetentionPolicy::Discard);
    alloc.end_frame();
    value
}

pub fn in_a_system(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool)
}

pub fn to_scratch(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let value = *alloc.frame_retain(1_u32, RetentionPolicy::PromoteToScratch("level"));
    alloc.end_frame();
    value
}
