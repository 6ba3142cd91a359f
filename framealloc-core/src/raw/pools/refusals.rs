//! What pools and the heap refused, as errors; what the global allocator refused is counted.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::pool::{Denied, RawPool};
use super::slab::SLAB;
use crate::error::AllocError;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// The error of a request for `asked` bytes that the global allocator refused; counts it.
#[cold]
pub(crate) fn out_of_memory(asked: usize) -> AllocError {
    ASKED.store(asked, Relaxed);
    COUNT.fetch_add(1, Relaxed);
    AllocError::OutOfMemory { asked }
}

/// How many requests the global allocator has refused, and the bytes of the last one.
pub(crate) fn counted() -> (usize, usize) {
    (COUNT.load(Relaxed), ASKED.load(Relaxed))
}

/// The error of a request to the size classes, for which a slab was refused.
pub(crate) fn out_of_slabs(size: usize) -> AllocError {
    out_of_memory(size.max(SLAB))
}

/// The error of a request to a pool of its own.
pub(crate) fn refusal(denied: Denied, pool: &RawPool) -> AllocError {
    let settings = pool.settings();
    match denied {
        Denied::Full => AllocError::PoolFull { pool: settings.name, capacity: settings.capacity },
        Denied::Memory => out_of_memory(SLAB),
        Denied::Overflow => AllocError::CapacityOverflow,
    }
}
