//! What is over the heap threshold goes to the heap, is freed with its frame or scope, and is counted for its tag; and a
//! refusing global allocator leaves budgets, retention, scratch and transfers as they were.
#![expect(clippy::large_stack_arrays, reason = "values that are too large for a class")]

use std::alloc::Layout;

use framealloc_core::{AllocConfig, AllocError, BudgetPolicy, RetentionPolicy, SmartAlloc, kilobytes};

use crate::allocator::{LARGE, held_in_large_blocks, refusing};

#[test]
fn large_requests_are_freed_with_their_frame_or_scope() {
    let before = held_in_large_blocks();
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(LARGE).with_frame_chunk(4096));
    for _ in 0..5 {
        alloc.begin_frame();
        alloc.scoped(|frame| {
            let block = frame.tagged("routed").frame_slice_fill_with(100_000, |at| at % 251 == 0);
            let line = frame.frame_bytes(Layout::from_size_align(70_000, 4096).unwrap());
            assert_eq!((block[99_999], line.as_ptr().addr() % 4096), (false, 0));
            assert!(held_in_large_blocks() >= before + 170_000);
        });
        assert_eq!(held_in_large_blocks(), before);
        // A vector moves there when it has grown enough, and keeps what it holds.
        let mut vector = alloc.frame_vec::<u64>();
        vector.extend(0..20_000);
        assert!(vector.iter().copied().eq(0..20_000));
        let mut cursor = alloc.cursor();
        assert_eq!(cursor.copy(&[7_u8; 80_000])[79_999], 7);
        assert_eq!(*cursor.alloc(3_u64), 3);
        drop(cursor);
        drop(vector);
        assert!(held_in_large_blocks() > before);
        alloc.end_frame();
        assert_eq!(held_in_large_blocks(), before);
        let stats = alloc.stats();
        let routed = stats.tag("routed").unwrap();
        assert_eq!((routed.heap_fallbacks, routed.heap_bytes, routed.bytes), (1, 100_000, 0));
        assert!(stats.tag("(untagged)").is_some_and(|tag| tag.heap_fallbacks >= 3));
    }
}

#[test]
fn what_goes_to_the_heap_counts_for_budgets() {
    let config = AllocConfig::default().with_heap_threshold(1000).with_thread_frame_budget(kilobytes(8));
    let alloc = SmartAlloc::new(config);
    alloc.scoped(|frame| {
        assert!(frame.try_frame_slice_zeroed::<u8>(5000).is_ok());
        let refused = frame.try_frame_slice_zeroed::<u8>(5000).map(|_| ());
        assert!(matches!(refused, Err(AllocError::BudgetExceeded { left: ..3200, .. })), "{refused:?}");
    });
    assert_eq!(alloc.frame_remaining(), Some(kilobytes(8)));
}

#[test]
fn refused_memory_leaves_budgets_as_they_were() {
    for policy in [BudgetPolicy::Fail, BudgetPolicy::Promote] {
        let budget = framealloc_core::Budget::new(kilobytes(512)).with_policy(policy);
        for threshold in [usize::MAX, 1000] {
            let config = AllocConfig::default().with_heap_threshold(threshold);
            let alloc = SmartAlloc::new(config.with_thread_frame_budget(budget).with_tag_budget("refused", budget));
            let tag = alloc.tagged("refused");
            let kept = tag.frame_box([5_u8; 100]);
            let (left, used) = (tag.frame_remaining(), tag.used_bytes());
            for bytes in [kilobytes(100), kilobytes(600)] {
                let refused = refusing(kilobytes(64), || tag.try_frame_slice_zeroed::<u8>(bytes).map(|_| ()));
                assert!(refused.is_err());
                assert_eq!((tag.frame_remaining(), tag.used_bytes()), (left, used), "{policy:?} {bytes}");
            }
            assert!(tag.try_frame_slice_zeroed::<u8>(kilobytes(100)).is_ok());
            assert_eq!(*kept, [5; 100]);
        }
    }
}

#[test]
fn refused_memory_loses_no_value_silently() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(kilobytes(512)));
    let value = std::sync::Arc::new(());
    let large = || ([0_u8; 70_000], std::sync::Arc::clone(&value));
    let key = alloc.frame_retain(large(), RetentionPolicy::PromoteToHeap).key();
    alloc.frame_retain(large(), RetentionPolicy::PromoteToPool);
    assert_eq!(std::sync::Arc::strong_count(&value), 3);
    let mut promotions = refusing(LARGE, || alloc.end_frame_with_promotions());
    assert!(promotions.take(key).is_none());
    assert_eq!((promotions.failures().len(), std::sync::Arc::strong_count(&value)), (2, 1));
    assert!(promotions.failures()[0].reason.to_string().starts_with("out of memory"));

    let refused =
        refusing(LARGE, || alloc.try_frame_box_for_transfer(large()).map_err(|refused| refused.into_value().1));
    assert_eq!(refused.map(|_| ()).map_err(|value| std::sync::Arc::strong_count(&value)), Err(2));

    let level = alloc.scratch("refused");
    assert!(refusing(LARGE, || level.try_keep(large()).is_err()));
    assert_eq!(std::sync::Arc::strong_count(&value), 1);
    alloc.end_frame();
    assert_eq!(alloc.stats().transfers.sent, 0);
}
