//! Budgets are met to the byte, whichever arenas of the thread share them, and refusals change nothing.

use framealloc_core::__private::{Site, whole_frame, with_frame};
use framealloc_core::{AllocConfig, AllocError, Budget, BudgetOutcome, BudgetPolicy, Limit, SmartAlloc, kilobytes};

/// What a block of eight bytes takes: more than eight where there are red zones.
fn unit() -> usize {
    let alloc = SmartAlloc::default();
    let frame = alloc.frame();
    frame.frame_box(0_u64);
    frame.used_bytes()
}

fn with_policy(bytes: usize, policy: BudgetPolicy) -> SmartAlloc {
    SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(Budget::new(bytes).with_policy(policy)))
}

#[test]
fn the_last_block_succeeds_and_the_next_one_is_refused() {
    let unit = unit();
    for blocks in [0, 1, 2, 7, 64, 1000, 20_000] {
        let alloc = SmartAlloc::default();
        alloc.set_thread_frame_budget(blocks * unit);
        for _ in 0..blocks {
            alloc.try_frame_box(1_u64).unwrap();
        }
        let refused = alloc.try_frame_box(1_u64).map(|_| ());
        assert_eq!(refused, Err(AllocError::BudgetExceeded { limit: Limit::Thread, asked: unit, left: 0 }));
        assert_eq!(alloc.frame().used_bytes(), blocks * unit);
        assert_eq!(alloc.frame_remaining(), Some(0));
    }
}

#[test]
fn what_siblings_have_open_serves_whoever_needs_it() {
    let unit = unit();
    let alloc = SmartAlloc::default();
    alloc.set_thread_frame_budget(300 * unit);
    let scope = alloc.frame_scope();
    // Each opens more than it uses.
    for tag in ["sibling_a", "sibling_b", "sibling_c"] {
        alloc.tagged(tag).frame_box(1_u64);
    }
    alloc.scoped(|frame| *frame.frame_box(1_u64));
    while scope.try_frame_box(1_u64).is_ok() {}
    assert!(alloc.tagged("sibling_a").try_frame_box(1_u64).is_err());
    let in_tags: usize = ["sibling_a", "sibling_b", "sibling_c"].map(|tag| alloc.tagged(tag).used_bytes()).iter().sum();
    assert_eq!(in_tags + scope.used_bytes(), 300 * unit);
}

#[test]
fn odd_sizes_and_alignments_leave_less_than_their_own_padding() {
    #[repr(align(64))]
    #[derive(Clone, Copy)]
    struct Line {
        _bytes: [u8; 64],
    }
    let alloc = SmartAlloc::default();
    alloc.set_thread_frame_budget(kilobytes(8));
    let mut step = 0;
    loop {
        step += 1;
        let served = match step % 4 {
            0 => alloc.try_frame_box(Line { _bytes: [0; 64] }).is_ok(),
            1 => alloc.try_frame_slice_copy(&[0_u8; 13]).is_ok(),
            2 => alloc.try_frame_box([0_u16; 21]).is_ok(),
            _ => alloc.try_frame_box(0_u128).is_ok(),
        };
        if !served {
            break;
        }
    }
    assert!(alloc.frame_remaining().unwrap() < 160, "{:?}", alloc.frame_remaining());
    while alloc.try_frame_box(0_u64).is_ok() {}
    assert!(alloc.frame_remaining().unwrap() < unit());
    assert!(alloc.frame().used_bytes() <= kilobytes(8));
}

#[test]
fn a_closed_scope_gives_its_bytes_back() {
    let unit = unit();
    let alloc = SmartAlloc::default();
    alloc.set_thread_frame_budget(10 * unit);
    for _ in 0..50 {
        alloc.scoped(|frame| {
            for _ in 0..10 {
                frame.try_frame_box(1_u64).unwrap();
            }
            assert!(frame.try_frame_box(1_u64).is_err());
            assert_eq!(frame.frame_remaining(), Some(0));
        });
        assert_eq!(alloc.frame_remaining(), Some(10 * unit));
    }
}

#[test]
fn the_next_frame_starts_with_the_whole_budget() {
    let unit = unit();
    let mut alloc = with_policy(100 * unit, BudgetPolicy::Fail);
    for _ in 0..5 {
        alloc.begin_frame();
        let mut served = 0;
        while alloc.try_frame_box(1_u64).is_ok() {
            served += 1;
        }
        assert_eq!(served, 100);
        std::mem::forget(alloc.frame_scope());
        std::mem::forget(alloc.cursor());
        alloc.end_frame();
        let events = alloc.stats().budget_events;
        let refused = events.iter().find(|event| event.outcome == BudgetOutcome::Refused).unwrap();
        assert_eq!((refused.limit, refused.asked, refused.left, refused.count), (Limit::Thread, unit, 0, 1));
        assert_eq!(events.iter().filter(|event| event.outcome == BudgetOutcome::SoftLimit).count(), 1);
    }
    alloc.whole_frame(|_| ());
    assert_eq!(alloc.stats().budget_events, []);
}

#[test]
fn a_budget_set_in_the_middle_of_a_frame_counts_what_is_held() {
    let unit = unit();
    let alloc = SmartAlloc::default();
    let kept: Vec<_> = (0..60_u64).map(|i| alloc.frame_box(i)).collect();
    let scope = alloc.frame_scope();
    let in_scope = scope.frame_box(7_u64);
    let mut cursor = alloc.tagged("cursor_budget").cursor();
    cursor.alloc(3_u64);
    drop(cursor);

    alloc.set_thread_frame_budget(100 * unit);
    let mut served = 0;
    while alloc.try_frame_box(1_u64).is_ok() {
        served += 1;
    }
    assert_eq!(served, 100 - 62);
    alloc.set_thread_frame_budget(110 * unit);
    for _ in 0..10 {
        scope.try_frame_box(1_u64).unwrap();
    }
    assert!(scope.try_frame_box(1_u64).is_err());
    alloc.clear_thread_frame_budget();
    assert_eq!((alloc.thread_frame_budget(), alloc.frame_remaining()), (None, None));
    assert!(scope.try_frame_box([0; 4096]).is_ok());
    assert!(kept.iter().enumerate().all(|(i, value)| **value == i as u64) && *in_scope == 7);
}

#[test]
fn policies_refuse_warn_allow_or_promote() {
    let unit = unit();
    for (policy, outcome) in [
        (BudgetPolicy::Fail, BudgetOutcome::Refused),
        (BudgetPolicy::Warn, BudgetOutcome::Warned),
        (BudgetPolicy::Allow, BudgetOutcome::Allowed),
        (BudgetPolicy::Promote, BudgetOutcome::Promoted),
    ] {
        let mut alloc = with_policy(4 * unit, policy);
        for _ in 0..3 {
            alloc.begin_frame();
            let values: Vec<_> = (0..20_u64).filter_map(|i| alloc.try_frame_box(i).ok()).collect();
            assert!(values.iter().enumerate().all(|(i, value)| **value == i as u64));
            let served = values.len();
            drop(values);
            let report = alloc.end_frame();
            let stats = alloc.stats();
            let tag = stats.tag("(untagged)").unwrap();
            let events: Vec<_> = stats.budget_events.iter().filter(|event| event.outcome == outcome).collect();
            assert_eq!(events.len(), 1, "{policy:?}");
            assert_eq!((events[0].asked, events[0].left), (unit, 0));
            match policy {
                BudgetPolicy::Fail => assert_eq!((served, report.bytes, events[0].count), (4, 4 * unit, 16)),
                BudgetPolicy::Promote => {
                    assert_eq!((served, report.bytes, events[0].count), (20, 4 * unit, 16));
                    assert_eq!((tag.heap_fallbacks, tag.heap_bytes), (16, 128));
                }
                _ => assert_eq!((served, report.bytes), (20, 20 * unit)),
            }
        }
    }
}

#[test]
fn promoted_memory_is_given_back_with_its_scope() {
    let mut alloc = with_policy(0, BudgetPolicy::Promote);
    for _ in 0..100 {
        alloc.scoped(|frame| {
            let values = frame.frame_slice_fill_with(1000, |i| i);
            assert_eq!(values[999], 999);
            let mut cursor = frame.cursor();
            assert_eq!((*cursor.alloc(1_u64), *cursor.alloc(2_u8)), (1, 2));
        });
    }
    assert_eq!(alloc.capacity(), 0);
    alloc.end_frame();
    let tag = alloc.stats().tag("(untagged)").unwrap();
    assert_eq!((tag.heap_fallbacks, tag.bytes), (300, 0));
}

#[test]
fn the_most_particular_budget_answers_and_the_strictest_policy_wins() {
    let config = AllocConfig::default()
        .with_global_frame_budget(1 << 20)
        .with_thread_frame_budget(kilobytes(64))
        .with_tag_budget("particular", Budget::new(kilobytes(1)))
        .with_tag_budget("lenient", Budget::new(0).with_policy(BudgetPolicy::Warn));
    let alloc = SmartAlloc::new(config);
    let refused = |result: Result<(), AllocError>| match result {
        Err(AllocError::BudgetExceeded { limit, .. }) => limit,
        other => panic!("{other:?}"),
    };
    let tag = alloc.tagged("particular");
    assert_eq!(refused(tag.try_frame_box([0_u8; 2048]).map(|_| ())), Limit::Tag("particular"));
    assert_eq!(refused(alloc.try_frame_slice_zeroed::<u8>(70_000).map(|_| ())), Limit::Thread);
    assert_eq!(refused(alloc.tagged("lenient").try_frame_slice_zeroed::<u8>(70_000).map(|_| ())), Limit::Thread);
    assert!(alloc.tagged("lenient").try_frame_slice_zeroed::<u8>(1000).is_ok());
    // Nested tags have budgets of their own.
    assert!(tag.tagged("deeper").try_frame_box([0_u8; 2048]).is_ok());
    assert!(tag.try_frame_box([0_u8; 1000 - 64]).is_ok());
    assert_eq!(tag.frame_remaining().map(|bytes| bytes <= 88), Some(true));
}

#[test]
fn a_system_may_hold_what_its_attribute_says() {
    static SYSTEM: Site = Site::new("tests::limited", "tests.rs", 1).with_budget(1024);
    for config in [AllocConfig::default(), AllocConfig::default().with_thread_frame_budget(1_usize << 20)] {
        let thread = config.clone().with_thread_frame_budget(1_usize << 20) == config;
        check_system(&SmartAlloc::new(config), &SYSTEM, thread);
    }
}

fn check_system(alloc: &SmartAlloc, system: &'static Site, thread: bool) {
    for _ in 0..3 {
        // What the scope before has kept open is not the system's.
        alloc.scoped(|frame| frame.frame_box([0_u8; 8192]).len());
        with_frame(alloc, system, |frame| {
            frame.try_frame_box([0_u8; 512]).unwrap();
            // Tags and scopes of the system are part of it; the whole frame is not.
            assert!(frame.tagged("system_tag").try_frame_box([0_u8; 600]).is_err());
            let inner = frame.frame_scope();
            assert!(inner.try_frame_box([0_u8; 600]).is_err());
            assert!(inner.try_frame_box([0_u8; 256]).is_ok());
            drop(inner);
            assert!(frame.tagged("system_tag").try_frame_box([0_u8; 256]).is_ok());
            frame.whole().frame_box([0_u8; 4096]);
            let refused = frame.try_frame_box([0_u8; 600]).map(|_| ());
            assert!(
                matches!(refused, Err(AllocError::BudgetExceeded { limit: Limit::System("tests::limited"), .. })),
                "{refused:?}"
            );
            std::mem::forget(frame.frame_scope());
        });
        assert_eq!(alloc.frame_remaining().is_some(), thread);
        alloc.scoped(|frame| frame.frame_box([0_u8; 8192]).len());
    }
    let panic = std::panic::catch_unwind(|| {
        with_frame(alloc, system, |frame| frame.frame_box([0_u8; 2000])[0]);
    });
    let message = panic.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("the budget of system `tests::limited` is exceeded: 20"), "{message}");
    alloc.scoped(|frame| frame.frame_box([0_u8; 8192]).len());
}

#[test]
fn a_function_around_the_frame_limits_what_its_thread_holds() {
    static FRAME: Site = Site::new("tests::tick", "tests.rs", 1).with_budget(1024);
    let mut alloc = SmartAlloc::default();
    for _ in 0..3 {
        whole_frame(&mut alloc, &FRAME, |alloc| {
            assert!(alloc.try_frame_box([0_u8; 1000 - 64]).is_ok());
            assert!(alloc.tagged("around").try_frame_box([0_u8; 200]).is_err());
            assert!(alloc.scoped(|frame| frame.try_frame_box([0_u8; 200]).is_err()));
        });
        assert_eq!(alloc.stats().budget_events[0].limit, Limit::System("tests::tick"));
        alloc.begin_frame();
        assert!(alloc.try_frame_box([0_u8; 4000]).is_ok());
        alloc.end_frame();
    }
}

#[test]
fn a_new_thread_does_not_inherit_the_budget_of_the_one_before() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(kilobytes(4)));
    for _ in 0..3 {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(alloc.thread_frame_budget().map(|budget| budget.bytes()), Some(kilobytes(4)));
                alloc.set_thread_frame_budget(16_usize);
                assert!(alloc.try_frame_box([0_u8; 64]).is_err());
            });
        });
        alloc.end_frame();
    }
}

#[test]
fn a_budget_over_all_threads_is_never_exceeded_and_nearly_exhausted() {
    const BUDGET: usize = 1 << 20;
    const THREADS: usize = 4;
    let config = AllocConfig::default()
        .with_global_frame_budget(BUDGET)
        .with_tag_budget("over_threads", Budget::new(BUDGET / 2));
    let mut alloc = SmartAlloc::new(config);
    for _ in 0..4 {
        alloc.begin_frame();
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let tag = alloc.tagged("over_threads");
                    while tag.try_frame_box(1_u64).is_ok() {}
                    while alloc.try_frame_box([0_u8; 24]).is_ok() {}
                });
            }
        });
        let report = alloc.end_frame();
        let tag = alloc.stats().tag("over_threads").unwrap();
        assert!(report.bytes <= BUDGET && tag.bytes <= BUDGET / 2, "{report:?} {tag:?}");
        let slack = THREADS * kilobytes(16);
        assert!(report.bytes + 2 * slack >= BUDGET && tag.bytes + slack >= BUDGET / 2, "{report:?} {tag:?}");
    }
}

#[test]
fn soft_limits_are_booked_once_per_frame_when_they_are_passed() {
    let budget = Budget::new(1000 * unit()).with_soft_limit(50);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(budget));
    for (blocks, expected) in [(500, 0), (501, 1), (900, 1), (10, 0)] {
        alloc.begin_frame();
        (0..blocks).for_each(|_| drop(alloc.frame_box(1_u64)));
        alloc.end_frame();
        let events = alloc.stats().budget_events;
        assert_eq!(events.len(), expected, "{blocks}: {events:?}");
        assert!(events.iter().all(|event| event.outcome == BudgetOutcome::SoftLimit && event.count == 1));
    }
}

#[test]
fn sizes_that_overflow_are_refused_before_any_budget() {
    let alloc =
        SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(usize::MAX).with_heap_threshold(1 << 16));
    let huge = alloc.try_frame_bytes(std::alloc::Layout::from_size_align(isize::MAX as usize - 63, 64).unwrap());
    assert!(matches!(huge.map(|_| ()), Err(AllocError::CapacityOverflow | AllocError::OutOfMemory { .. })));
    assert_eq!(alloc.try_frame_slice_zeroed::<u64>(usize::MAX).map(|_| ()), Err(AllocError::CapacityOverflow));
    assert_eq!(alloc.frame().used_bytes(), 0);
    assert_eq!(alloc.frame_remaining(), None);
    assert_eq!(*alloc.frame_box(3_u64), 3);
}

#[test]
fn values_without_size_need_no_budget() {
    let alloc = SmartAlloc::new(AllocConfig::default().with_global_frame_budget(0_usize));
    assert!(alloc.try_frame_box(()).is_ok());
    assert!(alloc.try_frame_slice_copy::<u64>(&[]).is_ok());
    assert!(alloc.try_frame_box(1_u8).is_err());
}

#[test]
fn a_vector_that_takes_what_fits_books_nothing() {
    for policy in [BudgetPolicy::Fail, BudgetPolicy::Warn, BudgetPolicy::Allow, BudgetPolicy::Promote] {
        let budget = Budget::new(1000).with_policy(policy).with_soft_limit(100);
        let mut alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(budget));
        alloc.begin_frame();
        alloc.frame_slice_zeroed::<u8>(900);
        let mut vec = alloc.frame_vec::<u64>();
        // The 16 elements that vectors begin with would be over the budget, the first one is not.
        vec.push(7);
        assert_eq!(*vec, [7], "{policy:?}");
        drop(vec);
        alloc.end_frame();
        assert_eq!(alloc.budget_events(), [], "{policy:?}");
        assert_eq!(alloc.stats().tag("(untagged)").map(|tag| tag.heap_fallbacks), Some(0), "{policy:?}");
    }
}

#[test]
fn a_vector_that_does_not_fit_books_one_refusal_of_what_it_needed() {
    let mut alloc = with_policy(1000, BudgetPolicy::Fail);
    alloc.begin_frame();
    let mut vec = alloc.frame_vec::<[u64; 32]>();
    while vec.try_push([0; 32]).is_ok() {}
    drop(vec);
    alloc.end_frame();
    let refused = alloc.budget_events().iter().find(|event| event.outcome == BudgetOutcome::Refused);
    let counts = refused.map(|event| (event.count, event.asked < 1000));
    assert_eq!(counts, Some((1, true)), "{refused:?}");
}

#[test]
fn a_vector_beyond_its_budget_grows_as_it_would_without() {
    for policy in [BudgetPolicy::Warn, BudgetPolicy::Allow, BudgetPolicy::Promote] {
        let budget = Budget::new(1000).with_policy(policy);
        let mut alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(budget));
        alloc.begin_frame();
        let mut vec = alloc.frame_vec::<u64>();
        let (mut growths, mut capacity) = (0, 0);
        for n in 0..100_000 {
            vec.push(n);
            growths += usize::from(vec.capacity() != capacity);
            capacity = vec.capacity();
        }
        assert!(growths < 200, "{policy:?}: {growths}");
        assert!(vec.iter().copied().eq(0..100_000));
        drop(vec);
        alloc.end_frame();
        assert!(!alloc.budget_events().is_empty(), "{policy:?}");
    }
}
