//! Pools: slots of one size for all threads.

use core::sync::atomic::AtomicUsize as Hint;

use super::depot::Depot;
use super::depot_figures::{DepotFigures, Figures, OpenDepot};
use super::slab::{Origin, Shape};
use super::thread_cache::{POOLS, ThreadCache};
use crate::pool_settings::{PoolGrowth, PoolSettings};
use crate::sync::{Acquire, AtomicPtr, AtomicU32, AtomicUsize, Mutex, Relaxed, Release, const_unless_loom};

/// Requests that fixed pools had no room for, all of them.
static REFUSED: Hint = Hint::new(0);

/// How many requests fixed pools had no room for.
#[inline]
pub(super) fn refused_by_all() -> usize {
    REFUSED.load(Relaxed)
}

/// The index of a pool that has not been used yet.
const UNUSED: u32 = u32::MAX;

/// Keeps what every allocation reads off the cache lines that others write.
#[repr(align(128))]
#[derive(Debug)]
struct Padded<T>(T);

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// As many objects live as the pool may hold.
    Full,
    /// The global allocator refused.
    Memory,
    /// Memory is sealed, and has no room for a slab.
    Sealed,
    /// No Rust value may be that large.
    Overflow,
}

/// The exact count of a fixed pool.
#[derive(Debug)]
struct FixedCount {
    live: AtomicUsize,
    /// The most objects that ever lived.
    high: AtomicUsize,
    /// Requests for which there was no room.
    refused: AtomicUsize,
}

impl FixedCount {
    const_unless_loom! {
        fn new() -> Self {
            Self { live: AtomicUsize::new(0), high: AtomicUsize::new(0), refused: AtomicUsize::new(0) }
        }
    }
}

/// A pool without the type of its values.
#[derive(Debug)]
pub(crate) struct RawPool {
    /// Index of the thread-local word that allocations use; 0 sends them to the cold path. Always 0 for a fixed pool.
    hot: AtomicU32,
    /// Index of the pool's magazines in a thread's cache; 0 if it has none, `UNUSED` before the first use.
    index: AtomicU32,
    shape: Shape,
    settings: PoolSettings,
    /// The next pool of those that found no place in the registry.
    further: AtomicPtr<RawPool>,
    count: Padded<FixedCount>,
    depot: Padded<SharedDepot>,
}

/// A depot, and what is asked before it is locked, on the line of the lock.
#[derive(Debug)]
struct SharedDepot {
    lock: Mutex<Depot>,
    figures: DepotFigures,
    /// The address of the cache that last took a magazine; a hint, so not an atomic of the models.
    taker: Hint,
}

impl SharedDepot {
    const_unless_loom! {
        fn new() -> Self {
            Self { lock: Mutex::new(Depot::new()), figures: DepotFigures::new(), taker: Hint::new(0) }
        }
    }
}

impl RawPool {
    const_unless_loom! {
        /// A pool of slots for values of `size` bytes aligned to `align`.
        pub(crate) fn new(size: usize, align: usize, settings: PoolSettings) -> Self {
            Self {
                hot: AtomicU32::new(0),
                index: AtomicU32::new(UNUSED),
                shape: Shape::new(size, align),
                settings,
                further: AtomicPtr::new(core::ptr::null_mut()),
                count: Padded(FixedCount::new()),
                depot: Padded(SharedDepot::new()),
            }
        }
    }

    const_unless_loom! {
        /// A pool whose index is known beforehand.
        pub(crate) fn with_index(size: usize, align: usize, settings: PoolSettings, index: usize) -> Self {
            assert!(index > 0 && index < POOLS, "there is no such index");
            #[expect(clippy::cast_possible_truncation, reason = "indices are below 128")]
            let index = index as u32;
            Self {
                hot: AtomicU32::new(index),
                index: AtomicU32::new(index),
                shape: Shape::new(size, align),
                settings,
                further: AtomicPtr::new(core::ptr::null_mut()),
                count: Padded(FixedCount::new()),
                depot: Padded(SharedDepot::new()),
            }
        }
    }

    pub(crate) fn settings(&self) -> &PoolSettings {
        &self.settings
    }

    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    pub(crate) fn is_fixed(&self) -> bool {
        self.settings.growth == PoolGrowth::Fixed
    }

    /// The word that an allocation tries first.
    #[inline(always)]
    pub(crate) fn hot(&self) -> usize {
        self.hot.load(Relaxed) as usize
    }

    /// The index of the pool's magazines, if it was used before.
    pub(crate) fn index(&self) -> Option<usize> {
        // Acquire: who uses the index finds the pool at its place in the registry.
        match self.index.load(Acquire) {
            UNUSED => None,
            index => Some(index as usize),
        }
    }

    /// Gives the pool its index, which is that of its place in the registry, whoever says it (P4).
    pub(crate) fn set_index(&self, index: usize) {
        let index = u32::try_from(index).expect("there are fewer than 2^32 indices");
        self.index.store(index, Release);
        if !self.is_fixed() {
            self.hot.store(index, Relaxed);
        }
    }

    /// Where the next pool without a place in the registry is linked.
    pub(super) fn further(&self) -> &AtomicPtr<Self> {
        &self.further
    }

    pub(crate) fn depot(&self) -> OpenDepot<'_> {
        OpenDepot::new(&self.depot.0.figures, self.depot.0.lock.lock())
    }

    /// What is told of the depot without its lock.
    pub(super) fn depot_figures(&self) -> &DepotFigures {
        &self.depot.0.figures
    }

    /// Calls `read` with the figures of the depot while no thread exchanges magazines with it.
    pub(super) fn at_rest<R>(&self, read: impl FnOnce(Figures) -> R) -> R {
        let depot = self.depot.0.lock.lock();
        read(Figures::of(&depot))
    }

    /// Remembers who took a magazine from the depot.
    pub(super) fn taken_from_by(&self, cache: &ThreadCache) {
        self.depot.0.taker.store(core::ptr::from_ref(cache).addr(), Relaxed);
    }

    /// Whether another thread than that of `cache` took the last magazine, and may well take the next: the pool is between a
    /// producer and a consumer, or has several users. A guess that only decides who pays for cache lines.
    pub(super) fn was_taken_from_by_another(&self, cache: &ThreadCache) -> bool {
        let taker = self.depot.0.taker.load(Relaxed);
        taker != 0 && taker != core::ptr::from_ref(cache).addr()
    }

    /// What the slabs of the pool are made for. The pool must have its index.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            pool: self,
            hot: self.hot.load(Relaxed),
            id: self.index.load(Relaxed),
            shape: self.shape,
            doubles: self.settings.growth == PoolGrowth::Double,
        }
    }

    /// Counts one more live object of a fixed pool, unless it is full.
    ///
    /// A loop, not an addition taken back: a failing attempt must not make a neighbour's fail.
    pub(crate) fn admit(&self) -> Result<(), Denied> {
        let FixedCount { live, high, refused } = &self.count.0;
        let before = live
            .fetch_update(Relaxed, Relaxed, |count| (count < self.settings.capacity).then_some(count + 1))
            .map_err(|_| {
                refused.fetch_add(1, Relaxed);
                REFUSED.fetch_add(1, Relaxed);
                Denied::Full
            })?;
        if before >= high.load(Relaxed) {
            high.fetch_max(before + 1, Relaxed);
        }
        Ok(())
    }

    /// Counts one live object of a fixed pool less.
    pub(crate) fn dismiss(&self) {
        self.count.0.live.fetch_sub(1, Relaxed);
    }

    /// Live objects of a fixed pool.
    pub(crate) fn admitted(&self) -> usize {
        self.count.0.live.load(Relaxed)
    }

    /// The most live objects of a fixed pool so far.
    pub(crate) fn most_admitted(&self) -> usize {
        self.count.0.high.load(Relaxed)
    }

    /// Requests that a fixed pool had no room for.
    pub(crate) fn refused(&self) -> usize {
        self.count.0.refused.load(Relaxed)
    }
}
