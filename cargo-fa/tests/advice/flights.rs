use framealloc::{FrameHandle, FrameInFlight, SmartAlloc};
use std::collections::VecDeque;

//# take the flight that `end_frame_in_flight` returns for this frame
pub mod before {
    use super::*;

    pub fn drawn(alloc: &mut SmartAlloc) -> u32 {
        alloc.begin_frame();
        let flight = alloc.end_frame_in_flight();
        alloc.begin_frame();
        let draw = alloc.frame_share(1_u32);
        let value = *flight.get(draw).unwrap();
        alloc.end_frame();
        value
    }
}

pub mod after {
    use super::*;

    pub fn drawn(alloc: &mut SmartAlloc) -> u32 {
        alloc.begin_frame();
        let draw = alloc.frame_share(1_u32);
        let flight = alloc.end_frame_in_flight();
        *flight.get(draw).unwrap()
    }
}

//# keep the last one (`Option<FrameInFlight>`), or take out the oldest (`pop_front`, `drain`); keep a copy of what is needed longer
pub mod before {
    use super::*;

    pub struct Replay {
        frames: Vec<(FrameHandle<u32>, FrameInFlight)>,
    }

    impl Replay {
        pub fn record(&mut self, alloc: &mut SmartAlloc) {
            alloc.begin_frame();
            let root = alloc.frame_share(1_u32);
            let flight = alloc.end_frame_in_flight();
            self.frames.push((root, flight));
        }
    }
}

pub mod after {
    use super::*;

    pub struct Replay {
        last: Option<(FrameHandle<u32>, FrameInFlight)>,
        frames: VecDeque<FrameInFlight>,
        values: Vec<u32>,
    }

    impl Replay {
        pub fn record(&mut self, alloc: &mut SmartAlloc) {
            alloc.begin_frame();
            let root = alloc.frame_share(1_u32);
            let flight = alloc.end_frame_in_flight();
            self.values.extend(flight.get(root).copied());
            if self.frames.len() == 2 {
                self.frames.pop_front();
            }
            self.frames.push_back(flight.clone());
            self.last = Some((root, flight));
        }
    }
}
