//! Requests are counted exactly under the feature `diagnostics`, in every way to ask for memory, and not at all without it.

use std::alloc::Layout;
use std::collections::BTreeMap;

use framealloc_core::{AllocConfig, SmartAlloc};

fn counts(alloc: &SmartAlloc) -> BTreeMap<&'static str, usize> {
    let stats = alloc.stats();
    let counted = stats.tags.iter().filter_map(|tag| Some((tag.path, tag.allocations?)));
    let by_thread: usize = stats.threads.iter().flat_map(|thread| &thread.tags).filter_map(|tag| tag.allocations).sum();
    let counts: BTreeMap<_, _> = counted.filter(|(_, count)| *count > 0).collect();
    assert_eq!(by_thread, counts.values().sum::<usize>());
    counts
}

/// What is counted, where it is.
fn expected<const N: usize>(counts: [(&'static str, usize); N]) -> BTreeMap<&'static str, usize> {
    if cfg!(feature = "diagnostics") { counts.into() } else { BTreeMap::new() }
}

#[test]
fn every_way_to_ask_for_memory_counts_once() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    {
        let count = |path: &'static str| alloc.tagged(framealloc_core::Tag::intern(path));
        count("rc_box").frame_box(1);
        count("rc_nothing").frame_box(());
        count("rc_nothing").frame_slice_copy::<u64>(&[]);
        count("rc_nothing").frame_bytes(Layout::new::<()>());
        count("rc_slice").frame_slice_copy(&[1, 2]);
        count("rc_slice").frame_str("text");
        count("rc_bytes").frame_bytes(Layout::new::<[u8; 3]>());
        let _shared = count("rc_share").frame_share(String::from("dropped with the frame"));
        // 16 places at first, then 32 and 64 in place: one block. The other vector is in the way: moved twice.
        let frame = count("rc_vec");
        let (mut one, mut other) = (frame.frame_vec(), frame.frame_vec());
        one.extend_from_slice(&[0_u64; 16]);
        other.extend_from_slice(&[0_u64; 16]);
        one.push(1);
        let mut cursor = count("rc_cursor").cursor();
        for number in 0..1000_u64 {
            cursor.alloc(number);
        }
        cursor.boxed(());
        cursor.copy(&[1, 2, 3]);
        cursor.bytes(Layout::new::<[u8; 5]>());
    }
    alloc.end_frame();
    let all = [("rc_box", 1), ("rc_bytes", 1), ("rc_cursor", 1002), ("rc_share", 1), ("rc_slice", 2), ("rc_vec", 3)];
    assert_eq!(counts(&alloc), expected(all));
    assert_eq!(alloc.snapshot().tags[0].allocations.is_some(), cfg!(feature = "diagnostics"));
    alloc.whole_frame(|_| ());
    assert_eq!(counts(&alloc), expected([]), "counts are of the last frame");
}

#[test]
fn scopes_systems_fallbacks_and_threads_count_for_their_tags() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(1 << 10));
    for _ in 0..3 {
        alloc.begin_frame();
        for _ in 0..10 {
            alloc.scoped(|frame| {
                frame.tagged("rc_scope").frame_box(1);
                frame.scoped(|inner| inner.tagged("rc_inner").frame_box(2).to_string().len())
            });
        }
        alloc.tagged("rc_large").frame_slice_copy(&[0_u8; 4 << 10]);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| alloc.tagged("rc_thread").frame_box(3).to_string());
            }
        });
        std::mem::forget({
            let scope = alloc.tagged("rc_forgotten").frame_scope();
            scope.frame_box(4);
            scope
        });
        alloc.end_frame();
        let all = [("rc_forgotten", 1), ("rc_inner", 10), ("rc_large", 1), ("rc_scope", 10), ("rc_thread", 3)];
        assert_eq!(counts(&alloc), expected(all));
    }
}

#[test]
fn refused_requests_do_not_count() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("rc_small", 64_usize));
    alloc.begin_frame();
    let served = (0..100).filter(|number| alloc.tagged("rc_small").try_frame_box(*number).is_ok()).count();
    alloc.end_frame();
    assert!(served < 100);
    assert_eq!(counts(&alloc), expected([("rc_small", served)]));
}
