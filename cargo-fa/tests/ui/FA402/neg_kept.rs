//! Containers that outlive the frame and whose memory is used again grow until they have seen the largest frame.
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt::Write;
use std::sync::Mutex;

use framealloc::{SmartAlloc, frame_system};

pub struct Physics {
    hits: Vec<u32>,
    pairs: HashSet<(u32, u32)>,
    islands: Vec<Vec<u32>>,
    queue: VecDeque<u32>,
    text: String,
    depth: Vec<f32>,
    jobs: Vec<u32>,
    made_with_room: Vec<u32>,
    made_by_default: Vec<u32>,
    shared: Mutex<Vec<u32>>,
    cells: HashMap<u32, u32>,
    order: BTreeMap<u32, u32>,
    stack: Vec<u32>,
    spare: Vec<Vec<u32>>,
    ended: Vec<u32>,
}

impl Physics {
    pub fn new(bodies: usize) -> Self {
        let made_with_room = Vec::with_capacity(bodies);
        Self {
            hits: Vec::new(),
            pairs: HashSet::new(),
            islands: Vec::new(),
            queue: VecDeque::new(),
            text: String::new(),
            depth: Vec::new(),
            jobs: Vec::new(),
            made_with_room,
            made_by_default: vec![0; bodies],
            shared: Mutex::new(Vec::with_capacity(bodies)),
            cells: HashMap::new(),
            order: BTreeMap::new(),
            stack: Vec::new(),
            spare: Vec::new(),
            ended: Vec::new(),
        }
    }

    pub fn end_of_frame(&mut self) {
        self.ended.clear();
    }

    #[frame_system]
    pub fn taken_out_in_a_block(&mut self, alloc: &SmartAlloc, bodies: &[u32]) -> usize {
        let mut hits = {
            let mut taken = std::mem::take(&mut self.hits);
            taken.clear();
            taken
        };
        for body in bodies {
            hits.push(*body);
        }
        self.hits = hits;
        *alloc.frame_box(self.hits.len())
    }

    #[frame_system]
    pub fn cleared(&mut self, alloc: &SmartAlloc, bodies: &[u32]) -> usize {
        self.hits.clear();
        self.hits.extend(bodies.iter().copied());
        self.hits.push(*alloc.frame_box(1));
        self.hits.len()
    }

    #[frame_system]
    pub fn drained_afterwards(&mut self, alloc: &SmartAlloc, bodies: &[u32]) -> u32 {
        let other = *alloc.frame_box(1);
        for body in bodies {
            self.pairs.insert((*body, other));
        }
        self.pairs.drain().map(|(left, _)| left).sum()
    }

    #[frame_system]
    pub fn cleared_by_another_method(&mut self, alloc: &SmartAlloc) {
        self.ended.push(*alloc.frame_box(1));
    }

    #[frame_system]
    pub fn popped(&mut self, alloc: &SmartAlloc) -> u32 {
        self.queue.push_back(*alloc.frame_box(1));
        let mut sum = 0;
        while let Some(next) = self.queue.pop_front() {
            sum += next;
        }
        sum
    }

    #[frame_system]
    pub fn text(&mut self, alloc: &SmartAlloc, score: u32) -> usize {
        self.text.clear();
        let _ = write!(self.text, "{score} {}", *alloc.frame_box(1));
        self.text.push_str("!");
        self.text += "?";
        self.text.len()
    }

    #[frame_system]
    pub fn sized(&mut self, alloc: &SmartAlloc, pixels: usize) -> f32 {
        self.depth.resize(pixels, 1.0);
        self.depth[0] * *alloc.frame_box(1.0_f32)
    }

    #[frame_system]
    pub fn reserved_here(&mut self, alloc: &SmartAlloc, bodies: &[u32]) {
        self.jobs.reserve(bodies.len());
        let other = *alloc.frame_box(1);
        for body in bodies {
            self.jobs.push(*body + other);
        }
        self.jobs.clear();
    }

    #[frame_system]
    pub fn with_room(&mut self, alloc: &SmartAlloc) {
        self.made_with_room.push(*alloc.frame_box(1));
        self.made_by_default.push(1);
        self.shared.lock().unwrap().push(2);
    }

    #[frame_system]
    pub fn by_another_name(&mut self, alloc: &SmartAlloc) {
        let Self { cells, order, .. } = self;
        cells.clear();
        cells.insert(1, *alloc.frame_box(1));
        *cells.entry(2).or_insert(0) += 1;
        order.retain(|key, _| *key > 1);
        order.insert(1, 2);
    }

    #[frame_system]
    pub fn by_a_reference(&mut self, alloc: &SmartAlloc) {
        let hits = &mut self.hits;
        hits.clear();
        hits.push(*alloc.frame_box(1));
    }

    #[frame_system]
    pub fn taken_and_put_back(&mut self, alloc: &SmartAlloc, bodies: &[u32]) {
        let mut stack = std::mem::take(&mut self.stack);
        stack.clear();
        stack.extend_from_slice(bodies);
        let last = *alloc.frame_box(1);
        while let Some(next) = stack.pop() {
            if next > last {
                stack.push(next - 1);
            }
        }
        self.stack = stack;
    }

    #[frame_system]
    pub fn from_a_pool_of_its_own(&mut self, alloc: &SmartAlloc) {
        let mut list = self.spare.pop().unwrap_or_default();
        list.clear();
        list.push(*alloc.frame_box(1));
        self.spare.push(list);
    }

    #[frame_system]
    pub fn lent_to_helpers(&mut self, alloc: &SmartAlloc, bodies: &[u32]) {
        self.hits.clear();
        gather(&mut self.hits, bodies);
        gather_more(&mut self.hits, *alloc.frame_box(1));
    }

    #[frame_system]
    pub fn lists_in_a_list(&mut self, alloc: &SmartAlloc) {
        let first = *alloc.frame_box(1);
        for island in &mut self.islands {
            island.clear();
            island.push(first);
        }
    }
}

pub struct Grid {
    cells: Vec<Vec<u32>>,
    rows: Vec<Vec<u32>>,
    front: Vec<u32>,
    back: Vec<u32>,
    pending: Vec<u32>,
    all: Vec<u32>,
    shared: Mutex<Vec<u32>>,
}

impl Grid {
    pub fn begin(&mut self) {
        self.rows.iter_mut().for_each(Vec::clear);
        self.all.clear();
        self.all.append(&mut self.pending);
        std::mem::swap(&mut self.front, &mut self.back);
        self.back.clear();
        self.shared.lock().unwrap().clear();
    }

    #[frame_system]
    pub fn sorted_into_cells(&mut self, alloc: &SmartAlloc, bodies: &[u32]) {
        for cell in &mut self.cells {
            cell.clear();
        }
        let first = *alloc.frame_box(1);
        for body in bodies {
            self.cells[(*body % 4) as usize].push(*body + first);
            self.rows[(*body % 4) as usize].push(*body);
        }
    }

    #[frame_system]
    pub fn double_buffered(&mut self, alloc: &SmartAlloc) {
        self.front.push(*alloc.frame_box(1));
        self.back.push(2);
        self.pending.push(3);
        self.shared.lock().unwrap().push(4);
    }
}

fn gather(out: &mut Vec<u32>, bodies: &[u32]) {
    for body in bodies {
        out.push(*body);
    }
}

fn gather_more(out: &mut Vec<u32>, body: u32) {
    gather(out, &[body]);
}

#[frame_system]
pub fn parameter(alloc: &SmartAlloc, out: &mut Vec<u32>, bodies: &[u32]) {
    out.clear();
    out.extend_from_slice(bodies);
    out.push(*alloc.frame_box(1));
}

#[derive(Default)]
pub struct Scratch {
    list: Vec<u32>,
}

pub fn clear(scratch: &mut Scratch) {
    scratch.list.clear();
}

#[frame_system]
pub fn cleared_by_a_function_beside_the_type(alloc: &SmartAlloc, scratch: &mut Scratch) {
    scratch.list.push(*alloc.frame_box(1));
}

static LOG: Mutex<Vec<u32>> = Mutex::new(Vec::new());

#[frame_system]
pub fn in_a_static(alloc: &SmartAlloc) {
    let mut log = LOG.lock().unwrap();
    log.clear();
    log.push(*alloc.frame_box(1));
}
