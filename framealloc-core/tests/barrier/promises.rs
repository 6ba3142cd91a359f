//! What a `FrameBarrier` promises: nobody hangs, nobody runs ahead of a frame that is not complete.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use framealloc_core::{BarrierError, FrameBarrier};

/// Long enough that only a hang takes it.
const HANG: Duration = Duration::from_secs(20);

#[test]
fn no_participants_is_an_error() {
    assert_eq!(FrameBarrier::try_new(0).unwrap_err(), BarrierError::NoParticipants { barrier: "frame" });
    assert!(catch_unwind(|| FrameBarrier::new(0)).is_err());
}

// Std's waits trap there.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[test]
fn without_threads_a_frame_that_cannot_be_complete_is_an_error() {
    let barrier = FrameBarrier::new(2);
    barrier.signal_frame_complete();
    let expected = BarrierError::NoThreads { barrier: "frame", frame: 0, signals: 1, participants: 2 };
    assert_eq!(barrier.try_wait_all(), Err(expected.clone()));
    assert_eq!(barrier.wait_all_timeout(HANG), Err(expected));
}

const THREADS: usize = 4;

#[test]
fn no_thread_passes_a_frame_that_another_has_not_finished() {
    // `ci/soak.sh` runs ten million frames.
    let frames: u64 = std::env::var("FRAMEALLOC_SOAK").map_or(20_000, |frames| frames.parse().unwrap());
    let barrier = FrameBarrier::new(THREADS);
    let finished: [AtomicU64; THREADS] = Default::default();
    thread::scope(|scope| {
        for own in &finished {
            scope.spawn(|| {
                let place = barrier.join();
                for frame in 1..=frames {
                    own.store(frame, Ordering::Relaxed);
                    place.signal_frame_complete();
                    place.wait_all_timeout(HANG).unwrap();
                    // Everybody's frame is finished, and nobody is more than one ahead.
                    for other in &finished {
                        let at = other.load(Ordering::Relaxed);
                        assert!(at == frame || at == frame + 1, "{at} in frame {frame}");
                    }
                }
            });
        }
    });
    // The last of them left before the frame was turned into one without participants.
    assert_eq!(barrier.participants(), 0);
}

#[test]
fn a_fast_thread_does_not_spoil_the_next_frame() {
    let barrier = FrameBarrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..5 {
                barrier.signal_frame_complete();
            }
        });
    });
    assert_eq!(barrier.completed_frames(), 0);
    for frame in 1..=5 {
        barrier.signal_frame_complete();
        barrier.wait_all_timeout(HANG).unwrap();
        assert_eq!(barrier.completed_frames(), frame);
    }
    barrier.signal_frame_complete();
    assert!(matches!(
        barrier.wait_all_timeout(Duration::from_millis(1)),
        Err(BarrierError::Timeout { frame: 5, signals: 1, participants: 2, .. })
    ));
}

#[test]
fn a_late_waiter_does_not_block() {
    let barrier = FrameBarrier::new(2);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            for _ in 0..3 {
                barrier.signal_frame_complete();
                barrier.wait_all_timeout(HANG).unwrap();
            }
        });
        for _ in 0..3 {
            barrier.signal_frame_complete();
        }
        other.join().unwrap();
    });
    // The frame that this thread signalled last was complete long ago, however often it asks.
    barrier.wait_all_timeout(HANG).unwrap();
    barrier.wait_all_timeout(HANG).unwrap();
    assert_eq!(barrier.completed_frames(), 3);
}

#[test]
fn a_thread_that_never_signals_sees_every_frame_once() {
    const FRAMES: u64 = 1000;
    let barrier = FrameBarrier::new(1);
    // The next frame waits until the figure was read: else further ones may complete between the wait and the reading.
    let (seen, next) = std::sync::mpsc::sync_channel(0);
    thread::scope(|scope| {
        let barrier = &barrier;
        scope.spawn(move || {
            for before in 0..FRAMES {
                barrier.wait_all_timeout(HANG).unwrap();
                let now = barrier.completed_frames();
                assert!(now == before + 1, "{now} after {before}");
                seen.send(()).unwrap();
            }
        });
        for _ in 0..FRAMES {
            barrier.signal_frame_complete();
            next.recv().unwrap();
        }
    });
    // Frames that nobody holds up: a wait may see several of them, but none twice.
    let barrier = FrameBarrier::new(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut waits, mut now) = (0, 0);
            while now < FRAMES {
                barrier.wait_all_timeout(HANG).unwrap();
                waits += 1;
                now = barrier.completed_frames();
                assert!(now >= waits, "{waits} waits returned for {now} frames");
            }
        });
        for _ in 0..FRAMES {
            barrier.signal_frame_complete();
        }
    });
    assert!(matches!(
        FrameBarrier::new(1).wait_all_timeout(Duration::from_millis(1)),
        Err(BarrierError::Timeout { frame: 0, signals: 0, .. })
    ));
}

#[test]
fn a_participant_that_panics_or_leaves_is_counted_down() {
    for signals_first in [false, true] {
        let barrier = FrameBarrier::new(3);
        thread::scope(|scope| {
            scope.spawn(|| {
                catch_unwind(AssertUnwindSafe(|| {
                    let place = barrier.join();
                    if signals_first {
                        place.signal_frame_complete();
                        place.signal_frame_complete();
                    }
                    panic!("in the middle of a frame");
                }))
                .unwrap_err();
            });
            for _ in 0..2 {
                scope.spawn(|| {
                    let place = barrier.join();
                    for _ in 0..100 {
                        place.signal_frame_complete();
                        place.wait_all_timeout(HANG).unwrap();
                    }
                });
            }
        });
        assert_eq!(barrier.participants(), 0);
        // Nobody is left to wait for.
        barrier.wait_all_timeout(HANG).unwrap();
    }
}

#[test]
fn a_participant_that_leaves_takes_its_signals_along() {
    let barrier = FrameBarrier::new(3);
    thread::scope(|scope| {
        scope.spawn(|| {
            let place = barrier.join();
            place.signal_frame_complete();
            place.signal_frame_complete();
        });
    });
    assert_eq!(barrier.participants(), 2);
    barrier.signal_frame_complete();
    // The one that is left has not finished its frame.
    assert_eq!(barrier.completed_frames(), 0);
    thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
    });
    assert_eq!(barrier.completed_frames(), 1);
}

#[test]
fn places_are_taken_once() {
    let barrier = FrameBarrier::builder().name("places").with_thread("physics").with_count(1).build();
    let physics = barrier.join_as("physics");
    assert_eq!(barrier.try_join_as("physics").unwrap_err().to_string(), "barrier `places` has no place `physics` left");
    assert_eq!(barrier.try_join().unwrap_err(), BarrierError::AlreadyJoined { barrier: "places" });
    thread::scope(|scope| {
        scope.spawn(|| {
            let place = barrier.join();
            assert_eq!(barrier.try_join().unwrap_err().to_string(), "all places of barrier `places` are taken");
            place.signal_frame_complete();
        });
    });
    assert_eq!(barrier.participants(), 1);
    physics.signal_frame_complete();
    physics.wait_all_timeout(HANG).unwrap();
    assert_eq!(barrier.completed_frames(), 1);
}

#[test]
fn a_timeout_tells_who_is_missing_and_leaves_the_barrier_as_it_was() {
    let barrier = FrameBarrier::builder().with_thread("render").with_thread("audio").build();
    let render = barrier.join_as("render");
    render.signal_frame_complete();
    let error = render.wait_all_timeout(Duration::ZERO).unwrap_err();
    assert_eq!(error.to_string(), "frame 0 of barrier `frame` has 1 of 2 signals; missing: audio");
    thread::scope(|scope| {
        scope.spawn(|| barrier.join_as("audio").signal_frame_complete());
        render.wait_all_timeout(HANG).unwrap();
    });
    // A time that no clock holds is a time without end.
    render.signal_frame_complete();
    render.wait_all_timeout(Duration::MAX).unwrap();
}

#[test]
fn many_short_threads_are_forgotten() {
    let barrier = FrameBarrier::new(1);
    for _ in 0..5000 {
        thread::scope(|scope| {
            scope.spawn(|| barrier.signal_frame_complete());
        });
    }
    assert_eq!(barrier.completed_frames(), 5000);
    assert!(format!("{barrier:?}").matches("Progress").count() < 2100);
}
