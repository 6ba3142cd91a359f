//! Kept containers whose memory is used again by another name: of a guard, a pattern, a struct that borrows, a parameter.
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, RwLock, RwLockWriteGuard};

use framealloc::{SmartAlloc, frame_system};

// What a slot of a list holds is emptied where it is replayed.
pub struct Recorder {
    pub commands: Vec<u32>,
}

impl Recorder {
    #[frame_system]
    pub fn record(&mut self, alloc: &SmartAlloc, command: u32) {
        self.commands.push(command + *alloc.frame_box(0_u32));
    }
}

pub struct Macro {
    pub commands: Vec<u32>,
}

pub struct Atlas {
    pending: Vec<Option<Recorder>>,
}

impl Atlas {
    #[frame_system]
    pub fn replay(&mut self, alloc: &SmartAlloc) {
        let _here = alloc.frame_box(0_u32);
        for slot in &mut self.pending {
            if let Some(recorder) = slot {
                recorder.commands.clear();
            }
        }
    }
}

// A field without a name that another type's method appends from.
pub struct Shapes(Vec<u32>);

impl Shapes {
    #[frame_system]
    pub fn add(&mut self, alloc: &SmartAlloc, shape: u32) {
        self.0.push(shape + *alloc.frame_box(0_u32));
    }
}

pub struct Layers {
    lists: HashMap<u32, Shapes>,
}

impl Layers {
    #[frame_system]
    pub fn drain(&mut self, alloc: &SmartAlloc, all: &mut Vec<u32>) {
        let first = *alloc.frame_box(1_u32);
        for layer in [first, 2] {
            if let Some(list) = self.lists.get_mut(&layer) {
                all.append(&mut list.0);
            }
        }
        all.clear();
    }
}

// A method that gives a guard of the map.
#[derive(Clone)]
pub struct Templates(Arc<RwLock<HashMap<u32, u32>>>);

impl Templates {
    fn lock_mut(&mut self) -> RwLockWriteGuard<'_, HashMap<u32, u32>> {
        self.0.write().unwrap()
    }

    pub fn clear(&mut self) {
        self.lock_mut().clear();
    }

    #[frame_system]
    pub fn add(&mut self, alloc: &SmartAlloc, key: u32) -> bool {
        let value = *alloc.frame_box(key);
        self.lock_mut().insert(key, value).is_none()
    }
}

// An entry that is removed when nobody uses it any more.
pub struct Device {
    targets: HashMap<u32, u32>,
}

impl Device {
    #[frame_system]
    pub fn acquire(&mut self, alloc: &SmartAlloc, size: u32) -> u32 {
        let target = self.targets.entry(size).or_insert_with(|| 0);
        *target += *alloc.frame_box(1_u32);
        *target
    }

    pub fn release(&mut self, size: u32) {
        let mut entry = match self.targets.entry(size) {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(_) => return,
        };
        *entry.get_mut() -= 1;
        if *entry.get() == 0 {
            entry.remove_entry();
        }
    }
}

// One of two lists of elements: both give elements back.
pub struct Bin {
    rects: Vec<u32>,
    sizes: Vec<u32>,
}

pub struct Other {
    sizes: Vec<u32>,
}

pub struct Guillotine {
    bins: [Bin; 3],
}

impl Guillotine {
    #[frame_system]
    pub fn put(&mut self, alloc: &SmartAlloc, id: usize) {
        self.bins[id].rects.push(*alloc.frame_box(0_u32));
        self.bins[id].sizes.push(1);
    }

    pub fn take(&mut self, id: usize) -> u32 {
        self.bins[id].sizes.swap_remove(0);
        self.bins[id].rects.swap_remove(0)
    }
}

// A system that is lent a field that its owner clears, by a method of a trait; a benchmark that lends a new list runs in
// no frame.
pub trait Encode {
    fn encode(&self, alloc: &SmartAlloc, paints: &mut Vec<u32>);
}

pub struct Gradient(u32);

impl Encode for Gradient {
    #[frame_system]
    fn encode(&self, alloc: &SmartAlloc, paints: &mut Vec<u32>) {
        paints.push(self.0 + *alloc.frame_box(0_u32));
    }
}

pub struct Scene {
    paints: Vec<u32>,
}

impl Scene {
    #[frame_system]
    pub fn fill(&mut self, alloc: &SmartAlloc, gradient: &Gradient) {
        gradient.encode(alloc, &mut self.paints);
    }

    pub fn reset(&mut self) {
        self.paints.clear();
    }
}

pub fn bench(alloc: &SmartAlloc) -> usize {
    let mut paints = Vec::new();
    Gradient(1).encode(alloc, &mut paints);
    paints.len()
}

// One of two maps.
pub struct Glyphs {
    fixed: HashMap<u32, u32>,
    variable: HashMap<u32, HashMap<u32, u32>>,
}

impl Glyphs {
    #[frame_system]
    pub fn keep(&mut self, alloc: &SmartAlloc, font: Option<u32>, key: u32) {
        let value = *alloc.frame_box(key);
        let entries = match font {
            None => &mut self.fixed,
            Some(font) => self.variable.get_mut(&font).unwrap(),
        };
        entries.insert(key, value);
    }

    pub fn evict(&mut self) {
        self.fixed.retain(|_, value| *value > 1);
        self.variable.retain(|_, map| !map.is_empty());
    }
}

// A list out of a pool that is given back.
pub struct Pool<T> {
    entries: Vec<T>,
}

impl<T: Default> Pool<T> {
    pub fn take(&mut self) -> T {
        self.entries.pop().unwrap_or_default()
    }

    pub fn submit(&mut self, entry: T) {
        self.entries.push(entry);
    }
}

pub struct Fine {
    pool: Pool<Vec<u32>>,
    layers: Vec<Vec<u32>>,
}

impl Fine {
    #[frame_system]
    pub fn push(&mut self, alloc: &SmartAlloc) {
        let mut buffer = self.pool.take();
        buffer.resize(16, *alloc.frame_box(0_u32));
        self.layers.push(buffer);
    }

    #[frame_system]
    pub fn pop(&mut self, alloc: &SmartAlloc) -> u32 {
        let mut popped = self.layers.pop().unwrap();
        popped.push(1);
        self.pool.submit(popped);
        *alloc.frame_box(0_u32)
    }
}
