//! What pools tell about themselves.

use core::fmt;

use crate::raw::pools::depot_figures::Figures;
use crate::raw::pools::heap_counters;
use crate::raw::pools::hot::REGISTRY;
use crate::raw::pools::pool::RawPool;
use crate::raw::pools::size_class;
use crate::raw::pools::slab::SLAB;

/// Bytes of a magazine.
const MAGAZINE: usize = 512;

/// What a pool holds.
///
/// Nothing is counted per operation (but for the live objects of a fixed pool): the figures are derived when they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// The name given to [`PoolSpec::new`](super::PoolSpec::new), or `class of N bytes`.
    pub name: &'static str,
    /// The tag of the pool, if it has one.
    pub tag: Option<&'static str>,
    /// Bytes from one slot to the next.
    pub slot_bytes: usize,
    /// Objects that are alive. Exact while no thread uses the pool; off by what is in flight while one does.
    pub live: usize,
    /// The most objects that were ever alive: exact for a fixed pool, otherwise an upper bound, at most 124 per thread too high.
    pub high_water: usize,
    /// Objects that the pool can hold: without another slab, or, for a fixed pool, at all.
    pub capacity: usize,
    /// Whether the capacity is a limit.
    pub fixed: bool,
    /// Requests that were refused because the pool was full: always 0 for one that grows.
    pub refused: usize,
    /// Slabs that the pool has.
    pub slabs: usize,
    /// Bytes that the pool has from the global allocator.
    pub bytes: usize,
}

impl PoolStats {
    pub(crate) fn of(pool: &'static RawPool) -> Self {
        let (fixed, shape) = (pool.is_fixed(), pool.shape());
        let (Figures { high, slabs, magazines, .. }, live) = REGISTRY.figures(pool);
        Self {
            name: pool.settings().name,
            tag: pool.settings().tag,
            slot_bytes: shape.slot as usize,
            live: if fixed { pool.admitted() } else { live },
            high_water: if fixed { pool.most_admitted() } else { high },
            capacity: if fixed { pool.settings().capacity } else { slabs * shape.slots as usize },
            fixed,
            refused: pool.refused(),
            slabs,
            bytes: slabs * SLAB + magazines * MAGAZINE,
        }
    }
}

/// One line of a report.
impl fmt::Display for PoolStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, slot_bytes, live, high_water, capacity, slabs, bytes, .. } = self;
        let limit = if self.fixed { " (fixed)" } else { "" };
        write!(
            f,
            "{name}: {live} live, {high_water} high-water, {capacity} capacity{limit}, {slot_bytes} bytes each, \
             {slabs} slabs, {bytes} bytes"
        )?;
        if self.refused > 0 { write!(f, ", {} refused", self.refused) } else { Ok(()) }
    }
}

/// The pools of types that were used so far, in the order of their first use.
#[must_use]
pub fn own_pools() -> Vec<PoolStats> {
    REGISTRY.own().map(PoolStats::of).collect()
}

/// Calls `visit` with what [`own_pools`] lists, without a call to the global allocator: for the diagnostics of every frame.
///
/// ```
/// use framealloc_core::pool::{self, Pool, PoolSpec};
///
/// static BULLETS: Pool<[f32; 6]> = Pool::new(PoolSpec::new("Bullet"));
/// let bullet = BULLETS.boxed([0.0; 6]);
/// let mut live = 0;
/// pool::for_each_own(|pool| live += pool.live);
/// assert_eq!(live, 1);
/// # drop(bullet);
/// ```
pub fn for_each_own(mut visit: impl FnMut(PoolStats)) {
    for pool in REGISTRY.own() {
        visit(PoolStats::of(pool));
    }
}

/// The size-class pools, smallest first: those of all types without a pool of their own.
#[must_use]
pub fn class_pools() -> Vec<PoolStats> {
    size_class::POOLS.iter().map(PoolStats::of).collect()
}

/// Requests to pools that no slot could hold, so that they went to the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Oversized {
    /// Requests so far.
    pub total: u64,
    /// Objects that are alive.
    pub live: u64,
    /// Bytes of those.
    pub live_bytes: u64,
}

/// What pools took from the heap: values over 8 KiB, aligned to more than 4096 bytes, or over the heap threshold of their
/// allocator. By tag it is part of [`heap::tag_stats`](crate::heap::tag_stats).
#[must_use]
pub fn oversized() -> Oversized {
    heap_counters::all_passed_on().fold(Oversized { total: 0, live: 0, live_bytes: 0 }, |sum, tag| Oversized {
        total: sum.total + tag.total,
        live: sum.live + tag.live,
        live_bytes: sum.live_bytes + tag.live_bytes,
    })
}
