//! Barriers whose count fits, or cannot be known.
use std::sync::Arc;

use framealloc::FrameBarrier;

pub fn fits() {
    let barrier = Arc::new(FrameBarrier::new(2));
    let worker = Arc::clone(&barrier);
    std::thread::spawn(move || worker.signal_frame_complete());
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn unknown_count(workers: usize) {
    let barrier = Arc::new(FrameBarrier::new(workers));
    let worker = Arc::clone(&barrier);
    std::thread::spawn(move || worker.signal_frame_complete());
    barrier.wait_all();
}

pub fn unknown_threads(workers: usize) {
    let barrier = Arc::new(FrameBarrier::new(4));
    for _ in 0..workers {
        let worker = Arc::clone(&barrier);
        std::thread::spawn(move || worker.signal_frame_complete());
    }
    barrier.wait_all();
}

pub fn in_a_loop() {
    let barrier = Arc::new(FrameBarrier::new(4));
    for _ in 0..4 {
        let worker = Arc::clone(&barrier);
        std::thread::spawn(move || worker.signal_frame_complete());
    }
    barrier.wait_all();
}

fn start(barrier: &Arc<FrameBarrier>) {
    let worker = Arc::clone(barrier);
    std::thread::spawn(move || worker.signal_frame_complete());
}

pub fn elsewhere() {
    let barrier = Arc::new(FrameBarrier::new(3));
    start(&barrier);
    start(&barrier);
    barrier.signal_frame_complete();
    barrier.wait_all();
}
