//! The numbers agree, or one of them is not known.
use std::sync::Arc;
use std::thread;

use framealloc::FrameBarrier;

pub fn agrees() {
    let barrier = Arc::new(FrameBarrier::new(2));
    let first = Arc::clone(&barrier);
    thread::spawn(move || first.signal_frame_complete());
    let second = Arc::clone(&barrier);
    thread::spawn(move || second.signal_frame_complete());
    barrier.wait_all();
}

pub fn the_caller_takes_part() {
    let barrier = Arc::new(FrameBarrier::new(2));
    let worker = Arc::clone(&barrier);
    thread::spawn(move || worker.signal_frame_complete());
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn unknown_count(workers: usize) {
    let barrier = Arc::new(FrameBarrier::new(workers));
    let first = Arc::clone(&barrier);
    thread::spawn(move || first.signal_frame_complete());
    barrier.wait_all();
}

pub fn unknown_participants(workers: usize) {
    let barrier = Arc::new(FrameBarrier::new(4));
    for _ in 0..workers {
        let worker = Arc::clone(&barrier);
        thread::spawn(move || worker.signal_frame_complete());
    }
    barrier.wait_all();
}

pub fn handed_out() -> Arc<FrameBarrier> {
    Arc::new(FrameBarrier::new(3))
}

fn work(barrier: &FrameBarrier) {
    barrier.signal_frame_complete();
}

pub fn through_helpers() {
    let barrier = Arc::new(FrameBarrier::new(2));
    let first = Arc::clone(&barrier);
    thread::spawn(move || work(&first));
    work(&barrier);
    barrier.wait_all();
}

pub struct Game {
    barrier: Arc<FrameBarrier>,
}

impl Game {
    pub fn new() -> Self {
        Self { barrier: Arc::new(FrameBarrier::new(3)) }
    }

    pub fn done(&self) {
        self.barrier.signal_frame_complete();
    }
}

pub fn a_loop_that_agrees() {
    let barrier = Arc::new(FrameBarrier::new(4));
    for _ in 0..4 {
        let worker = Arc::clone(&barrier);
        thread::spawn(move || worker.signal_frame_complete());
    }
    barrier.wait_all();
}
