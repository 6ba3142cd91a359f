//! What pools and the heap refused, as errors; what the global allocator refused is counted.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::pool::{self, Denied, RawPool};
use super::size_class::{self, class_of};
use super::slab::SLAB;
use crate::closed::{self, Owner};
use crate::error::{AllocError, Grower};
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::region;

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

/// How many requests the global allocator and pools have refused: what has not changed since an end of a frame looked at all
/// of them has nothing new in it.
#[inline]
pub(crate) fn all() -> usize {
    COUNT.load(Relaxed).wrapping_add(pool::refused_by_all())
}

/// The error of a request for `size` bytes to the size classes, or past them to the heap.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn class_refusal(denied: Denied, size: usize) -> AllocError {
    match denied {
        Denied::Sealed => sealed(size_class::POOLS[class_of(size) - 1].settings().name),
        Denied::Overflow => AllocError::CapacityOverflow,
        _ => out_of_memory(size.max(SLAB)),
    }
}

/// What is noted and looked at for it is no doing of who asked.
#[cold]
#[inline(never)]
#[cfg_attr(feature = "debug", track_caller)]
fn sealed(pool: &'static str) -> AllocError {
    let _growth = HeapZone::growth();
    closed::refuse(Owner::Process, Grower::Pool(pool), SLAB, region::left(), closed::site())
}

/// The error of a request to a pool of its own.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn refusal(denied: Denied, pool: &RawPool) -> AllocError {
    let settings = pool.settings();
    match denied {
        Denied::Full => AllocError::PoolFull { pool: settings.name, capacity: settings.capacity },
        Denied::Memory => out_of_memory(SLAB),
        Denied::Sealed => sealed(settings.name),
        Denied::Overflow => AllocError::CapacityOverflow,
    }
}
