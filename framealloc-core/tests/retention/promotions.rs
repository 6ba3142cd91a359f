//! Retained values find their new home, or are dropped, exactly once and only when the frame ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use framealloc_core::{
    AllocConfig, AllocError, FrameRetained, Importance, Promoted, Promotion, PromotionFailure, Promotions, RetainKey,
    RetainedSlot, RetentionPolicy, SmartAlloc, TransferHandle, heap,
};

struct Counted {
    dropped: Arc<AtomicUsize>,
    number: usize,
    panics: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, SeqCst);
        assert!(!self.panics, "value {}", self.number);
    }
}

fn counted(dropped: &Arc<AtomicUsize>, number: usize) -> Counted {
    Counted { dropped: Arc::clone(dropped), number, panics: false }
}

#[test]
fn each_policy_leads_to_its_home_and_plain_ends_drop() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut alloc = SmartAlloc::default();
    let run = |alloc: &SmartAlloc| {
        alloc.frame_retain(counted(&dropped, 0), RetentionPolicy::Discard);
        let pool = alloc.frame_retain(counted(&dropped, 1), RetentionPolicy::PromoteToPool).key();
        let heap = alloc.tagged("each_home").frame_retained(RetentionPolicy::PromoteToHeap);
        let heap = heap.write(counted(&dropped, 2)).key();
        (pool, heap)
    };
    for _ in 0..3 {
        alloc.begin_frame();
        dropped.store(0, SeqCst);
        let (pool, heap) = run(&alloc);
        let mut promotions = alloc.end_frame_with_promotions();
        assert_eq!(dropped.load(SeqCst), 1);
        let size = size_of::<Counted>();
        let summary = promotions.summary().clone();
        assert_eq!((summary.discarded.values, summary.pool.bytes, summary.heap.bytes), (1, size, size));
        assert_eq!(summary.by_tag.iter().map(|(tag, _)| tag.path()).collect::<Vec<_>>(), ["(untagged)", "each_home"]);
        assert!(promotions.report().bytes > 0);
        let taken = promotions.take(pool).unwrap();
        assert!(matches!(taken, Promoted::Pool(_)) && taken.number == 1);
        assert!(promotions.take(pool).is_none());
        let taken = promotions.take(heap).unwrap();
        assert!(matches!(taken, Promoted::Heap(_)));
        assert_eq!(taken.into_inner().number, 2);
        assert!(promotions.is_empty());
        assert_eq!(dropped.load(SeqCst), 2);
    }
    for _ in 0..3 {
        dropped.store(0, SeqCst);
        let (pool, _) = run(&alloc);
        alloc.end_frame();
        assert_eq!(dropped.load(SeqCst), 3);
        // Of another frame, and so of nothing in this one.
        assert!(alloc.end_frame_with_promotions().take(pool).is_none());
    }
    run(&alloc);
    drop(alloc);
    assert_eq!(dropped.load(SeqCst), 6);
}

#[test]
fn a_value_is_used_and_decided_about_until_the_frame_ends() {
    let mut alloc = SmartAlloc::default();
    let kept: RetainKey<Vec<i32>> = alloc.scoped(|scope| {
        // From a scope too, a retained value lives in the whole frame; only the borrow ends with the scope.
        scope.frame_retain(vec![1], RetentionPolicy::PromoteToPool).key()
    });
    let mut list: FrameRetained<'_, Vec<u32>> = alloc.frame_retain(vec![1, 2], RetentionPolicy::Discard);
    list.push(3);
    assert_eq!((list.policy(), list.len()), (RetentionPolicy::Discard, 3));
    list.set_policy(RetentionPolicy::PromoteToHeap);
    let list = list.key();
    alloc.frame_retain(vec![9], RetentionPolicy::PromoteToPool).discard();
    let empty = alloc.frame_retained::<String>(RetentionPolicy::PromoteToPool);
    drop(empty);
    let unit = alloc.frame_retain((), RetentionPolicy::PromoteToPool).key();

    let mut promotions = alloc.end_frame_with_promotions();
    assert_eq!(promotions.take(list).map(Promoted::into_inner), Some(vec![1, 2, 3]));
    assert_eq!(promotions.take(unit).map(Promoted::into_inner), Some(()));
    assert_eq!(promotions.len(), 1);
    assert_eq!(promotions.take(kept).map(Promoted::into_inner), Some(vec![1]));
    assert_eq!(promotions.summary().discarded.values, 1);
}

#[test]
fn promotions_can_be_walked_without_their_types() {
    let mut alloc = SmartAlloc::default();
    alloc.frame_retain(String::from("one"), RetentionPolicy::PromoteToPool);
    alloc.frame_retain(2_usize, RetentionPolicy::PromoteToHeap);
    alloc.frame_retain([3_u8; 9000], RetentionPolicy::PromoteToPool);
    let promotions = alloc.end_frame_with_promotions();
    assert_eq!(promotions.iter().filter(|promotion| promotion.downcast_ref::<String>().is_some()).count(), 1);
    let mut found = Vec::new();
    for promotion in promotions {
        let (bytes, name) = (promotion.bytes(), promotion.type_name());
        match promotion.downcast::<usize>() {
            Ok(value) => found.push((value.into_inner(), name)),
            Err(promotion) => found.push((promotion.bytes(), name)),
        }
        assert!(bytes == found.last().unwrap().0 || bytes == size_of::<usize>());
    }
    found.sort_unstable();
    assert_eq!(found.iter().map(|(bytes, _)| *bytes).collect::<Vec<_>>(), [2, size_of::<String>(), 9000]);
}

#[test]
fn a_panicking_drop_stops_no_other_value() {
    for (panics, promoted) in [(0, false), (3, false), (9, false), (3, true)] {
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        for number in 0..10 {
            let policy =
                if number % 2 == 0 || !promoted { RetentionPolicy::Discard } else { RetentionPolicy::PromoteToPool };
            let mut value = counted(&dropped, number);
            value.panics = number == panics || number == panics + 1;
            alloc.frame_retain(value, policy);
            alloc.frame_share(Box::new(number));
        }
        let panic = catch_unwind(AssertUnwindSafe(|| alloc.end_frame_with_promotions())).unwrap_err();
        let message = panic.downcast::<String>().unwrap();
        assert!(message.starts_with("value "), "{message}");
        // What was promoted waits, and what was discarded has dropped.
        let waiting = if promoted { 5 } else { 0 };
        assert_eq!(dropped.load(SeqCst), 10 - waiting);
        let promotions = alloc.take_promotions().expect("they wait");
        assert_eq!(promotions.len(), waiting);
        // One of them panics when it is dropped in the frames ended before it, and stops no other either.
        assert_eq!(catch_unwind(AssertUnwindSafe(|| drop(promotions))).is_err(), promoted);
        assert_eq!(dropped.load(SeqCst), 10);
        assert!(!alloc.is_in_frame());
        alloc.whole_frame(|alloc| alloc.frame_retain(1, RetentionPolicy::Discard).policy());
    }
}

#[test]
fn limited_promotions_go_to_the_most_important_and_the_rest_is_listed() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let size = size_of::<Counted>();
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_promotion_budget(2 * size));
    let reusable: Vec<_> = (0..3)
        .map(|number| alloc.frame_with_importance(Importance::Reusable).write(counted(&dropped, number)).key())
        .collect();
    let persistent = alloc.frame_with_importance(Importance::Persistent).write(counted(&dropped, 9)).key();
    alloc.frame_with_importance(Importance::Ephemeral).write(counted(&dropped, 8));
    alloc.frame_with_importance(Importance::Scratch("nowhere")).write(counted(&dropped, 7));

    let mut promotions = alloc.end_frame_with_promotions();
    assert_eq!(dropped.load(SeqCst), 4);
    assert_eq!(promotions.take(persistent).map(|value| value.number), Some(9));
    assert_eq!(
        reusable.iter().filter_map(|key| promotions.take(*key)).map(|value| value.number).collect::<Vec<_>>(),
        [0]
    );
    let summary = promotions.summary();
    assert_eq!((summary.failed.values, summary.failed.bytes, summary.discarded.values), (3, 3 * size, 1));
    assert_eq!(summary.by_reason[0].0, PromotionFailure::BudgetExceeded);
    assert_eq!(promotions.failures().len(), 3);
}

#[test]
fn values_of_other_threads_are_promoted_by_the_thread_that_turns() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut alloc = SmartAlloc::default();
    for _ in 0..3 {
        dropped.store(0, SeqCst);
        let keys: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|number| {
                    let (alloc, dropped) = (&alloc, &dropped);
                    scope.spawn(move || {
                        alloc.frame_retain(counted(dropped, number), RetentionPolicy::PromoteToPool).key()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        let mut promotions = alloc.end_frame_with_promotions();
        let numbers: Vec<_> = keys.iter().map(|key| promotions.take(*key).unwrap().number).collect();
        assert_eq!((numbers, dropped.load(SeqCst)), (vec![0, 1, 2, 3], 4));
    }
}

#[test]
fn promoted_heap_bytes_count_for_their_tag_until_dropped() {
    let mut alloc = SmartAlloc::default();
    let tag = framealloc_core::Tag::intern("promoted_heap_bytes");
    let key = alloc.tagged(tag).frame_retain([0_u8; 100], RetentionPolicy::PromoteToHeap).key();
    let mut promotions = alloc.end_frame_with_promotions();
    let value = promotions.take(key);
    assert_eq!(heap::tag_stats(tag).live_bytes, 100);
    drop(value);
    assert_eq!(heap::tag_stats(tag).live_bytes, 0);
}

#[test]
fn retention_is_refused_by_a_budget_before_anything_changes() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(8_usize));
    let refused = alloc.try_frame_retain(counted(&dropped, 0), RetentionPolicy::PromoteToPool).map(|_| ());
    assert!(matches!(refused, Err(AllocError::BudgetExceeded { .. })));
    assert_eq!(dropped.load(SeqCst), 1);
    let promotions = alloc.end_frame_with_promotions();
    assert!(promotions.is_empty() && promotions.failures().is_empty());
}

#[test]
fn over_aligned_values_keep_their_alignment() {
    #[repr(align(128))]
    struct Line([u8; 128]);
    let mut alloc = SmartAlloc::default();
    let keys: Vec<_> =
        (0..5_u8).map(|i| (i, alloc.frame_retain(Line([i; 128]), RetentionPolicy::PromoteToPool).key())).collect();
    let mut promotions = alloc.end_frame_with_promotions();
    for (i, key) in keys {
        let line = promotions.take(key).unwrap();
        assert_eq!(((&raw const *line).addr() % 128, line.0), (0, [i; 128]));
    }
}

/// `<T as NotSend<_>>::CHECK` is ambiguous, and does not compile, where `T` is `Send`; likewise for `Sync`.
trait NotSend<Marker> {
    const CHECK: () = ();
}
impl<T: ?Sized> NotSend<()> for T {}
impl<T: ?Sized + Send> NotSend<u8> for T {}
trait NotSync<Marker> {
    const CHECK: () = ();
}
impl<T: ?Sized> NotSync<()> for T {}
impl<T: ?Sized + Sync> NotSync<u8> for T {}

#[test]
fn types_cross_threads_as_their_values_do() {
    type Local = std::cell::Cell<u8>;
    const fn send<T: Send>() {}
    const fn sync<T: Sync>() {}
    send::<FrameRetained<'_, Local>>();
    sync::<FrameRetained<'_, u8>>();
    let () = <FrameRetained<'_, Local> as NotSync<_>>::CHECK;
    let () = <FrameRetained<'_, std::rc::Rc<u8>> as NotSend<_>>::CHECK;
    // The place is listed by the thread that made it.
    let () = <RetainedSlot<'_, u8> as NotSend<_>>::CHECK;
    send::<RetainKey<std::rc::Rc<u8>>>();
    sync::<RetainKey<std::rc::Rc<u8>>>();
    send::<Promotions>();
    let () = <Promotions as NotSync<_>>::CHECK;
    send::<Promotion>();
    send::<TransferHandle<Local>>();
    let () = <TransferHandle<Local> as NotSync<_>>::CHECK;
    sync::<TransferHandle<u8>>();
}

#[test]
fn keys_find_their_values_among_few_and_among_many() {
    for count in [1, 31, 32, 33, 5_000] {
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        let retain = |number: usize| alloc.frame_retain(number, RetentionPolicy::PromoteToPool).key();
        let keys: Vec<_> = (0..count).map(retain).collect();
        let mut promotions = alloc.end_frame_with_promotions();
        // In an order that is neither theirs nor its reverse; every third one stays.
        let order = |step: usize| (0..count).map(move |index| (index * 7 + step) % count);
        let mut left = count;
        for number in order(3).filter(|number| number % 3 != 0) {
            assert_eq!(promotions.take(keys[number]).map(Promoted::into_inner), Some(number), "of {count}");
            assert!(promotions.take(keys[number]).is_none());
            left -= 1;
            assert_eq!(promotions.len(), left);
        }
        let mut stayed: Vec<usize> = promotions.iter().map(|value| *value.downcast_ref::<usize>().unwrap()).collect();
        stayed.sort_unstable();
        assert_eq!(stayed, (0..count).step_by(3).collect::<Vec<_>>());
    }
}
