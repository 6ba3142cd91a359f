//! Values that are promoted and never taken.
use framealloc::{RetentionPolicy, SmartAlloc};

pub fn plain_end(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    let key = alloc.frame_retain(1_u32, RetentionPolicy::PromoteToPool).key(); //~ FA604
    println!("{key:?}");
    alloc.end_frame();
}

pub fn to_the_heap(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    let value = alloc.frame_retain([0_u32; 8], RetentionPolicy::PromoteToHeap); //~ FA604
    println!("{}", value.len());
    drop(value);
    alloc.end_frame();
}

pub fn slot(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    let value = alloc.frame_retained::<u32>(RetentionPolicy::PromoteToPool).write(1); //~ FA604
    println!("{}", *value);
    drop(value);
    alloc.end_frame();
}
