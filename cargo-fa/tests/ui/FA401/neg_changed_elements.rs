//! The same of elements of lists: those are looked for that have changed, or passed over that have not, and a method of theirs
//! says that they are as they should be.
use std::collections::HashMap;

use framealloc::{SmartAlloc, frame_system};

pub struct Chunk {
    blocks: Vec<u8>,
    mesh: Vec<u32>,
    stale: bool,
}

impl Chunk {
    pub fn dig(&mut self, at: usize) {
        self.blocks[at] = 0;
        self.stale = true;
    }

    fn remesh(&mut self) {
        self.mesh = self.blocks.iter().map(|block| u32::from(*block)).collect();
        self.stale = false;
    }
}

#[frame_system]
pub fn the_first_that_is_stale(alloc: &SmartAlloc, chunks: &mut HashMap<u32, Chunk>) -> u32 {
    if let Some(found) = chunks.values_mut().find(|chunk| chunk.stale) {
        found.remesh();
    }
    *alloc.frame_box(1)
}

#[frame_system]
pub fn all_that_are_stale(alloc: &SmartAlloc, chunks: &mut [Chunk]) -> u32 {
    for stale in chunks.iter_mut().filter(|chunk| chunk.stale) {
        stale.mesh = stale.blocks.iter().map(|block| u32::from(*block)).collect();
        stale.stale = false;
    }
    *alloc.frame_box(1)
}

#[frame_system]
pub fn others_are_passed_over(alloc: &SmartAlloc, chunks: &mut [Chunk]) -> u32 {
    for chunk in chunks {
        if !chunk.stale {
            continue;
        }
        chunk.stale = false;
        chunk.mesh = chunk.blocks.iter().map(|block| u32::from(*block)).collect();
    }
    *alloc.frame_box(1)
}

pub struct Walker {
    goal: u32,
    planned: u32,
    way: Vec<u32>,
}

impl Walker {
    fn plan(&mut self) {
        self.planned = self.goal;
        self.way = (0..self.goal).collect();
    }
}

#[frame_system]
pub fn who_has_another_goal(alloc: &SmartAlloc, walkers: &mut [Walker]) -> u32 {
    for walker in walkers.iter_mut() {
        if walker.goal != walker.planned {
            walker.plan();
        }
    }
    *alloc.frame_box(1)
}

pub struct Guest {
    name: String,
    greeting: Option<String>,
}

impl Guest {
    fn greet(&mut self) {
        self.greeting = Some(format!("welcome, {}", self.name));
    }
}

#[frame_system]
pub fn guests_are_greeted_once(alloc: &SmartAlloc, guests: &mut [Guest]) -> u32 {
    for guest in guests {
        if guest.greeting.is_none() {
            guest.greet();
        }
    }
    *alloc.frame_box(1)
}

pub struct Slot {
    words: Vec<u32>,
    next: Option<usize>,
}

/// The free slots are threaded through the list.
pub struct Slots {
    slots: Vec<Slot>,
    first: Option<usize>,
}

impl Slots {
    #[frame_system]
    pub fn put(&mut self, alloc: &SmartAlloc, word: u32) -> usize {
        let word = *alloc.frame_box(word);
        match self.first {
            Some(slot) => {
                self.first = self.slots[slot].next.take();
                self.slots[slot].words[0] = word;
                slot
            }
            None => {
                self.slots.push(Slot { words: vec![word], next: None });
                self.slots.len() - 1
            }
        }
    }
}

pub struct Creature {
    facts: HashMap<String, u32>,
}

#[frame_system]
pub fn facts_by_name(alloc: &SmartAlloc, creatures: &mut [Creature], names: &mut Vec<String>) -> u32 {
    for (creature, name) in creatures.iter_mut().zip(names.drain(..)) {
        creature.facts.insert(name, 1);
    }
    *alloc.frame_box(1)
}
