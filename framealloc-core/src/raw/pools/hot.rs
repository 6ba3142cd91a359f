//! The thread-local shell of the pools, and their hot paths.
//!
//! Thread-locals without `Drop` and with constant initialisers are one load away; a second one with `Drop`, touched only by
//! the cold path, gives the thread's magazines back when the thread ends. After that every operation goes to the depot.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use super::pool::{Denied, RawPool};
use super::registry::Registry;
use super::size_class::{self, CLASSES, class_of};
use super::slab::{Slot, header_of};
use super::thread_cache::{Member, POOLS, Positions, ThreadCache};
use super::{magazine, single_slot};
use crate::closed::{self, Owner};
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::region::Source;
use crate::sync::{const_unless_loom, static_unless_loom};

static_unless_loom! {
    /// All threads that have magazines, and all pools.
    pub(crate) static REGISTRY: Registry = Registry::new(&class_pools(), CLASSES + 1);
}

const_unless_loom! {
    fn class_pools() -> [*const RawPool; POOLS] {
        let mut pools = [ptr::null(); POOLS];
        let mut class = 0;
        while class < CLASSES {
            pools[class + 1] = &raw const size_class::POOLS[class];
            class += 1;
        }
        pools
    }
}

#[cfg(not(framealloc_loom))]
thread_local! {
    static POSITIONS: Positions = const { Positions::new() };
}

// The models make positions of their own: these are only there for the code to compile.
#[cfg(framealloc_loom)]
thread_local! {
    static POSITIONS: Positions = Positions::new();
}

thread_local! {
    /// Null before the first use, `ENDED` after the sentinel.
    static CACHE: Cell<*mut Member> = const { Cell::new(ptr::null_mut()) };
    static SENTINEL: Sentinel = const { Sentinel };
}

/// The thread has given its magazines back and gets no new ones (P7).
const ENDED: *mut Member = ptr::without_provenance_mut(1);

struct Sentinel;

impl Drop for Sentinel {
    #[inline(never)]
    fn drop(&mut self) {
        let cache = NonNull::new(CACHE.replace(ENDED));
        if let Some(cache) = cache.filter(|cache| cache.as_ptr() != ENDED) {
            let _growth = HeapZone::growth();
            // SAFETY: the cache is this thread's, and `ENDED` keeps everybody from it from now on (P7).
            unsafe { REGISTRY.leave(cache) };
        }
    }
}

/// The cache of this thread; `None` if it has ended, or if the global allocator refused one.
fn cache() -> Option<NonNull<Member>> {
    let known = CACHE.get();
    if known == ENDED {
        return None;
    }
    if known.is_null() { begin() } else { NonNull::new(known) }
}

/// This thread's cache, if the pool has magazines in it: pool 0 stands for all that have none.
fn cache_for(index: usize) -> Option<NonNull<Member>> {
    if index == 0 { None } else { cache() }
}

/// Makes the cache of this thread.
fn begin() -> Option<NonNull<Member>> {
    if SENTINEL.try_with(|_| ()).is_err() {
        CACHE.set(ENDED);
        return None;
    }
    let cache = POSITIONS.with(|positions| ThreadCache::make(positions))?;
    closed::table_grows(Owner::Process, "threads that use pools", size_of::<Member>());
    // A user's global allocator may have come here from `make`.
    if let Some(already) = NonNull::new(CACHE.get()) {
        // SAFETY: nobody else has seen the cache.
        unsafe { Member::free(cache) };
        return Some(already);
    }
    // SAFETY: the thread-local outlives the sentinel, in which the cache leaves (P6).
    unsafe { REGISTRY.join(cache) };
    CACHE.set(cache.as_ptr());
    Some(cache)
}

/// The index of a pool, which this gives it on first use.
pub(crate) fn index_of(pool: &'static RawPool) -> usize {
    if let Some(index) = pool.index() {
        return index;
    }
    let index = REGISTRY.enter(pool);
    if pool.settings().prewarm {
        // Failing to make room beforehand is no failure: the allocation that needs it tells.
        pool.depot().reserve(&pool.origin(), pool.settings().capacity);
    }
    index
}

/// A slot for a value of `size` bytes, from its class.
#[inline(always)]
pub(crate) fn allocate_class(size: usize) -> Result<NonNull<u8>, Denied> {
    let class = class_of(size);
    // SAFETY: the positions are this thread's.
    let slot = POSITIONS.with(|positions| unsafe { magazine::pop(&positions.0[class]) });
    match slot {
        Some(slot) => Ok(slot),
        None => outcome(allocate_cold(&size_class::POOLS[class - 1])),
    }
}

/// A slot of a pool of its own.
#[inline(always)]
pub(crate) fn allocate_own(pool: &'static RawPool) -> Result<NonNull<u8>, Denied> {
    // SAFETY: the index of a pool is below `POOLS` (P4).
    match unsafe { pop_unchecked(pool.hot()) } {
        Some(slot) => Ok(slot),
        None => outcome(allocate_cold(pool)),
    }
}

/// A slot, or why there is none: unlike a `Result` of these two it comes back in registers, so that the hot path around the call
/// needs no stack.
type Outcome = (Option<NonNull<u8>>, Denied);

#[inline(always)]
fn outcome((slot, denied): Outcome) -> Result<NonNull<u8>, Denied> {
    slot.ok_or(denied)
}

/// # Safety
/// `index` must be below `POOLS`.
#[inline(always)]
unsafe fn pop_unchecked(index: usize) -> Option<NonNull<u8>> {
    POSITIONS.with(|positions| {
        // SAFETY: passed on.
        let current = unsafe { positions.0.get_unchecked(index) };
        // SAFETY: the positions are this thread's.
        unsafe { magazine::pop(current) }
    })
}

/// # Safety
/// As for [`pop_unchecked`] and [`magazine::push`].
#[inline(always)]
unsafe fn push_unchecked(index: usize, slot: NonNull<u8>) -> bool {
    POSITIONS.with(|positions| {
        // SAFETY: passed on.
        let current = unsafe { positions.0.get_unchecked(index) };
        // SAFETY: the positions are this thread's; the rest is passed on.
        unsafe { magazine::push(current, slot) }
    })
}

/// Frees a slot. `size` suggests its class: a branch that is predicted, where the index of the header as data would make the
/// next access wait for it.
///
/// # Safety
/// `slot` must have come from `allocate_class` or `allocate_own`, and hold no live value.
#[inline(always)]
pub(crate) unsafe fn free(slot: NonNull<u8>, size: usize) {
    let class = class_of(size);
    // SAFETY: the slab of a slot that is not free is live (P9).
    let index = unsafe { (*header_of(slot)).hot } as usize;
    let taken = if index == class {
        // SAFETY: a class is below `POOLS`; the slot is of that pool.
        unsafe { push_unchecked(class, slot) }
    } else {
        // SAFETY: indices are below `POOLS` (P4); the slot is of that pool.
        unsafe { push_unchecked(index, slot) }
    };
    if !taken {
        // SAFETY: passed on.
        unsafe { free_cold(slot) };
    }
}

#[cold]
#[inline(never)]
fn allocate_cold(pool: &'static RawPool) -> Outcome {
    let _growth = HeapZone::growth();
    let index = index_of(pool);
    if !pool.is_fixed() {
        return (refill(pool, index), denied_slab());
    }
    if let Err(denied) = pool.admit() {
        return (None, denied);
    }
    // SAFETY: indices are below `POOLS` (P4).
    let slot = unsafe { pop_unchecked(index) }.or_else(|| refill(pool, index));
    if slot.is_none() {
        pool.dismiss();
    }
    (slot, denied_slab())
}

/// Why there is no slab, if there is none.
fn denied_slab() -> Denied {
    if Source::PROCESS.is_sealed() { Denied::Sealed } else { Denied::Memory }
}

fn refill(pool: &'static RawPool, index: usize) -> Option<NonNull<u8>> {
    if let Some(cache) = cache_for(index) {
        // SAFETY: the cache is this thread's, so it is live (P6).
        let cache = unsafe { cache.as_ref() };
        // SAFETY: the cache is this thread's, so it is live (P6); the index is that of the pool.
        return unsafe { cache.refill(pool, index) };
    }
    pool.depot().take_one(&pool.origin()).map(Slot::into_pointer)
}

/// # Safety
/// As for [`free`].
#[cold]
#[inline(never)]
unsafe fn free_cold(slot: NonNull<u8>) {
    let _growth = HeapZone::growth();
    let header = header_of(slot);
    // SAFETY: the slot is not free yet, so its slab is live (P9).
    let index = unsafe { (*header).id } as usize;
    // SAFETY: the slot is not free yet, so its slab is live (P9).
    let pool = unsafe { (*header).pool };
    if single_slot::is_pool(pool) {
        // SAFETY: passed on.
        unsafe { single_slot::free(slot) };
        return;
    }
    // SAFETY: pools live for ever.
    let pool = unsafe { &*pool };
    // From here on the slab may go (P8). For a fixed pool this is the way of every free: try the magazine first.
    // SAFETY: indices are below `POOLS` (P4); the slot is of that pool, and free now.
    if !unsafe { push_unchecked(index, slot) } {
        // SAFETY: indices are below `POOLS` (P4); the slot is of that pool, and free now.
        unsafe { unload(pool, index, slot) };
    }
    if pool.is_fixed() {
        // After the slot was given back, so that whoever is let in finds one (P11).
        pool.dismiss();
    }
}

/// # Safety
/// As for [`ThreadCache::unload`].
unsafe fn unload(pool: &RawPool, index: usize, slot: NonNull<u8>) {
    if let Some(cache) = cache_for(index) {
        // SAFETY: the cache is this thread's, so it is live (P6).
        let cache = unsafe { cache.as_ref() };
        // SAFETY: passed on.
        unsafe { cache.unload(pool, index, slot) };
    } else {
        // SAFETY: passed on.
        pool.depot().give_one(unsafe { Slot::from_pointer(slot) });
    }
}

/// Gives this thread's magazines of every pool to the depots.
pub(crate) fn flush_thread() {
    if let Some(cache) = existing_cache() {
        // SAFETY: the cache is this thread's.
        unsafe { REGISTRY.flush(cache) };
    }
}

/// Gives slabs of `pool` without a live object back; returns their bytes. What is sealed is kept.
pub(crate) fn trim(pool: &'static RawPool) -> usize {
    if Source::PROCESS.is_sealed() {
        return 0;
    }
    if let (Some(index @ 1..), Some(cache)) = (pool.index(), existing_cache()) {
        // SAFETY: the cache is this thread's, so it is live (P6).
        let cache = unsafe { cache.as_ref() };
        // SAFETY: the cache is this thread's, so it is live (P6); the index is that of the pool.
        unsafe { cache.flush(pool, index) };
    }
    pool.depot().trim()
}

fn existing_cache() -> Option<NonNull<Member>> {
    let cache = CACHE.get();
    if cache == ENDED { None } else { NonNull::new(cache) }
}
