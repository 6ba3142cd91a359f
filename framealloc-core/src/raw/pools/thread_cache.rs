//! What a thread keeps of every pool, and the registry of threads and pools.
//!
//! Plain structs, so that the loom models run this code: the thread-local shell around them is in `hot.rs`.

use core::ptr::NonNull;
use std::alloc::{Layout, alloc, dealloc};

use super::magazine::{self, Magazine, NO_MAGAZINE, Word};
use super::pool::RawPool;
use super::slab::Slot;
use crate::sync::{AtomicPtr, Mutex, Relaxed, Witness, const_unless_loom};

/// Pools that can have magazines, and one: index 0 has none for ever, so that it sends every operation to the cold path (P4).
pub(crate) const POOLS: usize = if cfg!(framealloc_loom) { 2 } else { 128 };

/// The positions of a thread's magazines in use, by pool: all that the hot paths touch besides the magazines.
#[derive(Debug)]
pub(crate) struct Positions(pub(crate) [AtomicPtr<Word>; POOLS]);

impl Positions {
    /// No magazines.
    #[cfg(not(framealloc_loom))]
    pub(crate) const fn new() -> Self {
        Self([const { AtomicPtr::new(NO_MAGAZINE) }; POOLS])
    }

    /// No magazines.
    #[cfg(framealloc_loom)]
    pub(crate) fn new() -> Self {
        Self(core::array::from_fn(|_| AtomicPtr::new(NO_MAGAZINE)))
    }
}

/// What belongs to a thread's positions but is used only by cold paths.
#[derive(Debug)]
pub(crate) struct ThreadCache {
    current: *const Positions,
    /// A second magazine of each pool, full or empty, so that a thread that takes and gives around the end of one does not
    /// go to the depot each time.
    spare: Positions,
    /// Of the memory: who reads the words must know that they are there.
    access: Witness,
}

impl ThreadCache {
    /// A cache for the positions of the calling thread; `None` if the global allocator refused.
    pub(crate) fn make(current: *const Positions) -> Option<NonNull<Self>> {
        // SAFETY: the type is not of size zero.
        let cache = NonNull::new(unsafe { alloc(Layout::new::<Self>()) })?.cast::<Self>();
        // SAFETY: the memory is new and fits.
        unsafe { cache.write(Self { current, spare: Positions::new(), access: Witness::new() }) };
        Some(cache)
    }

    /// Ends a cache.
    ///
    /// # Safety
    /// `cache` must come from [`make`](Self::make), hold no magazines, and be known to nobody else.
    pub(crate) unsafe fn free(cache: NonNull<Self>) {
        // SAFETY: `make` wrote it.
        unsafe { cache.as_ref() }.access.exclusive();
        // SAFETY: `make` wrote it, and nobody uses it any more (P6).
        unsafe { cache.drop_in_place() };
        // SAFETY: `make` took it with this layout.
        unsafe { dealloc(cache.as_ptr().cast(), Layout::new::<Self>()) };
    }

    /// The words of the pool with index `id`: in use, spare.
    fn words(&self, id: usize) -> (&AtomicPtr<Word>, &AtomicPtr<Word>) {
        self.access.shared();
        // SAFETY: the positions of a thread outlive its cache (P6).
        let current = unsafe { &*self.current };
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

/// The threads that have caches, and the pools that have indices.
#[derive(Debug)]
pub(crate) struct Registry(Mutex<Members>);

#[derive(Debug)]
struct Members {
    threads: Vec<NonNull<ThreadCache>>,
    pools: [*const RawPool; POOLS],
    /// The next index for a pool.
    next: usize,
    /// Pools that were used, with an index or without.
    own: Vec<&'static RawPool>,
}

// SAFETY: the pointers are to caches that are unregistered before they are freed (P6) and to pools, which are shared.
unsafe impl Send for Members {}

impl Registry {
    const_unless_loom! {
        /// A registry in which the first `next` indices belong to `pools`.
        pub(crate) fn new(pools: [*const RawPool; POOLS], next: usize) -> Self {
            Self(Mutex::new(Members { threads: Vec::new(), pools, next, own: Vec::new() }))
        }
    }

    /// Adds the cache of the calling thread. `false` if the global allocator refused.
    ///
    /// # Safety
    /// `cache` must come from [`ThreadCache::make`]; it and its positions must live until [`leave`](Self::leave).
    pub(crate) unsafe fn join(&self, cache: NonNull<ThreadCache>) -> bool {
        let mut members = self.0.lock();
        if members.threads.try_reserve(1).is_err() {
            return false;
        }
        members.threads.push(cache);
        true
    }

    /// Gives all that the cache holds to the depots, and ends the cache.
    ///
    /// # Safety
    /// `cache` must be that of the calling thread, and not be used afterwards.
    pub(crate) unsafe fn leave(&self, cache: NonNull<ThreadCache>) {
        // The lock is held throughout, so that a reader of statistics never counts a slot twice (P6).
        let mut members = self.0.lock();
        // SAFETY: passed on.
        unsafe { members.flush(cache) };
        members.threads.retain(|thread| *thread != cache);
        drop(members);
        // SAFETY: its magazines are gone, and nobody can find it any more.
        unsafe { ThreadCache::free(cache) };
    }

    /// Gives all that the cache of the calling thread holds to the depots.
    ///
    /// # Safety
    /// `cache` must be that of the calling thread.
    pub(crate) unsafe fn flush(&self, cache: NonNull<ThreadCache>) {
        // SAFETY: passed on.
        unsafe { self.0.lock().flush(cache) };
    }

    /// Gives a pool its index (P4), or tells the one it has.
    pub(crate) fn enter(&self, pool: &'static RawPool) -> usize {
        let mut members = self.0.lock();
        if let Some(index) = pool.index() {
            return index;
        }
        let index = if members.next < POOLS { members.next } else { 0 };
        if index > 0 {
            members.pools[index] = pool;
            members.next += 1;
        }
        // A pool that cannot be listed is only missing in reports.
        if members.own.try_reserve(1).is_ok() {
            members.own.push(pool);
        }
        pool.set_index(index);
        index
    }

    /// Slots of `pool` that are neither in its depot nor in the magazines of threads: exact while no thread uses the pool, and
    /// off by what is on its way while one does.
    pub(crate) fn live(&self, pool: &RawPool) -> usize {
        let members = self.0.lock();
        let depot = pool.depot();
        let cached: usize = match pool.index() {
            None | Some(0) => 0,
            Some(index) => members.threads.iter().map(|cache| cached(*cache, index)).sum(),
        };
        depot.outside().saturating_sub(cached)
    }

    /// Pools of types that were used so far.
    pub(crate) fn own(&self) -> Vec<&'static RawPool> {
        self.0.lock().own.clone()
    }

    /// One of them, in the order of their first use.
    pub(crate) fn own_at(&self, position: usize) -> Option<&'static RawPool> {
        self.0.lock().own.get(position).copied()
    }
}

fn cached(cache: NonNull<ThreadCache>, index: usize) -> usize {
    // SAFETY: the cache is registered and the registry is locked, so it is live (P6); its words are atomic (P5).
    let (current, spare) = unsafe { cache.as_ref() }.words(index);
    magazine::count(current.load(Relaxed)) + magazine::count(spare.load(Relaxed))
}

impl Members {
    /// # Safety
    /// As for [`Registry::flush`].
    unsafe fn flush(&self, cache: NonNull<ThreadCache>) {
        // SAFETY: the cache is live (P6).
        let cache = unsafe { cache.as_ref() };
        for (index, pool) in self.pools.iter().enumerate() {
            // SAFETY: pools live for ever, or, in a model, as long as the registry.
            if let Some(pool) = unsafe { pool.as_ref() } {
                // SAFETY: passed on; the index is that of the pool.
                unsafe { cache.flush(pool, index) };
            }
        }
    }
}
