//! What subscribers may do, and what they hear.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};

use framealloc_core::{AllocConfig, Budget, BudgetOutcome, BudgetPolicy};
use framealloc_core::{
    Diagnostic, FrameEvent, Importance, Level, RetentionPolicy, SmartAlloc, Subscription, kilobytes,
};

/// Bytes that the red zone before each block takes.
const ZONE: usize = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };

/// Writes down every event.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<FrameEvent>>>);

impl Log {
    fn of(alloc: &SmartAlloc) -> Self {
        let log = Self::default();
        let to = log.clone();
        alloc.on_frame_event(move |_, event| to.0.lock().unwrap().push(event.clone())).forever();
        log
    }

    fn take(&self) -> Vec<FrameEvent> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Whether a frame begins or ends.
fn is_bracket(event: &FrameEvent) -> bool {
    matches!(event, FrameEvent::Began { .. } | FrameEvent::Ended { .. })
}

/// Subscribes something that counts its calls.
fn counting(alloc: &SmartAlloc) -> (Arc<Mutex<usize>>, Subscription) {
    let calls = Arc::new(Mutex::new(0));
    let count = Arc::clone(&calls);
    (calls, alloc.on_frame_event(move |_, _| *count.lock().unwrap() += 1))
}

#[test]
fn a_frame_begins_and_ends_with_its_figures() {
    let mut alloc = SmartAlloc::default();
    let log = Log::of(&alloc);
    alloc.begin_frame();
    assert!(matches!(log.take()[..], [FrameEvent::Began { frame: 1, .. }]));
    alloc.frame_slice_copy(&[0_u64; 100]);
    std::thread::sleep(std::time::Duration::from_millis(2));
    core::mem::forget(alloc.frame_scope());
    let report = alloc.end_frame();
    let events = log.take();
    let Some(FrameEvent::Ended { frame, duration, bytes, high_water, scopes_left_open, .. }) = events.last() else {
        panic!("{events:?}")
    };
    assert_eq!((*frame, *bytes, *high_water), (1, report.bytes, report.high_water));
    assert_eq!((*scopes_left_open, *bytes), (1, 800 + ZONE));
    assert!(duration.is_some_and(|duration| duration.as_millis() >= 2), "{duration:?}");
    // Without a begin there is no duration.
    alloc.end_frame();
    assert!(matches!(log.take()[..], [FrameEvent::Ended { frame: 1, duration: None, bytes: 0, .. }]));
}

#[test]
fn a_frame_left_open_ends_before_the_next_begins() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let log = Log::of(&alloc);
    alloc.begin_frame();
    let events = log.take();
    assert!(matches!(events[0], FrameEvent::Ended { frame: 1, duration: None, .. }), "{events:?}");
    assert!(matches!(events[1], FrameEvent::Began { frame: 2, .. }), "{events:?}");
}

#[test]
fn budgets_promotions_and_transfers_are_told_once_per_frame() {
    let budget = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Promote);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("events-ai", budget));
    let log = Log::of(&alloc);
    alloc.begin_frame();
    alloc.tagged("events-ai").frame_slice_copy(&[0_u8; 2000]);
    drop(alloc.frame_box_for_transfer(1_u32));
    let _ = alloc.frame_box_for_transfer(2_u32).receive();
    alloc.frame_retained::<[u8; 64]>(RetentionPolicy::PromoteToPool).write([1; 64]);
    alloc.frame_with_importance(Importance::Ephemeral).write(5_u32);
    drop(alloc.end_frame_with_promotions());
    let events = log.take();
    let budgets: Vec<_> = events
        .iter()
        .filter_map(|event| if let FrameEvent::Budget(budget) = event { Some(*budget) } else { None })
        .collect();
    assert_eq!(budgets, alloc.budget_events());
    assert_eq!(budgets[0].outcome, BudgetOutcome::Promoted);
    assert!(
        events.iter().any(|event| matches!(event,
        FrameEvent::Promoted { pool, heap, discarded, failed, .. }
            if (pool.values, pool.bytes, heap.values, discarded.values, failed.values) == (1, 64, 0, 1, 0))),
        "{events:?}"
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event, FrameEvent::Transfers { sent: 2, received: 1, dropped: 1, in_flight: 0, .. })),
        "{events:?}"
    );

    alloc.whole_frame(|_| ());
    let events = log.take();
    assert_eq!(events.len(), 2, "a quiet frame begins and ends: {events:?}");
}

#[test]
fn growth_is_told_by_thread_and_tag_and_ceases() {
    let mut alloc = SmartAlloc::default();
    let log = Log::of(&alloc);
    let mut grown = 0;
    for frame in 0..10 {
        alloc.begin_frame();
        alloc.tagged("grows").frame_slice_zeroed::<u8>(kilobytes(300));
        alloc.scoped(|scope| scope.frame_slice_zeroed::<u8>(kilobytes(90)).len());
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("events-worker".into());
            thread.spawn_scoped(scope, || alloc.tagged("grows").frame_box([0_u8; 100]).len()).unwrap().join().unwrap();
        });
        let before = alloc.capacity();
        alloc.end_frame();
        let mut threads = Vec::new();
        for event in log.take() {
            if let FrameEvent::Grew { thread, tag, chunks, bytes, .. } = event {
                threads.push((thread.as_deref().map(str::to_owned), tag));
                assert!(chunks > 0 && bytes >= chunks * 64, "{chunks} chunks, {bytes} bytes");
                grown += bytes;
            }
        }
        if frame == 0 {
            assert_eq!(grown, before, "all that is held was told of");
            assert!(threads.contains(&(Some("events-worker".into()), "grows")), "{threads:?}");
            assert!(threads.iter().any(|(_, tag)| *tag == "(untagged)"), "{threads:?}");
        } else if frame > 2 {
            assert_eq!(threads, [], "frame {frame}");
        }
    }
}

#[test]
fn phases_are_told_with_their_bytes() {
    let mut alloc = SmartAlloc::default();
    let log = Log::of(&alloc);
    alloc.begin_frame();
    {
        let _phase = alloc.phase_scope("events-phase");
        alloc.frame_slice_copy(&[0_u64; 10]);
    }
    alloc.end_frame();
    let events = log.take();
    let phase = events.iter().find_map(|event| match event {
        FrameEvent::Phase(phase) => Some((phase.path, phase.calls, phase.bytes)),
        _ => None,
    });
    assert_eq!(phase, Some(("events-phase", 1, 80 + ZONE)), "{events:?}");
}

#[test]
fn threads_have_frame_statistics() {
    let mut alloc = SmartAlloc::default();
    for frame in 1..=6_u64 {
        alloc.whole_frame(|alloc| {
            alloc.frame_slice_zeroed::<u64>(10);
            if frame % 3 == 0 {
                std::thread::scope(|scope| {
                    let thread = std::thread::Builder::new().name(format!("stats-{frame}"));
                    thread.spawn_scoped(scope, || alloc.frame_slice_zeroed::<u64>(100).len()).unwrap().join().unwrap();
                });
            }
        });
    }
    let stats = alloc.stats();
    let here = std::thread::current();
    let own = stats.threads.iter().find(|thread| Some(&*thread.name) == here.name()).expect("it allocated");
    assert_eq!(
        (own.frames, own.total_bytes, own.bytes, own.high_water),
        (6, 6 * (80 + ZONE as u64), 80 + ZONE, 80 + ZONE)
    );
    alloc.begin_frame();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("stats-late".into());
        thread.spawn_scoped(scope, || alloc.frame_slice_zeroed::<u64>(5).len()).unwrap().join().unwrap();
    });
    alloc.end_frame();
    let late = alloc.stats().threads.into_iter().find(|thread| thread.name == "stats-late").expect("it allocated");
    let figures = (late.frames, late.total_bytes, late.bytes, late.high_water);
    assert_eq!(figures, (1, 40 + ZONE as u64, 40 + ZONE, 40 + ZONE), "those of the heap's last owner are not its own");
}

#[test]
fn a_subscriber_may_allocate_from_the_allocator() {
    let mut alloc = SmartAlloc::default();
    let (sent, seen) = mpsc::channel();
    alloc
        .on_frame_event(move |alloc, event| {
            if !is_bracket(event) {
                return;
            }
            let text = alloc.with_tag("hud", |hud| hud.frame_str("hud").len());
            let shared = alloc.frame_share(vec![text; 3]);
            sent.send((matches!(event, FrameEvent::Began { .. }), shared)).unwrap();
        })
        .forever();
    for _ in 0..3 {
        alloc.begin_frame();
        let (began, shared) = seen.try_recv().unwrap();
        assert!(began);
        assert_eq!(shared.get(&alloc), Some(&vec![3; 3]), "what is shared at the begin lives in the frame");
        alloc.end_frame();
        assert_eq!(shared.get(&alloc), None);
        let (began, shared) = seen.try_recv().unwrap();
        assert_eq!((began, shared.get(&alloc)), (false, Some(&vec![3; 3])));
    }
    assert!(alloc.stats().tag("hud").is_some());
}

#[test]
fn a_subscriber_may_drop_its_own_subscription() {
    let mut alloc = SmartAlloc::default();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let calls = Arc::new(Mutex::new(0));
    let subscription = alloc.on_frame_event({
        let (own, calls) = (Arc::clone(&own), Arc::clone(&calls));
        move |_, _| {
            *calls.lock().unwrap() += 1;
            drop(own.lock().unwrap().take());
        }
    });
    *own.lock().unwrap() = Some(subscription);
    alloc.whole_frame(|_| ());
    assert_eq!(*calls.lock().unwrap(), 1);
    assert_eq!(Arc::strong_count(&calls), 1, "the subscriber is dropped after its last call");
}

#[test]
fn a_subscriber_may_end_and_begin_other_subscriptions() {
    let mut alloc = SmartAlloc::default();
    let victim: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let late_calls = Arc::new(Mutex::new(0));
    alloc
        .on_frame_event({
            let (victim, late_calls) = (Arc::clone(&victim), Arc::clone(&late_calls));
            let mut first = true;
            move |alloc, _| {
                drop(victim.lock().unwrap().take());
                if std::mem::take(&mut first) {
                    let late_calls = Arc::clone(&late_calls);
                    alloc.on_frame_event(move |_, _| *late_calls.lock().unwrap() += 1).forever();
                }
            }
        })
        .forever();
    let (victim_calls, subscription) = counting(&alloc);
    *victim.lock().unwrap() = Some(subscription);
    alloc.begin_frame();
    assert_eq!(*victim_calls.lock().unwrap(), 0, "unsubscribed by the one before it at the same end of a frame");
    assert_eq!(*late_calls.lock().unwrap(), 0, "a new subscriber hears from the next end of a frame on");
    alloc.end_frame();
    assert_eq!(*late_calls.lock().unwrap(), 1);
}

#[test]
fn a_subscriber_may_run_the_frames_of_another_allocator() {
    let mut alloc = SmartAlloc::default();
    let mut other = SmartAlloc::default();
    let inner = Log::of(&other);
    alloc
        .on_frame_event(move |outer, event| {
            if !is_bracket(event) {
                return;
            }
            other.whole_frame(|other| {
                let own = other.frame_box(outer.id());
                let theirs = outer.frame_box(*own);
                assert_eq!(*theirs, outer.id());
            });
        })
        .forever();
    for _ in 0..10 {
        alloc.whole_frame(|alloc| drop(alloc.frame_box(1)));
    }
    assert_eq!(inner.take().iter().filter(|event| is_bracket(event)).count(), 10 * 2 * 2);
}

#[test]
fn nothing_is_held_while_a_subscriber_runs() {
    // Another thread does everything that could wait for a lock, while the subscriber waits for that thread.
    let budget = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Warn);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("held", budget));
    let (calls, counted) = counting(&alloc);
    counted.forever();
    let mut kinds = std::collections::HashSet::new();
    let (done, kinds_seen) = mpsc::channel();
    alloc
        .on_frame_event(move |alloc, event| {
            std::thread::scope(|scope| {
                let everything = || {
                    let (_, subscription) = counting(alloc);
                    alloc.raise(Diagnostic::new("TEST", Level::Hint, "from a subscriber's thread"));
                    alloc.tagged("held").frame_slice_zeroed::<u8>(4000);
                    alloc.scoped(|scope| scope.frame_str("text").len());
                    let _guard = alloc.strict_guard(alloc.strict());
                    drop(alloc.frame_box_for_transfer(1));
                    let level = alloc.scratch("held");
                    let stats = (alloc.stats(), level.region_stats(), framealloc_core::pool::own_pools());
                    drop((stats, subscription));
                };
                let thread = scope.spawn(everything);
                for _ in 0..1000 {
                    if thread.is_finished() {
                        return;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                // A scope would wait for the thread without end.
                eprintln!("something is held while {event:?} is told");
                std::process::abort();
            });
            if kinds.insert(std::mem::discriminant(event)) {
                done.send(format!("{event:?}")).unwrap();
            }
        })
        .forever();
    for _ in 0..3 {
        alloc.begin_frame();
        alloc.tagged("held").frame_slice_zeroed::<u8>(4000);
        alloc.frame_with_importance(Importance::Reusable).write(5_u32);
        let phase = alloc.phase_scope("held");
        drop(phase);
        drop(alloc.end_frame_with_promotions());
    }
    let kinds: Vec<_> = kinds_seen.try_iter().collect();
    assert_eq!(kinds.len(), 8, "every kind of event: {kinds:#?}");
    assert!(*calls.lock().unwrap() >= 8);
}

#[test]
fn a_panic_in_a_subscriber_stops_no_other_and_no_turn() {
    let mut alloc = SmartAlloc::default();
    let (before, _first) = counting(&alloc);
    let mut events = 0;
    alloc
        .on_frame_event(move |_, event| {
            events += usize::from(is_bracket(event));
            assert!(events > 4, "event {events}");
        })
        .forever();
    let (after, _last) = counting(&alloc);
    for event in [1, 3] {
        let panicked = catch_unwind(AssertUnwindSafe(|| alloc.begin_frame())).unwrap_err();
        assert_eq!(panicked.downcast_ref::<String>(), Some(&format!("event {event}")));
        assert!(alloc.is_in_frame(), "the frame has begun all the same");
        let value = alloc.frame_box(1_u64);
        drop(value);
        assert!(catch_unwind(AssertUnwindSafe(|| alloc.end_frame())).is_err());
        assert!(!alloc.is_in_frame(), "the frame has ended all the same");
        assert_eq!(alloc.stats().bytes, 8 + ZONE);
    }
    alloc.whole_frame(|_| ());
    let (before, after) = (*before.lock().unwrap(), *after.lock().unwrap());
    assert!(before == after && before >= 6, "{before} {after}");
}

#[test]
fn the_first_of_several_panics_is_resumed() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a shared value");
        }
    }
    let mut alloc = SmartAlloc::default();
    alloc.on_frame_event(|_, event| assert!(!matches!(event, FrameEvent::Ended { .. }), "first")).forever();
    alloc.on_frame_event(|_, event| assert!(!matches!(event, FrameEvent::Ended { .. }), "second")).forever();
    alloc.begin_frame();
    let panicked = catch_unwind(AssertUnwindSafe(|| alloc.end_frame())).unwrap_err();
    assert_eq!(panicked.downcast_ref::<&str>(), Some(&"first"));
    alloc.begin_frame();
    let _ = alloc.frame_share(Bomb);
    let panicked = catch_unwind(AssertUnwindSafe(|| alloc.end_frame())).unwrap_err();
    assert_eq!(panicked.downcast_ref::<&str>(), Some(&"a shared value"), "drops come before subscribers");
    // A bracket whose body panics: the panic of a subscriber does not end the program.
    let panicked = catch_unwind(AssertUnwindSafe(|| alloc.whole_frame(|_| panic!("body")))).unwrap_err();
    assert_eq!(panicked.downcast_ref::<&str>(), Some(&"body"));
    drop(catch_unwind(AssertUnwindSafe(|| drop(alloc))));
}

#[test]
fn a_bracket_whose_begin_panics_leaves_no_frame_open() {
    let mut alloc = SmartAlloc::default();
    alloc.on_frame_event(|_, event| assert!(!matches!(event, FrameEvent::Began { .. }))).forever();
    assert!(catch_unwind(AssertUnwindSafe(|| alloc.whole_frame(|_| ()))).is_err());
    assert!(!alloc.is_in_frame());
}

#[test]
fn subscriptions_end_on_other_threads_and_outlive_the_allocator() {
    let mut alloc = SmartAlloc::default();
    let (calls, subscription) = counting(&alloc);
    let (_, other) = counting(&alloc);
    let kept = Arc::clone(&calls);
    alloc.whole_frame(|_| ());
    std::thread::spawn(move || drop(subscription)).join().unwrap();
    assert_eq!(Arc::strong_count(&kept), 2, "the subscriber is gone");
    alloc.whole_frame(|_| ());
    assert_eq!(*calls.lock().unwrap(), 2);
    drop(alloc);
    drop(other);
}

#[test]
fn an_allocator_drops_its_subscribers() {
    let alive = Arc::new(());
    let alloc = SmartAlloc::default();
    let held = Arc::clone(&alive);
    alloc.on_frame_event(move |_, _| assert_eq!(Arc::strong_count(&held), 2)).forever();
    drop(alloc);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn threads_come_and_go_while_frames_turn() {
    let mut alloc = SmartAlloc::default();
    let log = Log::of(&alloc);
    for _ in 0..50 {
        alloc.begin_frame();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let (_, mine) = counting(&alloc);
                    alloc.raise(Diagnostic::new("TEST", Level::Hint, "from a thread").with_thread("worker"));
                    drop(alloc.frame_box([1_u8; 100]));
                    drop(mine);
                });
            }
        });
        alloc.end_frame();
    }
    let events = log.take();
    let raised = events.iter().filter_map(|event| match event {
        FrameEvent::Diagnostic(diagnostic) => Some(1 + diagnostic.left_out),
        _ => None,
    });
    // 1, 2, 4 .. 64 of 100 are reported.
    assert_eq!(raised.clone().count(), 7, "{events:?}");
    assert_eq!(raised.sum::<u64>(), 64);
}
