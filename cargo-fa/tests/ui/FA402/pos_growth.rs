//! Heap containers grow on the frame path.
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt::Write;

use framealloc::{SmartAlloc, frame_system};

#[derive(Default)]
pub struct World {
    events: Vec<u32>,
    queue: VecDeque<u32>,
    seen: HashSet<u32>,
    names: HashMap<u32, u32>,
    order: BTreeMap<u32, u32>,
    text: String,
}

impl World {
    #[frame_system]
    pub fn fields(&mut self, alloc: &SmartAlloc) {
        let value = *alloc.frame_box(1_u32);
        self.events.push(value); //~ FA402
        self.queue.push_back(value); //~ FA402
        self.seen.insert(value); //~ FA402
        self.names.insert(value, value); //~ FA402
        self.order.insert(value, value); //~ FA402
        self.text.push_str("x"); //~ FA402
        *self.names.entry(7).or_default() += 1; //~ FA402
        self.events.extend([1_u32, 2]); //~ FA402
    }
}

#[frame_system]
pub fn local(alloc: &SmartAlloc, inputs: &[u32]) -> usize {
    let mut found = Vec::new();
    for input in inputs {
        found.push(*input); //~ FA402
    }
    found.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn written(alloc: &SmartAlloc) -> usize {
    let mut text = String::new();
    let _ = write!(text, "{}", *alloc.frame_box(1)); //~ FA402
    let text = text + "x"; //~ FA402
    text.len()
}

fn record(out: &mut Vec<u32>, value: u32) {
    out.push(value); //~ FA402
}

#[frame_system]
pub fn by_helper(alloc: &SmartAlloc, out: &mut Vec<u32>) {
    record(out, *alloc.frame_box(1));
}
