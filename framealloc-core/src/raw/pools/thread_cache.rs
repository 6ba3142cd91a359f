//! What a thread keeps of every pool.
//!
//! Plain structs, so that the loom models run this code: the thread-local shell around them is in `hot.rs`.

use core::ptr::NonNull;

use super::gate::Gate;
use super::magazine::{self, Magazine, NO_MAGAZINE, Word};
use super::pool::RawPool;
use super::slab::Slot;
use crate::raw::epochs::list::Node;
use crate::sync::{AtomicPtr, Relaxed, Witness};

/// Pools that can have magazines, and one: index 0 has none for ever, so that it sends every operation to the cold path (P4).
pub(crate) const POOLS: usize = if cfg!(framealloc_loom) { 2 } else { 128 };

/// The positions of a thread's magazines in use, by pool: all that the hot paths touch besides the magazines.
/// The second field tells models that the memory is read.
#[derive(Debug)]
pub(crate) struct Positions(pub(crate) [AtomicPtr<Word>; POOLS], pub(crate) Witness);

impl Positions {
    /// No magazines.
    #[cfg(not(framealloc_loom))]
    pub(crate) const fn new() -> Self {
        Self([const { AtomicPtr::new(NO_MAGAZINE) }; POOLS], Witness::new())
    }

    /// No magazines.
    #[cfg(framealloc_loom)]
    pub(crate) fn new() -> Self {
        Self(core::array::from_fn(|_| AtomicPtr::new(NO_MAGAZINE)), Witness::new())
    }
}

/// What belongs to a thread's positions but is used only by cold paths.
#[derive(Debug)]
pub(crate) struct ThreadCache {
    current: *const Positions,
    /// A second magazine of each pool, full or empty, so that a thread that takes and gives around the end of one does not
    /// go to the depot each time.
    spare: Positions,
    gate: Gate,
}

/// A cache with its place in the registry.
pub(crate) type Member = Node<ThreadCache>;

// SAFETY: what other threads do with a cache is to read words that are atomic, which the gate keeps there (P5, P6).
unsafe impl Send for ThreadCache {}
// SAFETY: what other threads do with a cache is to read words that are atomic, which the gate keeps there (P5, P6).
unsafe impl Sync for ThreadCache {}

impl ThreadCache {
    /// A cache for the positions of the calling thread; `None` if the global allocator refused.
    pub(crate) fn make(current: *const Positions) -> Option<NonNull<Member>> {
        Node::make(Self { current, spare: Positions::new(), gate: Gate::new() })
    }

    /// Free slots that the thread has of the pool with index `id`: none once it has given its magazines back.
    pub(super) fn cached(&self, id: usize) -> usize {
        let Some(_inside) = self.gate.enter() else { return 0 };
        let (current, spare) = self.words(id);
        magazine::count(current.load(Relaxed)) + magazine::count(spare.load(Relaxed))
    }

    /// Keeps others from the positions, for ever.
    pub(super) fn close(&self) {
        self.gate.close();
    }

    /// The words of the pool with index `id`: in use, spare.
    fn words(&self, id: usize) -> (&AtomicPtr<Word>, &AtomicPtr<Word>) {
        // SAFETY: the caller is their thread, which has not left, or is inside the gate (P6).
        let current = unsafe { &*self.current };
        current.1.shared();
        (&current.0[id], &self.spare.0[id])
    }

    /// A slot of `pool`, where the magazine in use has none. `None` if the global allocator refused.
    ///
    /// # Safety
    /// The cache must be that of the calling thread, and `id` the index of `pool`.
    pub(crate) unsafe fn refill(&self, pool: &RawPool, id: usize) -> Option<NonNull<u8>> {
        let (current, spare) = self.words(id);
        // Making the cache may have run a user's allocator, which may have used this pool (P10).
        // SAFETY: the words are this thread's (P5).
        if let Some(slot) = unsafe { magazine::pop(current) } {
            return Some(slot);
        }
        let (empty, other) = (current.load(Relaxed), spare.load(Relaxed));
        if magazine::count(other) > 0 {
            current.store(other, Relaxed);
            spare.store(empty, Relaxed);
            // SAFETY: the words are this thread's (P5).
            return unsafe { magazine::pop(current) };
        }
        let mut depot = pool.depot();
        // SAFETY: the position is this thread's, and is replaced below whatever happens (P2, P5).
        let magazine = unsafe { Magazine::from_position(empty) };
        match depot.swap_empty(magazine, &pool.origin()) {
            Ok(filled) => {
                current.store(filled.into_position(), Relaxed);
                pool.taken_from_by(self);
                drop(depot);
                // SAFETY: the words are this thread's (P5).
                unsafe { magazine::pop(current) }
            }
            // No magazine could be made, or no slab: a slot may still be had without one.
            Err(kept) => {
                current.store(kept.into_position(), Relaxed);
                depot.take_one(&pool.origin()).map(Slot::into_pointer)
            }
        }
    }

    /// Takes a free slot of `pool`, where the magazine in use is full.
    ///
    /// # Safety
    /// As for [`refill`](Self::refill); `slot` must be a free slot of `pool` that is in no other place (P1).
    pub(crate) unsafe fn unload(&self, pool: &RawPool, id: usize, slot: NonNull<u8>) {
        let (current, spare) = self.words(id);
        // SAFETY: the words are this thread's (P5).
        if unsafe { magazine::push(current, slot) } {
            return;
        }
        let (full, other) = (current.load(Relaxed), spare.load(Relaxed));
        if other != NO_MAGAZINE && magazine::count(other) == 0 {
            current.store(other, Relaxed);
            spare.store(full, Relaxed);
        } else {
            // SAFETY: the position is this thread's, and is replaced below whatever happens (P2, P5).
            let leaving = unsafe { Magazine::from_position(other) };
            // Without this, the lines of slots that this thread only read stay shared, and whoever takes them next pays for
            // each: cross-core reuse is two to four times slower. Here, rather than at every free, it costs the hot path nothing.
            // Where this thread takes them again itself there is nothing to pay, and 62 lines would be fetched for it.
            if pool.was_taken_from_by_another(self) {
                leaving.for_each(Slot::claim_line);
            }
            let mut depot = pool.depot();
            match depot.swap_full(leaving) {
                Ok(empty) => {
                    spare.store(full, Relaxed);
                    current.store(empty.into_position(), Relaxed);
                }
                Err(kept) => {
                    spare.store(kept.into_position(), Relaxed);
                    // SAFETY: passed on.
                    depot.give_one(unsafe { Slot::from_pointer(slot) });
                    return;
                }
            }
        }
        // SAFETY: the words are this thread's (P5).
        let taken = unsafe { magazine::push(current, slot) };
        debug_assert!(taken, "an empty magazine has room");
    }

    /// Gives both magazines of `pool` to its depot.
    ///
    /// # Safety
    /// As for [`refill`](Self::refill).
    pub(crate) unsafe fn flush(&self, pool: &RawPool, id: usize) {
        let words = self.words(id);
        if words.0.load(Relaxed) == NO_MAGAZINE {
            // Then there is no spare one either.
            return;
        }
        let mut depot = pool.depot();
        for word in [words.0, words.1] {
            let position = word.load(Relaxed);
            word.store(NO_MAGAZINE, Relaxed);
            // SAFETY: the positions were this thread's, which has given them up (P2, P5).
            let magazine = unsafe { Magazine::from_position(position) };
            if !magazine.is_none() {
                depot.pour(magazine);
            }
        }
    }
}
