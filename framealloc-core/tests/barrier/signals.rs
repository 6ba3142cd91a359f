//! A thread is one participant of a frame, whatever it signals through.
#![forbid(unsafe_code)]

use std::thread;
use std::time::Duration;

use framealloc_core::{BarrierError, BarrierGuard, FrameBarrier};

use crate::random::Random;

fn assert_waits(barrier: &FrameBarrier, signals: usize) {
    // Where there are no threads, nobody can come in time.
    let late = barrier.wait_all_timeout(Duration::from_millis(1)).unwrap_err();
    let counted = match late {
        BarrierError::Timeout { signals, .. } | BarrierError::NoThreads { signals, .. } => Some(signals),
        _ => None,
    };
    assert_eq!(counted, Some(signals), "{late}");
}

#[test]
fn a_thread_counts_once_whatever_it_signals_through() {
    let barrier = FrameBarrier::new(2);
    barrier.signal_frame_complete();
    let place = barrier.join();
    assert_waits(&barrier, 1);
    // The next frame: the other participant has signalled neither.
    place.signal_frame_complete();
    assert_eq!(barrier.completed_frames(), 0);
    assert_waits(&barrier, 1);
    barrier.signal_frame_complete();
    assert_eq!(barrier.completed_frames(), 0);
    thread::scope(|scope| {
        scope.spawn(|| (0..3).for_each(|_| barrier.signal_frame_complete()));
    });
    assert_eq!(barrier.completed_frames(), 3, "three frames were signalled by both");
}

#[test]
fn a_thread_that_leaves_and_joins_again_counts_once() {
    let barrier = FrameBarrier::new(3);
    let places = |count: usize| (0..count).for_each(|_| drop(barrier.join()));
    barrier.signal_frame_complete();
    places(1);
    assert_eq!((barrier.participants(), barrier.completed_frames()), (2, 0));
    // Its signal went with its place: of the two that are left, it is one again at most.
    barrier.signal_frame_complete();
    barrier.signal_frame_complete();
    let place = barrier.join();
    place.signal_frame_complete();
    assert_eq!(barrier.completed_frames(), 0);
    assert_waits(&barrier, 1);
    drop(place);
    assert_eq!((barrier.participants(), barrier.completed_frames()), (1, 0));
    barrier.signal_frame_complete();
    assert_eq!(barrier.completed_frames(), 1);
}

#[test]
fn what_a_thread_saw_before_it_joined_it_does_not_wait_for_again() {
    let barrier = FrameBarrier::new(1);
    for _ in 0..3 {
        barrier.signal_frame_complete();
        barrier.wait_all();
    }
    let place = barrier.join();
    place.wait_all();
    place.signal_frame_complete();
    place.wait_all();
    assert_eq!(barrier.completed_frames(), 4);
}

/// Threads that signal in any way, and come and go: no frame is complete before all participants have signalled it.
#[test]
fn no_frame_is_complete_early_however_threads_signal() {
    let mut numbers = Random::seeded(0x9E37_79B9_7F4A_7C15);
    let mut random = move |below: usize| numbers.below(below);
    for _ in 0..200 {
        let barrier = FrameBarrier::new(2);
        let mut place: Option<BarrierGuard<'_>> = None;
        let mut signalled = 0;
        // The other participant never signals.
        for _ in 0..random(20) {
            match (random(3), &place) {
                (0, None) => place = Some(barrier.join()),
                (1, Some(place)) => (place.signal_frame_complete(), signalled += 1).0,
                _ => (barrier.signal_frame_complete(), signalled += 1).0,
            }
            assert_eq!(barrier.completed_frames(), 0, "after {signalled} signals of one of two threads");
        }
        thread::scope(|scope| {
            scope.spawn(|| (0..signalled + 5).for_each(|_| barrier.signal_frame_complete()));
        });
        assert_eq!(barrier.completed_frames(), signalled);
    }
}
