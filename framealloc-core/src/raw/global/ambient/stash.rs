//! Chunks with room in them, between two zones.
//!
//! A zone that ends puts its open chunk here, and the next zone of the thread and tag goes on with it. Places are found by
//! a number and not kept for anybody: what a thread leaves behind when it ends is found by another, and nothing has to be
//! done at its end. Two that share a place take each other's chunk for free room of their own, or have it given up.

use core::ptr::NonNull;

use super::CHUNK;
use super::chunks::{NONE, Table};
use super::sites::Book;
use crate::raw::mem::poison::{poison, unpoison};
use crate::sync::{AcqRel, Acquire, AtomicU32, Relaxed};

/// Places; a power of two. They are few where the region is small.
#[cfg(not(framealloc_loom))]
const PLACES: usize = if usize::BITS >= 64 { 256 } else { 32 };
#[cfg(framealloc_loom)]
const PLACES: usize = 1;

#[derive(Debug)]
pub(super) struct Stash([AtomicU32; PLACES]);

impl Stash {
    pub(super) fn new() -> Self {
        Self([(); PLACES].map(|()| AtomicU32::new(NONE)))
    }

    /// The place of this number.
    pub(super) fn place(&self, number: u32) -> &AtomicU32 {
        &self.0[number as usize % PLACES]
    }

    pub(super) fn places(&self) -> &[AtomicU32] {
        &self.0
    }
}

impl Table {
    /// Puts a chunk that the caller holds into the stash. What was in its place is given up.
    pub(super) fn set_aside(&self, place: u32, index: u32) {
        let before = self.stash.place(place).swap(index, AcqRel);
        self.is_not_dry();
        if before != NONE {
            self.give_up(before, 0);
        }
    }

    /// Takes a chunk of the tag out of the stash. The caller is its holder.
    pub(super) fn take_aside(&self, place: u32, row: u32) -> Option<u32> {
        let place = self.stash.place(place);
        if place.load(Relaxed) == NONE {
            return None;
        }
        let index = place.swap(NONE, Acquire);
        if index == NONE {
            return None;
        }
        if self.header(index).row.load(Relaxed) != row {
            // Two tags with one place: the other one's chunk makes room.
            self.give_up(index, 0);
            return None;
        }
        Some(index)
    }

    /// A chunk of the tag that lies at any place. Threads that end leave theirs behind, and those that come after them have
    /// other numbers: without this each would pin a chunk of its own.
    pub(super) fn take_left_behind(&self, row: u32) -> Option<u32> {
        for place in self.stash.places() {
            let index = place.load(Relaxed);
            if index != NONE
                && self.header(index).row.load(Relaxed) == row
                // Acquire: what its last holder wrote is seen.
                && place.compare_exchange(index, NONE, Acquire, Relaxed).is_ok()
            {
                // It may have been elsewhere meanwhile.
                if self.header(index).row.load(Relaxed) == row {
                    return Some(index);
                }
                self.give_up(index, 0);
            }
        }
        None
    }

    /// Gives up all that is in the stash, before the region counts as exhausted.
    pub(super) fn empty_stash(&self) {
        self.close_books();
        for place in self.stash.places() {
            if place.load(Relaxed) != NONE {
                let index = place.swap(NONE, Acquire);
                if index != NONE {
                    self.give_up(index, 0);
                }
            }
        }
    }

    /// The book that lies at a place, or at any: it may be that of a thread that has ended, and what is in it is right for
    /// others, too. A new one if there is none, and a chunk for it. The caller is its holder.
    pub(super) fn take_book(&self, place: u32, row: u32) -> Option<(u32, NonNull<Book>)> {
        for place in core::iter::once(self.books.place(place)).chain(self.books.places()) {
            if place.load(Relaxed) != NONE {
                // Acquire: what its last holder wrote is seen.
                let index = place.swap(NONE, Acquire);
                if index != NONE {
                    return Some((index, self.start(index).cast()));
                }
            }
        }
        let index = self.take(row)?;
        let start = self.start(index);
        unpoison(start.as_ptr(), CHUNK);
        // SAFETY: the chunk is the caller's (A2).
        Some((index, unsafe { Book::write(start) }))
    }

    /// Puts a book that the caller holds to its place.
    pub(super) fn put_book(&self, place: u32, index: u32) {
        // Release: its next holder sees what is written; acquire: that is what becomes of the one that was there.
        let before = self.books.place(place).swap(index, AcqRel);
        if before != NONE {
            self.close_book(before);
        }
    }

    fn close_books(&self) {
        for place in self.books.places() {
            if place.load(Relaxed) != NONE {
                let book = place.swap(NONE, Acquire);
                if book != NONE {
                    self.close_book(book);
                }
            }
        }
    }

    fn close_book(&self, index: u32) {
        poison(self.start(index).as_ptr(), CHUNK);
        self.give_up(index, 0);
    }
}
