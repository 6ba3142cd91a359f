//! Object pools: memory for values that come and go.
//!
//! [`boxed`] serves every type from pools by size; a [`Pooled`] type has a [`Pool`] of its own, with a name, a capacity and
//! figures. Both give a [`PoolBox`], which may be dropped on any thread and frees its slot for whichever thread asks next. All
//! pools are process-wide: what is in them may outlive every allocator.
//!
//! [`PoolMap`] names values in pools by keys and goes through them; [`RecyclePool`] keeps values with their buffers.
//!
//! Memory is taken from the global allocator in slabs of 64 KiB, under the lock of the pool: a global allocator must not itself
//! use these pools. [`trim`] gives slabs without live objects back.

mod boxed;
pub(crate) mod cloned;
pub mod iter;
mod key;
mod map;
mod on_alloc;
mod recycle;
mod refused;
mod slot;
mod stats;
mod typed;

pub use crate::raw::pools::boxes::{PoolBox, PoolSlot};
pub use cloned::CloneBoxed;
pub use key::PoolKey;
pub use map::PoolMap;
pub use recycle::{Recycle, RecyclePool, RecycleStats, Recycled};
pub use refused::Refused;
pub use stats::{Oversized, PoolStats, class_pools, for_each_own, oversized, own_pools};
pub use typed::{Pool, PoolSpec, Pooled};

pub use crate::pool_unsize;

use crate::error::{AllocError, Failure, infallible};
use crate::raw::pools::hot::{self, REGISTRY};
use crate::raw::pools::pool::{Denied, RawPool};
use crate::raw::pools::refusals::{self, refusal};
use crate::raw::pools::request::PoolRequest;
use crate::raw::pools::{request, size_class};

/// Moves `value` into the pool of its size.
///
/// # Panics
/// When the global allocator refuses a slab. The value is dropped.
///
/// ```
/// let position = framealloc_core::pool::boxed([1.0, 2.0]);
/// assert_eq!(position[1], 2.0);
/// ```
#[inline]
#[must_use = "dropping the box drops the value"]
#[cfg_attr(feature = "debug", track_caller)]
pub fn boxed<T>(value: T) -> PoolBox<T> {
    slot().write(value)
}

/// Moves `value` into the pool of its size.
///
/// # Errors
/// When the global allocator refuses a slab. The error has the value.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub fn try_boxed<T>(value: T) -> Result<PoolBox<T>, Refused<T>> {
    try_boxed_for(value, PoolRequest::UNTRACKED)
}

#[inline]
#[cfg_attr(feature = "debug", track_caller)]
fn try_boxed_for<T>(value: T, request: PoolRequest) -> Result<PoolBox<T>, Refused<T>> {
    match try_slot_for(request) {
        Ok(slot) => Ok(slot.write(value)),
        Err(error) => Err(Refused::new(value, error)),
    }
}

/// A place for a `T` in the pool of its size, without a value.
///
/// # Panics
/// When the global allocator refuses a slab.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub fn slot<T>() -> PoolSlot<T> {
    slot_for(PoolRequest::UNTRACKED)
}

#[inline]
#[cfg_attr(feature = "debug", track_caller)]
fn slot_for<T>(request: PoolRequest) -> PoolSlot<T> {
    match request::pool_slot(request) {
        Ok(slot) => PoolSlot(slot),
        Err(denied) => no_memory(denied, size_of::<T>()),
    }
}

/// A place for a `T` in the pool of its size, without a value.
///
/// # Errors
/// When the global allocator refuses a slab.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub fn try_slot<T>() -> Result<PoolSlot<T>, AllocError> {
    try_slot_for(PoolRequest::UNTRACKED)
}

/// A place in the pool of the size, for `request`.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn try_slot_for<T>(request: PoolRequest) -> Result<PoolSlot<T>, AllocError> {
    PoolSlot::find(request)
}

/// A slice of `length` values in the pool of its size, each made by `value` from its index.
///
/// # Panics
/// When the global allocator refuses, or the slice would be larger than a Rust value may be. A panic in `value` drops what there is.
///
/// ```
/// let squares = framealloc_core::pool::slice_fill_with(4, |index| index * index);
/// assert_eq!(*squares, [0, 1, 4, 9]);
/// ```
#[must_use = "dropping the box drops the values"]
#[cfg_attr(feature = "debug", track_caller)]
pub fn slice_fill_with<T>(length: usize, value: impl FnMut(usize) -> T) -> PoolBox<[T]> {
    infallible(filled(length, PoolRequest::UNTRACKED, value))
}

/// A slice of `length` values in the pool of its size, each made by `value` from its index.
///
/// # Errors
/// When the global allocator refuses, or the slice would be larger than a Rust value may be; `value` is not called then.
#[cfg_attr(feature = "debug", track_caller)]
pub fn try_slice_fill_with<T>(length: usize, value: impl FnMut(usize) -> T) -> Result<PoolBox<[T]>, AllocError> {
    filled(length, PoolRequest::UNTRACKED, value)
}

#[cfg_attr(feature = "debug", track_caller)]
fn filled<T, E: Failure>(
    length: usize,
    request: PoolRequest,
    value: impl FnMut(usize) -> T,
) -> Result<PoolBox<[T]>, E> {
    let filling = request::pool_filling(length, request).map_err(|denied| slice_denied::<T, E>(denied, length))?;
    Ok(PoolBox(filling.fill(value)))
}

/// A copy of `values` in the pool of its size.
///
/// # Panics
/// When the global allocator refuses.
#[must_use = "dropping the box drops the values"]
#[cfg_attr(feature = "debug", track_caller)]
pub fn slice_copy<T: Copy>(values: &[T]) -> PoolBox<[T]> {
    infallible(copied(values, PoolRequest::UNTRACKED))
}

/// A copy of `values` in the pool of its size.
///
/// # Errors
/// When the global allocator refuses.
#[cfg_attr(feature = "debug", track_caller)]
pub fn try_slice_copy<T: Copy>(values: &[T]) -> Result<PoolBox<[T]>, AllocError> {
    copied(values, PoolRequest::UNTRACKED)
}

#[cfg_attr(feature = "debug", track_caller)]
fn copied<T: Copy, E: Failure>(values: &[T], request: PoolRequest) -> Result<PoolBox<[T]>, E> {
    let filling =
        request::pool_filling(values.len(), request).map_err(|denied| slice_denied::<T, E>(denied, values.len()))?;
    Ok(PoolBox(filling.copy(values)))
}

/// A copy of `text` in the pool of its size.
///
/// # Panics
/// When the global allocator refuses.
///
/// ```
/// assert_eq!(&*framealloc_core::pool::str_copy("bolt"), "bolt");
/// ```
#[must_use = "dropping the box drops the text"]
#[cfg_attr(feature = "debug", track_caller)]
pub fn str_copy(text: &str) -> PoolBox<str> {
    infallible(written(text, PoolRequest::UNTRACKED))
}

/// A copy of `text` in the pool of its size.
///
/// # Errors
/// When the global allocator refuses.
#[cfg_attr(feature = "debug", track_caller)]
pub fn try_str_copy(text: &str) -> Result<PoolBox<str>, AllocError> {
    written(text, PoolRequest::UNTRACKED)
}

#[cfg_attr(feature = "debug", track_caller)]
fn written<E: Failure>(text: &str, request: PoolRequest) -> Result<PoolBox<str>, E> {
    let text = request::pool_text(text, request).map_err(|denied| slice_denied::<u8, E>(denied, text.len()))?;
    Ok(PoolBox(text))
}

#[cold]
fn slice_denied<T, E: Failure>(denied: Denied, length: usize) -> E {
    E::fail(refusals::class_refusal(denied, size_of::<T>().wrapping_mul(length)))
}

/// Gives slabs without a live object, of every pool, back to where they are from, and returns their bytes: none while the
/// memory of an allocator is [sealed](crate::SmartAlloc::seal).
///
/// Free slots in the magazines of other threads keep their slabs: at most 124 slots per pool and thread, until the thread ends
/// or calls [`flush_thread`].
pub fn trim() -> usize {
    size_class::POOLS.iter().chain(REGISTRY.own()).map(hot::trim).sum()
}

/// Gives the free slots that this thread keeps, at most 124 of each pool, to all threads: at the end of a long job, say.
///
/// A thread that ends does so by itself.
pub fn flush_thread() {
    hot::flush_thread();
}

/// Makes room for the capacity of every pool that was used so far. `false` if the global allocator refused.
pub fn prewarm_known() -> bool {
    let make_room = |pool: &'static RawPool| pool.depot().reserve(&pool.origin(), pool.settings().capacity);
    REGISTRY.own().all(make_room)
}

/// What was asked for, or a panic with the words of the error.
#[inline(always)]
fn granted<S>(slot: Result<S, Denied>, pool: impl FnOnce() -> &'static RawPool) -> S {
    #[cold]
    #[inline(never)]
    fn refuse(denied: Denied, pool: &'static RawPool) -> ! {
        panic!("{}", refusal(denied, pool))
    }
    match slot {
        Ok(slot) => slot,
        Err(denied) => refuse(denied, pool()),
    }
}

#[cold]
#[inline(never)]
#[cfg_attr(feature = "debug", track_caller)]
fn no_memory(denied: Denied, size: usize) -> ! {
    panic!("{}", refusals::class_refusal(denied, size))
}
