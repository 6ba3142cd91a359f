//! Frames with subscribers and repeated diagnostics call no allocator. Counted is what the thread of the frames calls, on
//! which subscribers run: the test harness has a thread of its own, which allocates when it gets to it.
//!
//! What a pool refuses is told to whoever watches, in words that take memory, and pools are the whole process's. So these
//! tests have a process to themselves, and take turns in it.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::pool::{Pool, PoolSpec};
use framealloc_core::{AllocConfig, Budget, BudgetPolicy, CountingAlloc, FrameEvent, Repeats, SmartAlloc, kilobytes};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

static TURN: Mutex<()> = Mutex::new(());

static SYSTEM: Site = Site::new("events_steady::system", "events_steady.rs", 1).with_tag("steady").no_heap();
static BULLETS: Pool<[u64; 4]> = Pool::new(PoolSpec::new("SteadyBullet").capacity(1).fixed());

#[test]
fn steady_frames_with_subscribers_call_no_allocator() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let budget = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Warn);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("over", budget));
    alloc.set_repeats(Repeats::Once);
    let told = Arc::new(AtomicUsize::new(0));
    let (events, diagnostics) = (Arc::clone(&told), Arc::new(AtomicUsize::new(0)));
    let heard = Arc::clone(&diagnostics);
    let subscription = alloc.on_frame_event(move |alloc, event| {
        events.fetch_add(1, Relaxed);
        heard.fetch_add(usize::from(matches!(event, FrameEvent::Diagnostic(_))), Relaxed);
        alloc.tagged("hud").frame_str("told");
    });
    alloc.on_frame_event(|_, _| ()).forever();
    let frame = |alloc: &mut SmartAlloc| {
        // Outside, over budget, left open, full, with a phase and a transfer: all of them in every frame.
        alloc.frame_slice_zeroed::<u8>(64);
        alloc.whole_frame(|alloc| {
            let _phase = alloc.phase_scope("steady");
            with_frame(alloc, &SYSTEM, |frame| frame.frame_slice_zeroed::<u8>(5000).len());
            alloc.tagged("over").frame_slice_zeroed::<u8>(3000);
            drop(alloc.frame_box_for_transfer(1_u64).receive());
            let one = BULLETS.boxed([0; 4]);
            assert!(BULLETS.try_slot().is_err());
            drop(one);
            std::mem::forget(alloc.frame_scope());
        });
    };
    (0..100).for_each(|_| frame(&mut alloc));
    let (calls, before) = (CountingAlloc::thread_calls(), told.load(Relaxed));
    (0..200).for_each(|_| frame(&mut alloc));
    assert_eq!(
        (CountingAlloc::thread_calls() - calls).total(),
        0,
        "calls to the system allocator in 200 steady frames"
    );
    // Began, soft limit, over the budget, transfers, phase, ended.
    assert_eq!(told.load(Relaxed) - before, 200 * 6);
    assert!(diagnostics.load(Relaxed) >= 5, "all were told once");

    // And with nobody left, as without.
    drop(subscription);
    let calls = CountingAlloc::thread_calls();
    (0..50).for_each(|_| frame(&mut alloc));
    assert_eq!((CountingAlloc::thread_calls() - calls).total(), 0);
}

#[test]
fn steady_frames_with_subscribers_free_nothing_that_other_threads_left() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut alloc = SmartAlloc::default();
    alloc.on_frame_event(|_, _| ()).forever();
    let frame = |alloc: &mut SmartAlloc| alloc.whole_frame(|alloc| alloc.frame_str("steady").len());
    (0..100).for_each(|_| assert_eq!(frame(&mut alloc), 6));
    // Subscribers of another allocator, which are freed when nobody can walk past them any more.
    let comes_and_goes = || {
        let other = SmartAlloc::default();
        (0..2000).for_each(|_| drop(other.on_frame_event(|_, _| ())));
    };
    std::thread::spawn(comes_and_goes).join().unwrap();
    let calls = CountingAlloc::thread_calls();
    (0..2000).for_each(|_| assert_eq!(frame(&mut alloc), 6));
    assert_eq!((CountingAlloc::thread_calls() - calls).total(), 0);
}
