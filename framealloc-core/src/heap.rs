//! The heap: memory for what is large or persistent, accounted to tags.

use core::fmt;
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::OnceLock;

use crate::box_traits::box_traits;
use crate::error::AllocError;
use crate::observe::refusals;
use crate::pool::Refused;
use crate::raw::heap_block::HeapCounters;
use crate::raw::owner::Vacant;
use crate::raw::pool::Denied;
use crate::raw::route::{self, HeapMemory, HeapOwner};
use crate::tag::TagId;

/// An owned value on the heap, accounted to a tag.
///
/// One word, `'static`, and as `Send` and `Sync` as its value. It may be dropped on any thread, and may outlive the allocator it
/// was made through; its bytes count for its tag until it is dropped.
///
/// ```
/// use framealloc_core::{Tag, heap};
///
/// static LEVEL: Tag = Tag::new("level");
///
/// let map = heap::boxed([0_u8; 4096], LEVEL.id());
/// assert_eq!(heap::tag_stats(LEVEL.id()).live_bytes, 4096);
/// drop(map);
/// assert_eq!(heap::tag_stats(LEVEL.id()).live_bytes, 0);
/// ```
#[repr(transparent)]
pub struct HeapBox<T: ?Sized>(pub(crate) HeapOwner<T>);

box_traits!(HeapBox);

impl<T: ?Sized> HeapBox<T> {
    /// Pins the value: its memory is not used again before it is dropped.
    #[inline]
    #[must_use]
    pub fn into_pin(this: Self) -> Pin<Self> {
        crate::raw::from_raw::pin_heap_box(this)
    }
}

/// A place for a `T` on the heap, uninitialised. Dropping it frees the place.
#[repr(transparent)]
#[must_use = "dropping the slot frees it"]
pub struct HeapSlot<T>(pub(crate) Vacant<T, HeapMemory>);

impl<T> HeapSlot<T> {
    /// Moves `value` in.
    #[inline]
    pub fn write(self, value: T) -> HeapBox<T> {
        HeapBox(self.0.write(value))
    }

    /// The memory itself, for writing a value in parts. `assume_init`, which is unsafe, makes a box of it.
    #[inline]
    pub fn as_uninit(&mut self) -> &mut MaybeUninit<T> {
        self.0.as_uninit()
    }
}

impl<T> fmt::Debug for HeapSlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeapSlot").finish_non_exhaustive()
    }
}

/// Moves `value` to the heap, accounted to `tag`.
///
/// # Panics
/// When the global allocator refuses. The value is dropped.
#[inline]
#[must_use = "dropping the box drops the value"]
pub fn boxed<T>(value: T, tag: TagId) -> HeapBox<T> {
    slot(tag).write(value)
}

/// Moves `value` to the heap, accounted to `tag`.
///
/// # Errors
/// When the global allocator refuses. The error has the value.
#[inline]
pub fn try_boxed<T>(value: T, tag: TagId) -> Result<HeapBox<T>, Refused<T>> {
    match try_slot(tag) {
        Ok(slot) => Ok(slot.write(value)),
        Err(error) => Err(Refused::new(value, error)),
    }
}

/// A place for a `T` on the heap, accounted to `tag`, without a value.
///
/// # Panics
/// When the global allocator refuses.
#[inline]
pub fn slot<T>(tag: TagId) -> HeapSlot<T> {
    try_slot(tag).unwrap_or_else(|error| panic!("{error}"))
}

/// A place for a `T` on the heap, accounted to `tag`, without a value.
///
/// # Errors
/// When the global allocator refuses.
#[inline]
pub fn try_slot<T>(tag: TagId) -> Result<HeapSlot<T>, AllocError> {
    let slot = route::heap_slot(counters(tag));
    slot.map(HeapSlot).map_err(|_| refusals::out_of_memory(size_of::<T>()))
}

/// A slice of `length` values on the heap, accounted to `tag`, each made by `value` from its index.
///
/// # Panics
/// When the global allocator refuses, or the slice would be larger than a Rust value may be. A panic in `value` drops what there is.
#[must_use = "dropping the box drops the values"]
pub fn slice_fill_with<T>(length: usize, tag: TagId, value: impl FnMut(usize) -> T) -> HeapBox<[T]> {
    try_slice_fill_with(length, tag, value).unwrap_or_else(|error| panic!("{error}"))
}

/// A slice of `length` values on the heap, accounted to `tag`, each made by `value` from its index.
///
/// # Errors
/// When the global allocator refuses, or the slice would be larger than a Rust value may be; `value` is not called then.
pub fn try_slice_fill_with<T>(
    length: usize,
    tag: TagId,
    value: impl FnMut(usize) -> T,
) -> Result<HeapBox<[T]>, AllocError> {
    match route::heap_filling(length, counters(tag)) {
        Ok(filling) => Ok(HeapBox(filling.fill(value))),
        Err(Denied::Overflow) => Err(AllocError::CapacityOverflow),
        Err(_) => Err(refusals::out_of_memory(size_of::<T>() * length)),
    }
}

/// What a tag holds on the heap through this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapStats {
    /// The tag.
    pub tag: TagId,
    /// Values so far.
    pub total: u64,
    /// Bytes of those, without what the global allocator adds.
    pub total_bytes: u64,
    /// Values that are alive.
    pub live: u64,
    /// Bytes of those.
    pub live_bytes: u64,
}

/// What `tag` holds on the heap. Exact while no thread uses the tag.
#[must_use]
pub fn tag_stats(tag: TagId) -> HeapStats {
    stats_of(tag, counters(tag))
}

/// What every tag that ever had a value there holds on the heap.
#[must_use]
pub fn stats() -> Vec<HeapStats> {
    let further = FURTHER.iter().map(|chunk| chunk.get().map_or(&[][..], |chunk| chunk));
    let chunks = std::iter::once(&FIRST[..]).chain(further).enumerate();
    let all = chunks.flat_map(|(chunk, counters)| {
        let tags = (chunk * CHUNK..).map(TagId::from_index);
        tags.zip(counters).map(|(tag, counters)| stats_of(tag, counters))
    });
    all.filter(|stats| stats.total > 0).collect()
}

fn stats_of(tag: TagId, counters: &HeapCounters) -> HeapStats {
    // What was freed first: then a value that goes in between is not counted as less than none.
    let (freed, freed_bytes) = (counters.freed.load(Relaxed), counters.freed_bytes.load(Relaxed));
    let (total, total_bytes) = (counters.taken.load(Relaxed), counters.taken_bytes.load(Relaxed));
    HeapStats {
        tag,
        total,
        total_bytes,
        live: total.saturating_sub(freed),
        live_bytes: total_bytes.saturating_sub(freed_bytes),
    }
}

/// Values that the tag with this index ever had on the heap.
#[cfg(feature = "memory_filter")]
pub(crate) fn taken(index: usize) -> u64 {
    let further = || FURTHER.get(index / CHUNK - 1)?.get()?.get(index % CHUNK);
    FIRST.get(index).or_else(further).map_or(0, |counters| counters.taken.load(Relaxed))
}

/// Tags whose counters are made together.
const CHUNK: usize = 1 << 10;

/// Counters of the tags that nearly every program gets along with: they need no memory that could be refused.
static FIRST: [HeapCounters; CHUNK] = [const { HeapCounters::new() }; CHUNK];

/// Counters of the tags after those. They are made once and stay: blocks point at them.
static FURTHER: [OnceLock<Box<[HeapCounters]>>; (1 << 10) - 1] = [const { OnceLock::new() }; (1 << 10) - 1];

#[inline]
fn counters(tag: TagId) -> &'static HeapCounters {
    FIRST.get(tag.index()).unwrap_or_else(|| further_counters(tag))
}

#[cold]
fn further_counters(tag: TagId) -> &'static HeapCounters {
    let chunk = FURTHER[tag.index() / CHUNK - 1].get_or_init(|| (0..CHUNK).map(|_| HeapCounters::new()).collect());
    &chunk[tag.index() % CHUNK]
}
