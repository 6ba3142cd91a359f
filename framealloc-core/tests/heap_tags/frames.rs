//! What a frame made and freed.

use std::sync::mpsc;

use framealloc_core::{
    AllocConfig, Diagnostic, FrameEvent, HeapTagStats, RecordOptions, SmartAlloc, Tag, heap_tag, megabytes,
};
use framealloc_trace::{Decoder, Item, Kind};

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

#[test]
fn a_heap_budget_is_told_of_in_each_frame_in_which_its_tag_had_more() {
    static TAG: Tag = Tag::new("tests_heap_budget");
    let config = AllocConfig::default().with_heap_budget(TAG.path(), megabytes(1)).with_heap_budget("tests_unused", 1);
    let mut alloc = SmartAlloc::new(config);
    let (heard, events) = mpsc::channel();
    alloc
        .on_frame_event(move |_, event| {
            if let FrameEvent::Diagnostic(Diagnostic { code, message, tag, .. }) = event {
                heard.send((*code, message.to_string(), *tag)).expect("the test hears");
            }
        })
        .forever();
    let mut frame = |bytes: usize| {
        let kept = alloc.whole_frame(|_| heap_tag(&TAG, || vec![1_u8; bytes]));
        let found: Vec<_> = events.try_iter().collect();
        (kept, found)
    };
    let (_, nothing) = frame(megabytes(1));
    assert_eq!(nothing, []);
    let (kept, found) = frame(megabytes(1) + 1);
    assert_eq!(found.len(), 1, "{found:?}");
    let (code, message, tag) = &found[0];
    assert_eq!((*code, *tag), ("FA010", Some(TAG.path())));
    assert!(message.contains("1048577 bytes of the heap") && message.contains("1048576 at most"), "{message}");
    drop(kept);
    assert_eq!(frame(10).1, []);
    // What came and went in a frame counts, if it was more than ever.
    alloc.whole_frame(|_| heap_tag(&TAG, || drop(vec![1_u8; megabytes(3)])));
    assert_eq!(events.try_iter().count(), 1);
}

#[test]
fn recordings_have_the_heap_by_tag() {
    static TAG: Tag = Tag::new("tests_recorded");
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_heap_budget(TAG.path(), 4096));
    alloc.record_in_memory(RecordOptions::default()).expect("memory");
    let mut kept = Vec::with_capacity(10);
    for _ in 0..3 {
        alloc.whole_frame(|_| kept.push(heap_tag(&TAG, || vec![1_u8; 100])));
    }
    let (_, bytes) = alloc.take_recording().expect("recorded");
    let (mut id, mut frames) = (None, Vec::new());
    for item in Decoder::new(&bytes).expect("a recording") {
        match item.expect("whole") {
            Item::Definition(definition) if definition.kind == Kind::Tag && definition.name == TAG.path() => {
                assert_eq!(definition.limit, 4096);
                id = Some(definition.id);
            }
            Item::Frame(frame) => {
                let tag = frame.heap.iter().find(|tag| Some(tag.id) == id).copied().expect("in every frame");
                frames.push((tag.bytes, tag.blocks, tag.allocations, tag.frees));
            }
            _ => {}
        }
    }
    assert_eq!(frames, [(100, 1, 1, 0), (200, 2, 1, 0), (300, 3, 1, 0)]);
}
