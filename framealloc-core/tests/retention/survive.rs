//! What was promoted is never lost to a panic of something else.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use framealloc_core::{
    AllocConfig, Diagnostic, FrameEvent, Importance, Level, Promotions, RetainKey, RetentionPolicy, SmartAlloc, Strict,
};

/// Counts its drop, which may panic.
struct Value {
    dropped: Arc<AtomicUsize>,
    panics: bool,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Relaxed);
        assert!(!self.panics, "a drop");
    }
}

fn retain(alloc: &SmartAlloc, dropped: &Arc<AtomicUsize>, panics: bool, policy: RetentionPolicy) -> RetainKey<Value> {
    alloc.frame_retain(Value { dropped: Arc::clone(dropped), panics }, policy).key()
}

fn end(alloc: &mut SmartAlloc) -> Result<Promotions, &'static str> {
    catch_unwind(AssertUnwindSafe(|| alloc.end_frame_with_promotions()))
        .map_err(|payload| *payload.downcast_ref::<&str>().expect("a message"))
}

#[test]
fn what_was_promoted_is_taken_after_the_drop_of_another_value_panicked() {
    for policy in [RetentionPolicy::PromoteToHeap, RetentionPolicy::PromoteToPool] {
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        let before = retain(&alloc, &dropped, false, policy);
        retain(&alloc, &dropped, true, RetentionPolicy::Discard);
        let after = retain(&alloc, &dropped, false, policy);
        assert_eq!(end(&mut alloc).unwrap_err(), "a drop");
        assert_eq!(dropped.load(Relaxed), 1);
        let mut promotions = alloc.take_promotions().expect("it waits");
        assert_eq!((promotions.len(), promotions.report().frame), (2, 1));
        assert_eq!((promotions.summary().discarded.values, promotions.failures().len()), (1, 0));
        assert!(promotions.take(before).is_some() && promotions.take(after).is_some());
        assert_eq!(dropped.load(Relaxed), 3);
        assert!(alloc.take_promotions().is_none());
    }
}

#[test]
fn what_nobody_took_is_among_the_promotions_of_the_next_frame() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut alloc = SmartAlloc::default();
    let mut keys = Vec::new();
    // Three frames that panic in a row, and one that does not.
    for panics in [true, true, true, false] {
        alloc.begin_frame();
        keys.push(retain(&alloc, &dropped, false, RetentionPolicy::PromoteToHeap));
        retain(&alloc, &dropped, panics, RetentionPolicy::Discard);
        match end(&mut alloc) {
            Err(message) => assert_eq!((message, panics), ("a drop", true)),
            Ok(mut promotions) => {
                assert_eq!((promotions.len(), promotions.report().frame), (4, 7));
                assert_eq!(promotions.summary().heap.values, 1, "figures are of the frame that ended");
                assert!(keys.iter().all(|key| promotions.take(*key).is_some()));
            }
        }
        alloc.whole_frame(|_| ());
        alloc.end_frame();
    }
    assert_eq!(dropped.load(Relaxed), 8);
}

#[test]
fn what_nobody_takes_drops_with_the_allocator_whatever_panics_there() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    for _ in 0..3 {
        // They panic when they drop in their new home.
        retain(&alloc, &dropped, true, RetentionPolicy::PromoteToHeap);
    }
    retain(&alloc, &dropped, true, RetentionPolicy::Discard);
    assert!(end(&mut alloc).is_err());
    assert_eq!(dropped.load(Relaxed), 1);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(alloc))).is_err());
    assert_eq!(dropped.load(Relaxed), 4);
}

#[test]
fn subscribers_shared_values_and_strict_mode_take_no_promotion() {
    type Panics = fn(&SmartAlloc, &Arc<AtomicUsize>);
    let ways: [Panics; 4] = [
        |alloc, _| {
            let subscriber = |_: &SmartAlloc, event: &FrameEvent| {
                assert!(!matches!(event, FrameEvent::Promoted { .. }), "a subscriber");
            };
            alloc.on_frame_event(subscriber).forever();
        },
        |alloc, dropped| {
            let _ = alloc.frame_share(Value { dropped: Arc::clone(dropped), panics: true });
        },
        |alloc, _| {
            alloc.set_strict(Strict::Errors);
            alloc.raise(Diagnostic::new("TEST", Level::Error, "strict"));
        },
        // It cannot be promoted, for there is no such region.
        |alloc, dropped| {
            retain(alloc, dropped, true, RetentionPolicy::PromoteToScratch("nowhere"));
        },
    ];
    for (way, panics) in ways.into_iter().enumerate() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut alloc = SmartAlloc::new(AllocConfig::default());
        alloc.begin_frame();
        let key = alloc.frame_with_importance(Importance::Persistent).write([way; 3]).key();
        panics(&alloc, &dropped);
        let ended = catch_unwind(AssertUnwindSafe(|| alloc.end_frame_with_promotions()));
        assert!(ended.is_err(), "way {way}");
        let mut promotions = alloc.take_promotions().expect("it waits");
        assert_eq!(promotions.take(key).map(framealloc_core::Promoted::into_inner), Some([way; 3]), "way {way}");
        assert_eq!(promotions.failures().len(), usize::from(way == 3));
    }
}

#[test]
fn an_end_while_another_panic_unwinds_returns_what_was_promoted() {
    struct EndsFrame<'a>(&'a mut SmartAlloc, RetainKey<u64>);
    impl Drop for EndsFrame<'_> {
        fn drop(&mut self) {
            assert_eq!(self.0.end_frame_with_promotions().take(self.1).map(|value| *value), Some(7));
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let key = alloc.frame_retain(7_u64, RetentionPolicy::PromoteToPool).key();
    retain(&alloc, &dropped, true, RetentionPolicy::Discard);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _ends = EndsFrame(&mut alloc, key);
        panic!("the first");
    }));
    assert_eq!(*unwound.unwrap_err().downcast_ref::<&str>().expect("a message"), "the first");
    assert_eq!(dropped.load(Relaxed), 1);
    assert!(alloc.take_promotions().is_none());
}
