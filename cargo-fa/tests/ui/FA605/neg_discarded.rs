//! Values that are kept and taken, or discarded and left.
use framealloc::{RetentionPolicy, SmartAlloc};

pub fn promoted(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToHeap).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some()
}

pub fn left(alloc: &mut SmartAlloc) -> usize {
    alloc.begin_frame();
    let value = alloc.frame_retain(1_u32, RetentionPolicy::Discard);
    println!("{}", *value);
    drop(value);
    alloc.end_frame_with_promotions().len()
}

pub fn another_take(alloc: &SmartAlloc, slot: &mut Option<u32>) -> u32 {
    slot.take().unwrap_or(0) + *alloc.frame_box(1)
}
