//! Requests that the global allocator refused outside of frame memory: pools and the heap are the whole process's.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::error::AllocError;
use crate::raw::pools::hot::REGISTRY;
use crate::raw::pools::pool::RawPool;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// The error of a request for `asked` bytes that the global allocator refused; counts it.
#[cold]
pub(crate) fn out_of_memory(asked: usize) -> AllocError {
    ASKED.store(asked, Relaxed);
    COUNT.fetch_add(1, Relaxed);
    AllocError::OutOfMemory { asked }
}

/// What pools and the heap had refused at some time.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// By the global allocator.
    memory: usize,
    /// By each pool of a type, in the order of their first use.
    pools: Vec<usize>,
}

impl Refusals {
    pub(super) fn so_far() -> Self {
        let mut refusals = Self::default();
        refusals.more_memory();
        refusals.more_pools(|_, _| ());
        refusals
    }

    /// How many requests the global allocator has refused since this was last asked, and the bytes of the last one.
    pub(super) fn more_memory(&mut self) -> Option<(usize, usize)> {
        let count = COUNT.load(Relaxed);
        let more = count - core::mem::replace(&mut self.memory, count);
        (more > 0).then(|| (more, ASKED.load(Relaxed)))
    }

    /// Calls `visit` with each pool that has refused requests since this was last asked, and how many.
    pub(super) fn more_pools(&mut self, mut visit: impl FnMut(&'static RawPool, usize)) {
        for (position, pool) in (0..).map_while(|position| Some((position, REGISTRY.own_at(position)?))) {
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
