//! Random samples that are the same in every run, and of bounded size.
//!
//! What is sampled is numbered; a number is in the sample where its hash ends in `shift` zero bits, and stands for `2^shift` others.
//! The shift grows only when there is no room, so that small numbers are counted exactly. Every so-manieth would be simpler, but
//! programs have rhythms: of "entity, scratch, entity, scratch" it would see one kind only.

use core::hash::BuildHasher as _;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::tag::TagId;

/// Spreads a number over 64 bits.
fn mix(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn is_chosen(hash: u64, shift: u32) -> bool {
    hash.trailing_zeros() >= shift
}

/// A pool object of the running frame.
struct Object {
    address: usize,
    hash: u64,
    thread: u64,
    row: u32,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Live,
    /// Freed by the thread that made it.
    Freed,
    /// Freed by another thread: it was handed over, which frame memory could not be.
    HandedOver,
}

/// Pool objects that were made in the running frame.
pub(super) struct Objects {
    seen: u64,
    shift: u32,
    sample: Vec<Object>,
    /// Positions of those that live.
    by_address: HashTable<u32>,
}

impl Objects {
    /// The most objects in the sample: as many are counted exactly in one frame.
    pub(super) const CAPACITY: usize = 2048;

    pub(super) fn new() -> Self {
        Self {
            seen: 0,
            shift: 0,
            sample: Vec::with_capacity(Self::CAPACITY),
            // With as much again for what removals leave behind, so that it never grows.
            by_address: HashTable::with_capacity(2 * Self::CAPACITY),
        }
    }

    /// An object was made.
    pub(super) fn take(&mut self, address: usize, row: u32, thread: u64) {
        self.seen += 1;
        let hash = mix(self.seen);
        while is_chosen(hash, self.shift) && self.sample.len() == Self::CAPACITY {
            self.thin();
        }
        if is_chosen(hash, self.shift) {
            self.sample.push(Object { address, hash, thread, row, fate: Fate::Live });
            self.list(self.sample.len() - 1);
        }
    }

    /// An object is freed, by `thread`.
    pub(super) fn free(&mut self, address: usize, thread: u64) {
        let Self { sample, by_address, .. } = self;
        let is_here = |position: &u32| sample[*position as usize].address == address;
        if let Ok(listed) = by_address.find_entry(FxBuildHasher.hash_one(address), is_here) {
            let object = &mut sample[listed.remove().0 as usize];
            object.fate = if object.thread == thread { Fate::Freed } else { Fate::HandedOver };
        }
    }

    /// Calls `visit` with the row of each object of the sample, how many it stands for, and whether it was freed, and starts anew.
    pub(super) fn drain(&mut self, mut visit: impl FnMut(u32, u64, bool)) {
        for object in self.sample.drain(..) {
            visit(object.row, 1 << self.shift, object.fate == Fate::Freed);
        }
        self.by_address.clear();
        // The numbers go on: a frame that is like the last one is sampled at other places.
        self.shift = 0;
    }

    fn list(&mut self, position: usize) {
        let Self { sample, by_address, .. } = self;
        let hash = |position: &u32| FxBuildHasher.hash_one(sample[*position as usize].address);
        // There is room for all positions: nothing is allocated here.
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        by_address.insert_unique(hash(&position), position, hash);
    }

    /// Leaves about half.
    fn thin(&mut self) {
        self.shift += 1;
        let shift = self.shift;
        self.sample.retain(|object| is_chosen(object.hash, shift));
        self.by_address.clear();
        for position in 0..self.sample.len() {
            if self.sample[position].fate == Fate::Live {
                self.list(position);
            }
        }
    }
}

/// How long the promoted values of one tag live: those of a sample that are alive, and what those that are gone came to.
#[derive(Default)]
struct Lives {
    seen: u64,
    shift: u32,
    alive: Vec<Life>,
    /// Values of the sample that are gone, how many they stand for, and how many frames these lived.
    ended: u64,
    weight: u64,
    frames: u64,
}

struct Life {
    address: usize,
    hash: u64,
    born: u64,
}

/// Promoted values, by tag.
#[derive(Default)]
pub(super) struct Survivors {
    by_tag: FxHashMap<TagId, Lives>,
    /// The tags of those in a sample that are alive.
    by_address: FxHashMap<usize, TagId>,
}

impl Survivors {
    /// The most living values in the sample of one tag.
    pub(super) const CAPACITY: usize = 64;

    /// A value has moved to `address` at the end of frame `born`.
    pub(super) fn promoted(&mut self, tag: TagId, address: usize, born: u64) {
        let lives = self.by_tag.entry(tag).or_default();
        lives.seen += 1;
        let hash = mix(lives.seen);
        while is_chosen(hash, lives.shift) && lives.alive.len() == Self::CAPACITY {
            lives.shift += 1;
            let (shift, by_address) = (lives.shift, &mut self.by_address);
            lives.alive.retain(|life| is_chosen(life.hash, shift) || by_address.remove(&life.address).is_none());
        }
        if is_chosen(hash, lives.shift) {
            lives.alive.push(Life { address, hash, born });
            self.by_address.insert(address, tag);
        }
    }

    /// What was at `address` is freed in frame `now`.
    pub(super) fn free(&mut self, address: usize, now: u64) {
        let Some(tag) = self.by_address.remove(&address) else { return };
        let Some(lives) = self.by_tag.get_mut(&tag) else { return };
        if let Some(position) = lives.alive.iter().position(|life| life.address == address) {
            let life = lives.alive.swap_remove(position);
            let weight = 1 << lives.shift;
            lives.ended += 1;
            lives.weight += weight;
            lives.frames += weight * (now - life.born);
        }
    }

    /// Calls `visit` with every tag, how many values its sample has, and the frames that these have lived so far on average.
    #[expect(clippy::cast_precision_loss, reason = "frames of a game stay far below 2^52")]
    pub(super) fn for_each(&self, now: u64, mut visit: impl FnMut(TagId, u64, f64)) {
        for (tag, lives) in &self.by_tag {
            let alive = lives.alive.len() as u64;
            let ages: u64 = lives.alive.iter().map(|life| now - life.born).sum();
            let (weight, frames) = (lives.weight + (alive << lives.shift), lives.frames + (ages << lives.shift));
            if weight > 0 {
                visit(*tag, lives.ended + alive, frames as f64 / weight as f64);
            }
        }
    }
}
