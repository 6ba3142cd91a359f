//! The threads are done when the frame is ended, or it is not known that they are not.
use std::sync::Arc;
use std::thread;

use framealloc::{FrameBarrier, SmartAlloc};

pub fn joined(alloc: &mut SmartAlloc) {
    let barrier = Arc::new(FrameBarrier::new(1));
    let worker = Arc::clone(&barrier);
    alloc.begin_frame();
    let thread = thread::spawn(move || worker.signal_frame_complete());
    thread.join().ok();
    alloc.end_frame();
}

pub fn joined_by_a_scope(alloc: &mut SmartAlloc) {
    let barrier = FrameBarrier::new(1);
    alloc.begin_frame();
    thread::scope(|scope| {
        scope.spawn(|| barrier.signal_frame_complete());
    });
    alloc.end_frame();
}

pub fn waits_in_the_frame(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.whole_frame(|alloc| {
        println!("{}", *alloc.frame_box(1_u32));
        barrier.signal_frame_complete();
        barrier.wait_all();
    });
}

pub fn ended_before(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.begin_frame();
    alloc.end_frame();
    barrier.signal_frame_complete();
    barrier.wait_all();
}

pub fn every_round(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    for _ in 0..60 {
        alloc.begin_frame();
        barrier.signal_frame_complete();
        barrier.wait_all();
        alloc.end_frame();
    }
}

pub fn of_another_type(other: &mut Vec<u32>, barrier: &FrameBarrier) {
    barrier.signal_frame_complete();
    other.clear();
    barrier.wait_all();
}

pub fn somebody_else_waits(alloc: &mut SmartAlloc) -> Arc<FrameBarrier> {
    let barrier = Arc::new(FrameBarrier::new(2));
    let worker = Arc::clone(&barrier);
    thread::spawn(move || worker.signal_frame_complete());
    alloc.begin_frame();
    alloc.end_frame();
    barrier
}
