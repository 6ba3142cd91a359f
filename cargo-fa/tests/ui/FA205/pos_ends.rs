//! The frame is ended and nobody waited for the threads of its barrier.
use framealloc::{FrameBarrier, SmartAlloc};

pub fn waits_too_late(alloc: &mut SmartAlloc, barrier: &FrameBarrier) {
    alloc.begin_frame();
    barrier.signal_frame_complete();
    alloc.end_frame(); //~ FA205
    barrier.wait_all();
}

pub struct Game {
    alloc: SmartAlloc,
    barrier: FrameBarrier,
}

impl Game {
    pub fn tick(&mut self) {
        self.alloc.begin_frame();
        self.barrier.signal_frame_complete();
        self.alloc.end_frame(); //~ FA205
        self.barrier.wait_all();
    }
}
