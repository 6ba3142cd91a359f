//! Requests that were refused outside of frame memory: pools, the heap and zones are the whole process's.

use crate::raw::global::ambient::figures;
use crate::raw::pools::hot::REGISTRY;
use crate::raw::pools::pool::RawPool;
use crate::raw::pools::refusals;

/// What pools and the heap had refused at some time.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// By the global allocator.
    memory: usize,
    /// By each pool of a type, in the order of their first use.
    pools: Vec<usize>,
    /// To zones, because of what their tags pin.
    zones: usize,
}

impl Refusals {
    pub(super) fn so_far() -> Self {
        let mut refusals = Self::default();
        refusals.more_memory();
        refusals.more_pools(|_, _| ());
        refusals.more_zones(|_, _| ());
        refusals
    }

    /// How many requests were refused so far, whoever refused them.
    #[inline]
    pub(super) fn count() -> usize {
        refusals::all().wrapping_add(figures::refusals())
    }

    /// How many requests the global allocator has refused since this was last asked, and the bytes of the last one.
    pub(super) fn more_memory(&mut self) -> Option<(usize, usize)> {
        let (count, last) = refusals::counted();
        let more = count - core::mem::replace(&mut self.memory, count);
        (more > 0).then_some((more, last))
    }

    /// Calls `visit` with the row of each tag whose zones are refused, and what it pins, if any were since this was last asked.
    pub(super) fn more_zones(&mut self, visit: impl FnMut(usize, usize)) {
        let count = figures::refusals();
        if core::mem::replace(&mut self.zones, count) != count {
            figures::each_refused(visit);
        }
    }

    /// Calls `visit` with each pool that has refused requests since this was last asked, and how many.
    pub(super) fn more_pools(&mut self, mut visit: impl FnMut(&'static RawPool, usize)) {
        for (position, pool) in REGISTRY.own().enumerate() {
            if self.pools.len() <= position {
                self.pools.push(0);
            }
            let count = pool.refused();
            let more = count - core::mem::replace(&mut self.pools[position], count);
            if more > 0 {
                visit(pool, more);
            }
        }
    }
}
