//! Depots: where the magazines of a pool wait between threads. Everything here runs under the pool's lock.

use super::magazine::{CAPACITY, Magazine};
use super::slab::{Origin, Slabs, Slot, SlotList};
use crate::closed::{self, Owner};
use crate::sync::{Witness, const_unless_loom};

/// The free slots of a pool that no thread has.
#[derive(Debug)]
pub(crate) struct Depot {
    full: Vec<Magazine>,
    empty: Vec<Magazine>,
    /// A magazine in any state, for slots that come and go one by one.
    hand: Magazine,
    /// Slots for which no magazine could be made.
    overflow: SlotList,
    slabs: Slabs,
    /// Magazines of this pool, wherever they are. Both lists always have room for all of them (P12).
    magazines: usize,
    /// The most slots that were ever outside of the depot.
    high: usize,
    access: Witness,
}

impl Depot {
    const_unless_loom! {
        pub(crate) fn new() -> Self {
            Self {
                full: Vec::new(),
                empty: Vec::new(),
                hand: Magazine::none(),
                overflow: SlotList::new(),
                slabs: Slabs::new(),
                magazines: 0,
                high: 0,
                access: Witness::new(),
            }
        }
    }

    /// Slots outside of the depot: live, or in the magazines of threads.
    pub(crate) fn outside(&self) -> usize {
        self.access.shared();
        let inside = self.full.len() * CAPACITY + self.hand.count() + self.overflow.count();
        self.slabs.carved() - inside
    }

    pub(crate) fn high(&self) -> usize {
        self.high
    }

    pub(crate) fn slabs(&self) -> usize {
        self.slabs.held()
    }

    pub(crate) fn magazines(&self) -> usize {
        self.magazines
    }

    fn note_high(&mut self) {
        self.high = self.high.max(self.outside());
    }

    fn empty_magazine(&mut self) -> Option<Magazine> {
        if let Some(magazine) = self.empty.pop() {
            return Some(magazine);
        }
        let room = self.magazines + 1;
        self.full.try_reserve(room - self.full.len()).ok()?;
        self.empty.try_reserve(room - self.empty.len()).ok()?;
        let magazine = Magazine::make()?;
        closed::table_grows(Owner::Process, "magazines of pools", Magazine::BYTES);
        self.magazines = room;
        Some(magazine)
    }

    /// Takes a thread's empty magazine (or none) and returns one with slots. On failure the thread keeps what it had.
    pub(crate) fn swap_empty(&mut self, magazine: Magazine, origin: &Origin) -> Result<Magazine, Magazine> {
        self.access.exclusive();
        if let Some(full) = self.full.pop() {
            self.keep_empty(magazine);
            self.note_high();
            return Ok(full);
        }
        let came_without = magazine.is_none();
        let mut filled = if came_without {
            let Some(made) = self.empty_magazine() else { return Err(magazine) };
            made
        } else {
            magazine
        };
        if self.hand.count() > 0 {
            core::mem::swap(&mut filled, &mut self.hand);
        } else {
            for _ in 0..CAPACITY {
                let Some(slot) = self.overflow.pop().or_else(|| self.slabs.carve(origin)) else { break };
                filled.push(slot).expect("an empty magazine has room");
            }
        }
        if filled.count() > 0 {
            self.note_high();
            return Ok(filled);
        }
        if came_without {
            self.keep_empty(filled);
            return Err(Magazine::none());
        }
        Err(filled)
    }

    /// Takes a thread's full magazine (or none) and returns an empty one. On failure the thread keeps what it had.
    pub(crate) fn swap_full(&mut self, magazine: Magazine) -> Result<Magazine, Magazine> {
        self.access.exclusive();
        let Some(empty) = self.empty_magazine() else { return Err(magazine) };
        if !magazine.is_none() {
            self.full.push(magazine);
        }
        Ok(empty)
    }

    /// Takes whatever is in a thread's magazine, and the magazine.
    pub(crate) fn pour(&mut self, mut magazine: Magazine) {
        self.access.exclusive();
        if magazine.is_full() {
            self.full.push(magazine);
            return;
        }
        if self.hand.is_none() {
            self.hand = magazine;
            return;
        }
        while let Some(slot) = magazine.pop() {
            if let Err(slot) = self.hand.push(slot) {
                magazine.push(slot).expect("the slot was just taken out");
                let full = core::mem::replace(&mut self.hand, magazine);
                self.full.push(full);
                return;
            }
        }
        self.keep_empty(magazine);
    }

    fn keep_empty(&mut self, magazine: Magazine) {
        if !magazine.is_none() {
            self.empty.push(magazine);
        }
    }

    /// One slot, for a thread without magazines.
    pub(crate) fn take_one(&mut self, origin: &Origin) -> Option<Slot> {
        self.access.exclusive();
        let slot = self.hand.pop().or_else(|| {
            let full = self.full.pop()?;
            let hand = core::mem::replace(&mut self.hand, full);
            self.keep_empty(hand);
            self.hand.pop()
        });
        let slot = slot.or_else(|| self.overflow.pop()).or_else(|| self.slabs.carve(origin))?;
        self.note_high();
        Some(slot)
    }

    /// Takes one slot, from a thread without magazines. Never fails.
    pub(crate) fn give_one(&mut self, slot: Slot) {
        self.access.exclusive();
        let Err(slot) = self.hand.push(slot) else { return };
        match self.empty_magazine() {
            Some(empty) => {
                let hand = core::mem::replace(&mut self.hand, empty);
                if !hand.is_none() {
                    self.full.push(hand);
                }
                self.hand.push(slot).expect("an empty magazine has room");
            }
            None => self.overflow.push(slot),
        }
    }

    /// Makes room for `slots` slots altogether. `false` if the global allocator refused.
    pub(crate) fn reserve(&mut self, origin: &Origin, slots: usize) -> bool {
        self.access.exclusive();
        self.slabs.reserve(origin, slots)
    }

    /// Gives slabs without a live slot and spare magazines back to the global allocator; returns the bytes of the slabs.
    pub(crate) fn trim(&mut self) -> usize {
        self.access.exclusive();
        self.slabs.begin_count();
        for magazine in self.full.iter().chain([&self.hand]) {
            magazine.for_each(Slabs::count_free);
        }
        self.overflow.retain(|slot| {
            Slabs::count_free(slot);
            true
        });
        for magazine in self.full.iter_mut().chain([&mut self.hand]) {
            magazine.retain(|slot| !Slabs::is_whole(slot));
        }
        self.overflow.retain(|slot| !Slabs::is_whole(slot));
        // SAFETY: all free slots of the depot were counted, and those of whole slabs were forgotten.
        let freed = unsafe { self.slabs.free_whole() };
        self.close_ranks();
        if self.hand.count() == 0 {
            let hand = core::mem::replace(&mut self.hand, Magazine::none());
            self.keep_empty(hand);
        }
        for magazine in self.empty.drain(..) {
            magazine.free();
            self.magazines -= 1;
        }
        freed
    }

    /// Makes every magazine of `full` full again: slots move from the last ones to the first, what is left over goes to the hand.
    fn close_ranks(&mut self) {
        let (mut low, mut high) = (0, self.full.len());
        while low + 1 < high {
            let (below, above) = self.full.split_at_mut(high - 1);
            let (receiver, giver) = (&mut below[low], &mut above[0]);
            if receiver.is_full() {
                low += 1;
            } else if let Some(slot) = giver.pop() {
                receiver.push(slot).expect("the receiver is not full");
            } else {
                high -= 1;
            }
        }
        if self.full.get(low).is_some_and(Magazine::is_full) {
            low += 1;
        }
        // Now all below `low` are full, the one at `low` may be partly full, and the others are empty.
        for _ in low..self.full.len() {
            let Some(magazine) = self.full.pop() else { break };
            // The hand takes what it can; if that fills it, it becomes the last full one.
            if magazine.count() == 0 { self.keep_empty(magazine) } else { self.pour(magazine) }
        }
    }
}
