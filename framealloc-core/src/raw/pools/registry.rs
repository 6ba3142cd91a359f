//! The threads that have caches, and the pools that have indices.
//!
//! Nothing here takes a lock of its own: threads and pools come, threads go, and whoever wants figures walks, all at once.

use core::ptr::{self, NonNull};

use super::depot_figures::Figures;
use super::pool::RawPool;
use super::thread_cache::{Member, POOLS, ThreadCache};
use crate::raw::epochs::list::List;
use crate::raw::epochs::pin;
use crate::sync::{AcqRel, Acquire, AtomicPtr, relax};

/// How often a reader tries to find a pool at rest before it takes the lock of its depot: then it is in the way of threads that
/// exchange magazines, but its figures are exact however many come and go.
const TRIES: u32 = if cfg!(framealloc_loom) { 1 } else { 64 };

#[derive(Debug)]
pub(crate) struct Registry {
    threads: List<ThreadCache>,
    /// By index. Those of the size classes are there from the start; a pool of a type takes the first place that is free (P4).
    pools: [AtomicPtr<RawPool>; POOLS],
    /// The first place for a pool of a type.
    first_own: usize,
    /// Pools of types that found no place, linked by themselves.
    further: AtomicPtr<RawPool>,
}

impl Registry {
    /// A registry in which the indices below `first_own` belong to `pools`.
    #[cfg(not(framealloc_loom))]
    pub(crate) const fn new(known: &[*const RawPool; POOLS], first_own: usize) -> Self {
        let mut pools = [const { AtomicPtr::new(ptr::null_mut()) }; POOLS];
        let mut index = 0;
        while index < POOLS {
            pools[index] = AtomicPtr::new(known[index].cast_mut());
            index += 1;
        }
        Self { threads: List::new(), pools, first_own, further: AtomicPtr::new(ptr::null_mut()) }
    }

    /// A registry in which the indices below `first_own` belong to `pools`.
    #[cfg(framealloc_loom)]
    pub(crate) fn new(known: &[*const RawPool; POOLS], first_own: usize) -> Self {
        let pools = known.map(|pool| AtomicPtr::new(pool.cast_mut()));
        Self { threads: List::new(), pools, first_own, further: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Adds the cache of the calling thread, before it takes its first magazine.
    ///
    /// # Safety
    /// `cache` must come from [`ThreadCache::make`] and have been in no registry; its positions must live until
    /// [`leave`](Self::leave) returns.
    pub(crate) unsafe fn join(&self, cache: NonNull<Member>) {
        // SAFETY: passed on.
        unsafe { self.threads.add(cache) };
    }

    /// Gives all that the cache holds to the depots, and ends the cache. When this returns nobody reads its positions.
    ///
    /// # Safety
    /// `cache` must be that of the calling thread, and not be used afterwards.
    pub(crate) unsafe fn leave(&self, cache: NonNull<Member>) {
        // First: who finds it gone, or closed, must find in the depots what it held (P15).
        // SAFETY: passed on.
        unsafe { self.flush(cache) };
        let pin = pin();
        // SAFETY: it joined, leaves once, and is freed after the pin at the earliest, which outlives the reference (E1).
        unsafe {
            self.threads.remove(cache, &pin);
            cache.as_ref().close();
        }
    }

    /// Gives all that the cache of the calling thread holds to the depots.
    ///
    /// # Safety
    /// `cache` must be that of the calling thread.
    pub(crate) unsafe fn flush(&self, cache: NonNull<Member>) {
        // SAFETY: the cache is live (P6).
        let cache = unsafe { cache.as_ref() };
        for (index, pool) in self.pools.iter().enumerate() {
            // SAFETY: pools live for ever, or, in a model, as long as the registry.
            if let Some(pool) = unsafe { pool.load(Acquire).as_ref() } {
                // SAFETY: passed on; the index is that of the pool.
                unsafe { cache.flush(pool, index) };
            }
        }
    }

    /// Gives a pool its index (P4), or tells the one it has.
    ///
    /// Two threads that bring the same pool try the same places in the same order, none of which is ever free again: the one
    /// that comes second finds the pool where the first put it.
    pub(crate) fn enter(&self, pool: &'static RawPool) -> usize {
        if let Some(index) = pool.index() {
            return index;
        }
        let places = self.pools.iter().enumerate().skip(self.first_own);
        let index = places.into_iter().find(|(_, place)| claim(place, pool)).map_or(0, |(index, _)| index);
        if index == 0 {
            let mut place = &self.further;
            while !claim(place, pool) {
                // SAFETY: the place is not free, and pools in places live for ever.
                place = unsafe { (*place.load(Acquire)).further() };
            }
        }
        pool.set_index(index);
        index
    }

    /// The figures of a pool's depot, and its live objects: slots that are neither in the depot nor in the magazines of
    /// threads. These are exact while no thread uses the pool, and off by what is on its way while one does. Threads that begin
    /// and end change nothing (P15).
    pub(crate) fn figures(&self, pool: &RawPool) -> (Figures, usize) {
        let pin = pin();
        let cached = || match pool.index() {
            None | Some(0) => 0,
            Some(index) => self.threads.walk(&pin).map(|cache| cache.cached(index)).sum(),
        };
        let read = (1..=TRIES).find_map(|tries| {
            let read = pool.depot_figures().try_read(cached);
            if read.is_none() {
                relax(tries);
            }
            read
        });
        let (figures, cached): (Figures, usize) = read.unwrap_or_else(|| pool.at_rest(|figures| (figures, cached())));
        (figures, figures.outside.saturating_sub(cached))
    }

    /// Caches that are listed.
    #[cfg(framealloc_loom)]
    pub(crate) fn caches(&self) -> usize {
        self.threads.walk(&pin()).count()
    }

    /// Pools of types that were used so far, in the order of their first use.
    pub(crate) fn own(&self) -> impl Iterator<Item = &'static RawPool> {
        let placed = self.pools.iter().skip(self.first_own);
        // SAFETY: what `enter` put there lives for ever.
        let placed = placed.map_while(|place| unsafe { place.load(Acquire).as_ref() });
        // SAFETY: what `enter` put there lives for ever.
        let further = core::iter::successors(unsafe { self.further.load(Acquire).as_ref() }, |pool| unsafe {
            pool.further().load(Acquire).as_ref()
        });
        placed.chain(further)
    }
}

/// Whether the place is the pool's, now or from before.
fn claim(place: &AtomicPtr<RawPool>, pool: &'static RawPool) -> bool {
    let pool = ptr::from_ref(pool).cast_mut();
    match place.compare_exchange(ptr::null_mut(), pool, AcqRel, Acquire) {
        Ok(_) => true,
        Err(there) => ptr::eq(there, pool),
    }
}
