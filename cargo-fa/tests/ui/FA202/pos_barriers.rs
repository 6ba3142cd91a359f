//! Barriers whose count is not the number of those who signal.
use std::sync::Arc;

use framealloc::FrameBarrier;

pub fn too_many() {
    let barrier = Arc::new(FrameBarrier::new(3)); //~ FA202
    let worker = Arc::clone(&barrier);
    std::thread::spawn(move || worker.signal_frame_complete());
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn too_few() {
    let barrier = Arc::new(FrameBarrier::new(2)); //~ FA202
    for _ in 0..4 {
        let worker = Arc::clone(&barrier);
        std::thread::spawn(move || worker.signal_frame_complete());
    }
    barrier.wait_all();
}

pub fn scoped() {
    let barrier = FrameBarrier::new(1); //~ FA202
    std::thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
        scope.spawn(|| barrier.signal_frame_complete());
    });
    barrier.wait_all();
}
