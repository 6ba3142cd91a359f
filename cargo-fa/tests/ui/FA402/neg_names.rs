//! Maps by names, of which a program has so many; entries that are filled where they are vacant; slots that come out of a list,
//! are emptied, filled and put back.
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Goal {
    Eat,
    Sleep,
}

#[derive(Default)]
pub struct Board {
    values: HashMap<String, f32>,
    goals: BTreeMap<Goal, u32>,
    heard: HashSet<Arc<str>>,
    meshes: HashMap<u32, Box<[f32]>>,
    slots: HashMap<u16, u32>,
}

impl Board {
    #[frame_system]
    pub fn by_text(&mut self, alloc: &SmartAlloc, key: &'static str) {
        self.values.insert(key.into(), *alloc.frame_box(1.0)); //~ FA401
    }

    #[frame_system]
    pub fn by_a_plain_enum(&mut self, alloc: &SmartAlloc, goal: Goal) {
        *self.goals.entry(goal).or_insert(0) += *alloc.frame_box(1);
    }

    #[frame_system]
    pub fn by_shared_text(&mut self, alloc: &SmartAlloc, sound: &Arc<str>) -> bool {
        let _volume = alloc.frame_box(1.0);
        self.heard.insert(Arc::clone(sound))
    }

    #[frame_system]
    pub fn a_vacant_entry(&mut self, alloc: &SmartAlloc, block: u32) -> usize {
        let corners = alloc.frame_box(24);
        match self.meshes.entry(block) {
            Entry::Occupied(known) => known.get().len(),
            Entry::Vacant(entry) => entry.insert(vec![0.0; *corners].into()).len(),
        }
    }

    #[frame_system]
    pub fn if_it_is_vacant(&mut self, alloc: &SmartAlloc, slot: u16) {
        let first = alloc.frame_box(1);
        if let Entry::Vacant(entry) = self.slots.entry(slot) {
            entry.insert(*first);
        }
    }
}

#[derive(Default)]
pub struct Step {
    pixels: Vec<u32>,
}

pub struct Undo {
    steps: VecDeque<Step>,
    most: usize,
}

impl Undo {
    fn slot(&mut self) -> Step {
        if self.steps.len() < self.most {
            return Step::default();
        }
        let mut oldest = self.steps.pop_front().unwrap_or_default();
        oldest.pixels.clear();
        oldest
    }

    #[frame_system]
    pub fn record(&mut self, alloc: &SmartAlloc, pixels: &[u32]) {
        let mut slot = self.slot();
        slot.pixels.push(*alloc.frame_box(7));
        slot.pixels.extend_from_slice(pixels);
        self.steps.push_back(slot);
    }
}
