//! What framealloc takes for itself is attributed to nobody else. Diagnostics of what other tests do would be, and locks for
//! which they wait, so that this has a process of its own.
#![forbid(unsafe_code)]

use std::alloc::System;

use framealloc_core::{AmbientAlloc, SmartAlloc, Tag, Tags, heap_tag};

#[global_allocator]
static GLOBAL: AmbientAlloc<System, Tags> = AmbientAlloc::system();

#[test]
fn what_framealloc_takes_for_itself_is_under_its_own_name() {
    static TAG: Tag = Tag::new("tests_own_growth");
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| *alloc.frame_box(1));
    heap_tag(&TAG, || {
        alloc.whole_frame(|alloc| {
            alloc.frame_slice_zeroed::<u8>(1 << 20);
        });
    });
    let stats = alloc.stats();
    assert!(stats.heap_tag("(framealloc)").is_some_and(|own| own.allocations > 0), "an arena has grown");
    assert_eq!(stats.heap_tag(TAG.path()).map_or((0, 0), |tag| (tag.bytes, tag.blocks)), (0, 0));
}
