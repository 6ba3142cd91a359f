//! What a frame made and freed.

use framealloc_core::{HeapTagStats, SmartAlloc, Tag, heap_tag};

fn of(alloc: &SmartAlloc, tag: &Tag) -> Option<HeapTagStats> {
    let mut found = None;
    alloc.for_each_heap_tag(|stats| found = if stats.path == tag.path() { Some(stats) } else { found });
    found
}

#[test]
fn allocations_and_frees_are_those_of_the_last_frame() {
    static TAG: Tag = Tag::new("tests_frames");
    let mut alloc = SmartAlloc::default();
    let mut kept = Vec::with_capacity(100);
    assert!(of(&alloc, &TAG).is_none(), "no end of a frame has met it");
    for frame in 0..5_usize {
        alloc.whole_frame(|_| {
            heap_tag(&TAG, || (0..10).for_each(|_| kept.push(Box::new([0_u8; 20]))));
            // Freed under no tag.
            kept.truncate(kept.len() - frame);
        });
        let tag = of(&alloc, &TAG).expect("used");
        assert_eq!((tag.allocations, tag.frees, tag.blocks), (10, frame as u64, kept.len()));
        assert_eq!(tag.bytes, kept.len() * 20);
        assert_eq!(alloc.stats().heap_tag(TAG.path()), Some(tag));
    }
    alloc.whole_frame(|_| ());
    let tag = of(&alloc, &TAG).expect("used");
    assert_eq!((tag.allocations, tag.frees, tag.blocks), (0, 0, 40));
}

#[test]
fn two_allocators_have_frames_of_their_own() {
    static TAG: Tag = Tag::new("tests_two_allocators");
    let (mut one, mut other) = (SmartAlloc::default(), SmartAlloc::default());
    heap_tag(&TAG, || drop(Box::new(1_u8)));
    other.whole_frame(|_| ());
    for _ in 0..3 {
        one.whole_frame(|_| heap_tag(&TAG, || drop(Box::new(1_u8))));
        assert_eq!(of(&one, &TAG).map(|tag| tag.allocations >= 1), Some(true));
    }
    other.whole_frame(|_| heap_tag(&TAG, || drop(Box::new(1_u8))));
    assert_eq!(of(&other, &TAG).map(|tag| (tag.allocations, tag.frees)), Some((4, 4)));
}

#[test]
fn steady_frames_ask_nothing_of_the_allocator_inside() {
    let mut alloc = SmartAlloc::default();
    let mut frame = || {
        alloc.whole_frame(|alloc| alloc.frame_slice_copy(&[1, 2, 3]).len());
        let mut bytes = 0;
        alloc.for_each_heap_tag(|tag| bytes += tag.bytes);
        assert!(bytes > 0);
    };
    frame();
    // Tests beside this one open tags, whose rows the next end of a frame makes room for.
    let steady = (0..20).any(|_| {
        let before = crate::allocator::held();
        let refused =
            crate::allocator::refusing(1, || std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut frame)));
        refused.is_ok() && crate::allocator::held() == before
    });
    assert!(steady);
}
