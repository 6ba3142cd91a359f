//! Flights that are collected and stay.
use framealloc::{FrameHandle, FrameInFlight, SmartAlloc, frame_system};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

pub struct Replay {
    frames: Vec<FrameInFlight>,
    by_number: HashMap<u64, FrameInFlight>,
    with_roots: Vec<(FrameHandle<u32>, FrameInFlight)>,
    entries: Vec<Entry>,
    queue: VecDeque<FrameInFlight>,
    sorted: BTreeMap<u64, Option<FrameInFlight>>,
    shared: Vec<Arc<FrameInFlight>>,
}

pub struct Entry {
    root: FrameHandle<u32>,
    flight: FrameInFlight,
}

impl Replay {
    pub fn record(&mut self, alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        alloc.frame_share(1_u32);
        let flight = alloc.end_frame_in_flight();
        self.frames.push(flight.clone()); //~ FA609
        self.by_number.insert(flight.frame_number(), flight); //~ FA609
    }

    pub fn with_a_root(&mut self, alloc: &mut SmartAlloc) {
        alloc.begin_frame();
        let root = alloc.frame_share(1_u32);
        let flight = alloc.end_frame_in_flight();
        self.with_roots.push((root, flight)); //~ FA609
    }

    pub fn given(&mut self, root: FrameHandle<u32>, flight: FrameInFlight) {
        self.entries.push(Entry { root, flight }); //~ FA609
    }

    pub fn of_a_system(&mut self, alloc: &mut SmartAlloc) {
        let (root, flight) = simulate(alloc);
        self.entries.push(Entry { root, flight }); //~ FA609
    }

    pub fn never_taken_from(&mut self, flight: FrameInFlight) {
        self.queue.push_back(flight); //~ FA609
    }

    pub fn wrapped(&mut self, flight: &FrameInFlight) {
        self.sorted.insert(1, Some(flight.clone())); //~ FA609
        self.shared.push(Arc::new(flight.clone())); //~ FA609
    }

    pub fn shown(&self) -> usize {
        for (root, flight) in &self.with_roots {
            assert!(flight.get(*root).is_some());
        }
        self.entries.iter().filter(|entry| entry.flight.get(entry.root).is_some()).count()
    }
}

#[frame_system(in_flight)]
pub fn simulate(alloc: &mut SmartAlloc) -> (FrameHandle<u32>, FrameInFlight) {
    alloc.frame_share(1)
}
