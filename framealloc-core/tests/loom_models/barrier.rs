//! Models of the frame barrier: no lost wake-up, no frame passed early, no hang when somebody leaves.

use framealloc_core::FrameBarrier;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// What each of two threads writes in each frame: loom reports a read that is not ordered after the write.
struct Frames(Vec<[UnsafeCell<u32>; 2]>);

unsafe impl Send for Frames {}
unsafe impl Sync for Frames {}

impl Frames {
    fn new(frames: usize) -> Arc<Self> {
        Arc::new(Self((0..frames).map(|_| [UnsafeCell::new(0), UnsafeCell::new(0)]).collect()))
    }

    fn write(&self, frame: usize, thread: usize) {
        self.0[frame][thread].with_mut(|value| unsafe { *value = 1 });
    }

    fn read(&self, frame: usize, thread: usize) -> u32 {
        self.0[frame][thread].with(|value| unsafe { *value })
    }
}

#[test]
fn what_was_written_before_the_signal_is_seen_after_the_wait() {
    model(4, || {
        const FRAMES: usize = 2;
        let (barrier, frames) = (Arc::new(FrameBarrier::new(2)), Frames::new(FRAMES));
        let run = |barrier: &FrameBarrier, frames: &Frames, thread: usize| {
            for frame in 0..FRAMES {
                frames.write(frame, thread);
                barrier.signal_frame_complete();
                barrier.wait_all();
                assert_eq!(frames.read(frame, 1 - thread), 1);
            }
        };
        let other = thread::spawn({
            let (barrier, frames) = (barrier.clone(), frames.clone());
            move || run(&barrier, &frames, 1)
        });
        run(&barrier, &frames, 0);
        other.join().unwrap();
        assert_eq!(barrier.completed_frames(), 2);
    });
}

#[test]
fn a_thread_that_runs_ahead_neither_passes_nor_spoils_the_next_frame() {
    model(4, || {
        let barrier = Arc::new(FrameBarrier::new(2));
        let ahead = thread::spawn({
            let barrier = barrier.clone();
            move || {
                barrier.signal_frame_complete();
                barrier.signal_frame_complete();
                barrier.wait_all();
                assert_eq!(barrier.completed_frames(), 2);
            }
        });
        barrier.signal_frame_complete();
        barrier.wait_all();
        barrier.signal_frame_complete();
        barrier.wait_all();
        ahead.join().unwrap();
    });
}

#[test]
fn nobody_waits_for_a_participant_that_left() {
    model(4, || {
        let barrier = Arc::new(FrameBarrier::new(2));
        let leaving = thread::spawn({
            let barrier = barrier.clone();
            move || {
                let place = barrier.join();
                place.signal_frame_complete();
                drop(place);
            }
        });
        let place = barrier.join();
        for _ in 0..2 {
            place.signal_frame_complete();
            place.wait_all();
        }
        drop(place);
        leaving.join().unwrap();
        assert_eq!(barrier.participants(), 0);
        barrier.wait_all();
    });
}

#[test]
fn a_watcher_sees_every_frame_and_never_hangs() {
    model(4, || {
        let barrier = Arc::new(FrameBarrier::new(1));
        let watcher = thread::spawn({
            let barrier = barrier.clone();
            move || {
                barrier.wait_all();
                assert!(barrier.completed_frames() >= 1);
            }
        });
        barrier.signal_frame_complete();
        barrier.signal_frame_complete();
        watcher.join().unwrap();
    });
}

#[test]
fn a_watcher_is_released_when_the_last_participant_leaves() {
    model(4, || {
        let barrier = Arc::new(FrameBarrier::new(1));
        let watcher = thread::spawn({
            let barrier = barrier.clone();
            move || barrier.wait_all()
        });
        drop(barrier.join());
        watcher.join().unwrap();
        assert_eq!(barrier.completed_frames(), 0);
    });
}
