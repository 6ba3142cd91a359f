//! Ends of frames that nobody waited for, in all their forms.
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use framealloc::{FrameBarrier, SmartAlloc};

pub fn shared(alloc: &mut SmartAlloc, barrier: &Arc<FrameBarrier>) {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    alloc.end_frame(); //~ FA205
    barrier.wait_all();
}

pub fn nobody_waits(alloc: &mut SmartAlloc) {
    let barrier = Arc::new(FrameBarrier::new(2));
    let worker = Arc::clone(&barrier);
    alloc.begin_frame();
    thread::spawn(move || worker.signal_frame_complete());
    barrier.signal_frame_complete();
    alloc.end_frame(); //~ FA205
}

fn start(barrier: &Arc<FrameBarrier>) {
    let worker = Arc::clone(barrier);
    thread::spawn(move || worker.signal_frame_complete());
}

pub fn a_helper_spawns(alloc: &mut SmartAlloc) {
    let barrier = Arc::new(FrameBarrier::new(1));
    alloc.begin_frame();
    start(&barrier);
    alloc.end_frame(); //~ FA205
}

pub fn with_promotions(alloc: &mut SmartAlloc, barrier: &FrameBarrier) -> usize {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    let promotions = alloc.end_frame_with_promotions(); //~ FA205
    barrier.wait_all();
    promotions.len()
}

pub fn every_round(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    for _ in 0..60 {
        alloc.begin_frame();
        barrier.signal_frame_complete();
        alloc.end_frame(); //~ FA205
        barrier.wait_all();
    }
}

fn finish(alloc: &mut SmartAlloc) {
    alloc.end_frame();
}

pub fn a_helper_ends(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    finish(alloc); //~ FA205
    barrier.wait_all();
}

pub fn bracketed(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.whole_frame(|alloc| { //~ FA205
        println!("{}", *alloc.frame_box(1_u32));
        barrier.signal_frame_complete();
    });
    barrier.wait_all();
}

pub fn with_a_limit(alloc: &mut SmartAlloc, barrier: &FrameBarrier) -> bool {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    alloc.end_frame(); //~ FA205
    barrier.wait_all_timeout(Duration::from_millis(16)).is_ok()
}

pub struct World {
    alloc: SmartAlloc,
    barriers: Vec<FrameBarrier>,
}

impl World {
    pub fn indexed(&mut self) {
        self.alloc.begin_frame();
        self.barriers[0].signal_frame_complete();
        self.alloc.end_frame(); //~ FA205
        self.barriers[0].wait_all();
    }

    pub fn if_there_is_one(&mut self) {
        self.alloc.begin_frame();
        if let Some(barrier) = self.barriers.first() {
            barrier.signal_frame_complete();
        }
        self.alloc.end_frame(); //~ FA205
        if let Some(barrier) = self.barriers.first() {
            barrier.wait_all();
        }
    }
}
