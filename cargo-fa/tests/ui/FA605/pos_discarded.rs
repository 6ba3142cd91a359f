//! Values that are discarded and taken all the same.
use framealloc::{RetentionPolicy, SmartAlloc};

pub fn taken(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, RetentionPolicy::Discard).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some() //~ FA605
}

pub fn slot(alloc: &mut SmartAlloc) -> bool {
    alloc.begin_frame();
    let key = alloc.frame_retained::<u32>(RetentionPolicy::Discard).write(1).key();
    let mut promotions = alloc.end_frame_with_promotions();
    promotions.take(key).is_some() //~ FA605
}
