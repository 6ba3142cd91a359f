//! Flights that somebody lets go of, or that are held one at a time.
use framealloc::{FrameHandle, FrameInFlight, SmartAlloc};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::Sender;

static LAST: Mutex<Option<FrameInFlight>> = Mutex::new(None);

pub fn the_last_in_a_static(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    alloc.frame_share(1_u32);
    *LAST.lock().unwrap() = Some(alloc.end_frame_in_flight());
}

pub struct Renderer {
    last: Option<(FrameHandle<u32>, FrameInFlight)>,
    waiting: VecDeque<FrameInFlight>,
    drawn: Vec<FrameInFlight>,
    numbers: Vec<u64>,
    taken: Vec<FrameInFlight>,
    replaced: Vec<FrameInFlight>,
    walked: Vec<FrameInFlight>,
}

impl Renderer {
    pub fn one_at_a_time(&mut self, alloc: &mut SmartAlloc) -> Option<u32> {
        alloc.begin_frame();
        let root = alloc.frame_share(1_u32);
        self.last = Some((root, alloc.end_frame_in_flight()));
        let (root, flight) = self.last.as_ref()?;
        flight.get(*root).copied()
    }

    pub fn queued(&mut self, flight: FrameInFlight) {
        if self.waiting.len() == 2 {
            self.waiting.pop_front();
        }
        self.waiting.push_back(flight);
    }

    pub fn until_drawn(&mut self, flight: FrameInFlight) {
        self.drawn.push(flight);
    }

    pub fn finish(&mut self) {
        self.drawn.clear();
    }

    pub fn only_its_number(&mut self, flight: &FrameInFlight) {
        self.numbers.push(flight.frame_number());
    }

    pub fn until_taken(&mut self, flight: FrameInFlight) {
        self.taken.push(flight);
    }

    pub fn until_replaced(&mut self, flight: FrameInFlight) {
        self.replaced.push(flight);
    }

    pub fn start_again(&mut self) {
        self.replaced = Vec::new();
    }

    pub fn until_walked(&mut self, flight: FrameInFlight) {
        self.walked.push(flight);
    }

    pub fn walk(self) -> u64 {
        let mut sum = 0;
        for flight in self.walked {
            sum += flight.frame_number();
        }
        sum
    }

    pub fn hand_over(&mut self) -> Vec<FrameInFlight> {
        std::mem::take(&mut self.taken)
    }
}

pub fn in_a_variable(alloc: &mut SmartAlloc) -> usize {
    let mut held = Vec::new();
    for _ in 0..2 {
        alloc.begin_frame();
        alloc.frame_share(1_u32);
        held.push(alloc.end_frame_in_flight());
    }
    held.len()
}

pub fn sent(alloc: &mut SmartAlloc, renderer: &Sender<(FrameHandle<u32>, FrameInFlight)>) {
    alloc.begin_frame();
    let root = alloc.frame_share(1_u32);
    let flight = alloc.end_frame_in_flight();
    renderer.send((root, flight)).ok();
}
