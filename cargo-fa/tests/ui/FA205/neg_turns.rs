//! Somebody waited, or there is nobody to wait for.
use std::time::Duration;

use framealloc::{FrameBarrier, SmartAlloc};

pub fn waits_first(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    barrier.wait_all();
    alloc.end_frame();
}

pub fn waits_with_a_limit(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    if barrier.wait_all_timeout(Duration::from_millis(16)).is_ok() {
        println!("everybody was there");
    }
    alloc.end_frame();
}

pub fn no_barrier(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    alloc.end_frame();
}

pub fn a_worker_only_signals(barrier: &FrameBarrier) {
    barrier.signal_frame_complete();
}

fn wait(barrier: &FrameBarrier) {
    barrier.wait_all();
}

pub fn waits_in_a_helper(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    wait(barrier);
    alloc.end_frame();
}
