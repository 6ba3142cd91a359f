//! The bytes of frames in flight: in statistics, snapshots and the budget of the allocator.

use framealloc_core::{AllocConfig, AllocError, Budget, BudgetPolicy, SmartAlloc, kilobytes};

use crate::alloc;

#[test]
fn a_flight_holds_what_was_shared_and_not_the_scratch_around_it() {
    let mut alloc = alloc(2);
    for _ in 0..5 {
        let shared: usize = 100 * 800;
        for n in 0..100 {
            alloc.frame_slice_fill_copy(1000, 1_u64);
            let _ = alloc.tagged(["ff_a", "ff_b", "ff_c"][n % 3]).frame_share_slice_copy(&[n as u64; 100]);
        }
        let flight = alloc.end_frame_in_flight();
        assert!(flight.bytes() >= shared && flight.bytes() <= shared + shared / 10, "{}", flight.bytes());
        // Reserved: what arenas grow by, or are kept at.
        assert!(alloc.flight_stats().capacity <= 4 * shared, "{:?}", alloc.flight_stats());
        assert_eq!(
            flight.report().bytes,
            flight.bytes() + 100 * 8000 + if cfg!(any(framealloc_asan, feature = "debug")) { 800 } else { 0 }
        );
    }
}

#[test]
fn statistics_and_snapshots_have_a_line_for_flights() {
    let mut alloc = alloc(3);
    let mut held = Vec::new();
    for n in 1..4 {
        let _ = alloc.frame_share_slice_copy(&[0_u8; 1000]);
        held.push(alloc.end_frame_in_flight());
        let bytes: usize = held.iter().map(framealloc_core::FrameInFlight::bytes).sum();
        let stats = alloc.stats();
        assert_eq!((stats.flights.frames, stats.flights.limit, stats.flights.bytes), (n, 3, bytes));
        assert_eq!(stats.flights, alloc.flight_stats());
        assert!(stats.flights.capacity >= bytes);
        let snapshot = alloc.snapshot();
        assert_eq!((snapshot.flights.frames, snapshot.flights.bytes), (n as u64, bytes as u64));
        // Those of the frame that ended are its own.
        assert_eq!(stats.bytes, held.last().unwrap().bytes());
    }
    drop(held);
    assert_eq!((alloc.stats().flights.frames, alloc.stats().flights.bytes, alloc.stats().flights.capacity), (0, 0, 0));
}

#[test]
fn what_came_back_is_not_counted_while_others_fly() {
    let mut alloc = alloc(3);
    let fly = |alloc: &mut SmartAlloc, count: usize| {
        let _ = alloc.frame_share_slice_fill_with(count, |n| n as u64);
        alloc.end_frame_in_flight()
    };
    let (small, large) = (fly(&mut alloc, 100), fly(&mut alloc, 10_000));
    drop(large);
    let figures = |alloc: &SmartAlloc| {
        let stats = alloc.flight_stats();
        (stats.frames, stats.bytes, stats.capacity < 80_000)
    };
    assert_eq!(figures(&alloc), (1, small.bytes(), true));
    // The one that is used again holds what it holds now.
    let again = fly(&mut alloc, 10);
    assert_eq!(figures(&alloc).1, small.bytes() + again.bytes());
}

#[test]
fn the_budget_of_the_allocator_counts_what_is_in_flight() {
    let config = AllocConfig::default().with_frames_in_flight(2).with_global_frame_budget(kilobytes(100));
    let mut alloc = SmartAlloc::new(config.with_thread_frame_budget(kilobytes(64)));
    for _ in 0..3 {
        let _ = alloc.frame_share_slice_copy(&vec![0_u8; kilobytes(40)]);
        let first = alloc.end_frame_in_flight();
        // The thread's is as it was, that of the allocator is not.
        assert_eq!(alloc.frame_remaining(), Some(kilobytes(100) - first.bytes()));
        let _ = alloc.frame_share_slice_copy(&vec![0_u8; kilobytes(40)]);
        let second = alloc.end_frame_in_flight();
        let refused = alloc.try_frame_slice_copy(&vec![0_u8; kilobytes(30)]);
        assert!(matches!(refused, Err(AllocError::BudgetExceeded { left, .. }) if left <= kilobytes(20)));
        assert!(alloc.try_frame_slice_copy(&vec![0_u8; kilobytes(10)]).is_ok());
        drop(first);
        assert!(alloc.try_frame_slice_copy(&vec![0_u8; kilobytes(30)]).is_ok());
        drop(second);
        alloc.end_frame();
        assert_eq!(alloc.frame_remaining(), Some(kilobytes(64)));
    }
    // What comes back later than the allocator goes is given back to nobody's loss.
    let _ = alloc.frame_share(1_u64);
    let flight = alloc.end_frame_in_flight();
    drop(alloc);
    drop(flight);
}

#[test]
fn budgets_that_promote_or_warn_let_frames_fly() {
    for policy in [BudgetPolicy::Promote, BudgetPolicy::Warn, BudgetPolicy::Allow] {
        let budget = Budget::new(kilobytes(4)).with_policy(policy);
        let config = AllocConfig::default().with_frames_in_flight(1).with_tag_budget("ff_policy", budget);
        let mut alloc = SmartAlloc::new(config.with_global_frame_budget(Budget::new(kilobytes(8)).with_policy(policy)));
        for n in 0..5_u8 {
            let small = alloc.tagged("ff_policy").frame_share_slice_copy(&[n; 100]);
            let large = alloc.tagged("ff_policy").frame_share_slice_copy(&vec![n; kilobytes(20)]);
            let flight = alloc.end_frame_in_flight();
            assert!(flight.get(small).unwrap().iter().chain(flight.get(large).unwrap()).all(|value| *value == n));
            assert!(flight.bytes() >= kilobytes(20));
        }
        assert_eq!(alloc.frame_remaining(), Some(kilobytes(8)));
    }
}
