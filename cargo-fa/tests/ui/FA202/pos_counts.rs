//! The count of a barrier is not the number of threads that signal it.
use std::sync::Arc;
use std::thread;

use framealloc::FrameBarrier;

pub fn one_too_few() {
    let barrier = Arc::new(FrameBarrier::new(3)); //~ FA202
    let first = Arc::clone(&barrier);
    thread::spawn(move || first.signal_frame_complete());
    let second = Arc::clone(&barrier);
    thread::spawn(move || second.signal_frame_complete());
    barrier.wait_all();
}

pub fn one_too_many() {
    let barrier = Arc::new(FrameBarrier::new(1)); //~ FA202
    let first = barrier.clone();
    thread::spawn(move || first.signal_frame_complete());
    let second = barrier.clone();
    thread::spawn(move || second.signal_frame_complete());
    barrier.wait_all();
}

pub fn a_known_number_in_a_loop() {
    let barrier = Arc::new(FrameBarrier::new(8)); //~ FA202
    for _ in 0..4 {
        let worker = Arc::clone(&barrier);
        thread::spawn(move || worker.signal_frame_complete());
    }
    barrier.wait_all();
}
