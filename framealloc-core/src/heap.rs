//! The heap: memory for what is large or persistent, accounted to tags.

use core::fmt;
use core::mem::MaybeUninit;
use core::pin::Pin;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::OnceLock;

use crate::box_traits::box_traits;
use crate::box_values::box_values;
use crate::error::{AllocError, Failure, infallible};
use crate::observe::refusals;
use crate::pool::Refused;
use crate::raw::mem::heap_block::HeapCounters;
use crate::raw::pools::owner::Vacant;
use crate::raw::pools::pool::Denied;
use crate::raw::pools::request::{self, HeapMemory, HeapOwner};
use crate::tag::{LIMIT, TagId};

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
box_values!(HeapBox, clone_to_heap);

impl<T> HeapBox<T> {
    /// Moves `value` to the heap, accounted to no tag: [`heap::boxed`](boxed) accounts it to one.
    ///
    /// # Panics
    /// When the global allocator refuses. The value is dropped.
    #[inline]
    #[must_use = "dropping the box drops the value"]
    pub fn new(value: T) -> Self {
        boxed(value, TagId::NONE)
    }

    /// Moves `value` to the heap, accounted to no tag.
    ///
    /// # Errors
    /// When the global allocator refuses. The error has the value.
    #[inline]
    pub fn try_new(value: T) -> Result<Self, Refused<T>> {
        try_boxed(value, TagId::NONE)
    }
}

impl<T> Default for HeapBox<[T]> {
    fn default() -> Self {
        slice_fill_with(0, TagId::NONE, |_| unreachable!("the slice is empty"))
    }
}

impl<T: Clone> From<&[T]> for HeapBox<[T]> {
    /// Clones the values to the heap, accounted to no tag.
    fn from(values: &[T]) -> Self {
        slice_fill_with(values.len(), TagId::NONE, |index| values[index].clone())
    }
}

impl From<&str> for HeapBox<str> {
    /// Copies the text to the heap, accounted to no tag.
    fn from(text: &str) -> Self {
        str_copy(text, TagId::NONE)
    }
}

impl<T: ?Sized> HeapBox<T> {
    /// Pins the value: its memory is not used again before it is dropped.
    #[inline]
    #[must_use]
    pub fn into_pin(this: Self) -> Pin<Self> {
        crate::raw::pools::from_raw::pin_heap_box(this)
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

    /// Puts in what `make` returns. In an optimised program a large value is built in place, where `make` can be inlined, and
    /// need not fit on the stack.
    ///
    /// ```
    /// let table = framealloc_core::heap::slot(framealloc_core::TagId::NONE).write_with(|| [1_u8; 4000]);
    /// assert_eq!(table[3999], 1);
    /// ```
    #[inline(always)]
    pub fn write_with(self, make: impl FnOnce() -> T) -> HeapBox<T> {
        HeapBox(self.0.write_with(make))
    }

    /// Fills the place with zeroes, for types of which that is a value; nothing goes over the stack.
    ///
    /// ```
    /// let table = framealloc_core::heap::slot::<[u32; 1000]>(framealloc_core::TagId::NONE).zeroed();
    /// assert_eq!(table[999], 0);
    /// ```
    #[inline]
    #[must_use = "dropping the box drops the value"]
    pub fn zeroed(self) -> HeapBox<T>
    where
        T: bytemuck::Zeroable,
    {
        HeapBox(self.0.zeroed())
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
    infallible(place(tag))
}

/// A place for a `T` on the heap, accounted to `tag`, without a value.
///
/// # Errors
/// When the global allocator refuses.
#[inline]
pub fn try_slot<T>(tag: TagId) -> Result<HeapSlot<T>, AllocError> {
    place(tag)
}

#[inline]
fn place<T, E: Failure>(tag: TagId) -> Result<HeapSlot<T>, E> {
    let slot = request::heap_slot(ASKED_FOR.of(tag));
    slot.map(HeapSlot).map_err(|_| E::fail(refusals::out_of_memory(size_of::<T>())))
}

/// A slice of `length` values on the heap, accounted to `tag`, each made by `value` from its index.
///
/// # Panics
/// When the global allocator refuses, or the slice would be larger than a Rust value may be. A panic in `value` drops what there is.
#[must_use = "dropping the box drops the values"]
pub fn slice_fill_with<T>(length: usize, tag: TagId, value: impl FnMut(usize) -> T) -> HeapBox<[T]> {
    infallible(filled(length, tag, value))
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
    filled(length, tag, value)
}

fn filled<T, E: Failure>(length: usize, tag: TagId, value: impl FnMut(usize) -> T) -> Result<HeapBox<[T]>, E> {
    let filling =
        request::heap_filling(length, ASKED_FOR.of(tag)).map_err(|denied| denied_slice::<T, E>(denied, length))?;
    Ok(HeapBox(filling.fill(value)))
}

/// A copy of `text` on the heap, accounted to `tag`.
///
/// # Panics
/// When the global allocator refuses.
#[must_use = "dropping the box drops the text"]
pub fn str_copy(text: &str, tag: TagId) -> HeapBox<str> {
    infallible(written(text, tag))
}

/// A copy of `text` on the heap, accounted to `tag`.
///
/// # Errors
/// When the global allocator refuses.
pub fn try_str_copy(text: &str, tag: TagId) -> Result<HeapBox<str>, AllocError> {
    written(text, tag)
}

fn written<E: Failure>(text: &str, tag: TagId) -> Result<HeapBox<str>, E> {
    let text =
        request::heap_text(text, ASKED_FOR.of(tag)).map_err(|denied| denied_slice::<u8, E>(denied, text.len()))?;
    Ok(HeapBox(text))
}

#[cold]
fn denied_slice<T, E: Failure>(denied: Denied, length: usize) -> E {
    E::fail(match denied {
        Denied::Overflow => AllocError::CapacityOverflow,
        _ => refusals::out_of_memory(size_of::<T>() * length),
    })
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

/// What `tag` holds on the heap, what pools passed on to it included. Exact while no thread uses the tag.
#[must_use]
pub fn tag_stats(tag: TagId) -> HeapStats {
    stats_of(tag, ASKED_FOR.of(tag)).and(&stats_of(tag, PASSED_ON.of(tag)))
}

/// What every tag that ever had a value there holds on the heap.
#[must_use]
pub fn stats() -> Vec<HeapStats> {
    let mut all: Vec<HeapStats> = ASKED_FOR.all().collect();
    for passed_on in PASSED_ON.all() {
        match all.binary_search_by_key(&passed_on.tag.index(), |known| known.tag.index()) {
            Ok(known) => all[known] = all[known].and(&passed_on),
            Err(place) => all.insert(place, passed_on),
        }
    }
    all
}

/// What pools passed on to the heap, by tag.
pub(crate) fn all_passed_on() -> impl Iterator<Item = HeapStats> {
    PASSED_ON.all()
}

/// The counters of what pools pass on to the heap for a tag.
pub(crate) fn passed_on(tag: TagId) -> &'static HeapCounters {
    PASSED_ON.of(tag)
}

impl HeapStats {
    fn and(&self, other: &Self) -> Self {
        Self {
            tag: self.tag,
            total: self.total + other.total,
            total_bytes: self.total_bytes + other.total_bytes,
            live: self.live + other.live,
            live_bytes: self.live_bytes + other.live_bytes,
        }
    }
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

/// Values that the tag with this index ever had on the heap, those that pools passed on not counted.
#[cfg(feature = "memory_filter")]
pub(crate) fn taken(index: usize) -> u64 {
    ASKED_FOR.known(index).map_or(0, |counters| counters.taken.load(Relaxed))
}

/// What programs asked the heap for, and what pools passed on to it.
static ASKED_FOR: CountersByTag = CountersByTag::new();
static PASSED_ON: CountersByTag = CountersByTag::new();

/// Tags whose counters are made together.
const CHUNK: usize = 1 << 10;

/// Chunks beyond the first that there can be.
const FURTHER: usize = LIMIT / CHUNK - 1;

/// Counters of all tags. They stay: blocks point at them.
struct CountersByTag {
    /// Those of the tags that nearly every program gets along with: they need no memory that could be refused.
    first: [HeapCounters; CHUNK],
    further: [OnceLock<Box<[HeapCounters]>>; FURTHER],
}

impl CountersByTag {
    #[expect(clippy::large_stack_arrays, reason = "only ever the value of a static")]
    const fn new() -> Self {
        Self { first: [const { HeapCounters::new() }; CHUNK], further: [const { OnceLock::new() }; FURTHER] }
    }

    #[inline]
    fn of(&'static self, tag: TagId) -> &'static HeapCounters {
        self.first.get(tag.index()).unwrap_or_else(|| self.further(tag))
    }

    #[cold]
    fn further(&'static self, tag: TagId) -> &'static HeapCounters {
        let make = || (0..CHUNK).map(|_| HeapCounters::new()).collect();
        &self.further[tag.index() / CHUNK - 1].get_or_init(make)[tag.index() % CHUNK]
    }

    #[cfg(feature = "memory_filter")]
    fn known(&self, index: usize) -> Option<&HeapCounters> {
        let further = || self.further.get(index / CHUNK - 1)?.get()?.get(index % CHUNK);
        self.first.get(index).or_else(further)
    }

    /// Figures of all tags that were ever used, in the order of the tags.
    fn all(&'static self) -> impl Iterator<Item = HeapStats> {
        let further = self.further.iter().map(|chunk| chunk.get().map_or(&[][..], |chunk| chunk));
        let chunks = std::iter::once(&self.first[..]).chain(further).enumerate();
        let all = chunks.flat_map(|(chunk, counters)| {
            let tags = (chunk * CHUNK..).map(TagId::from_index);
            tags.zip(counters).map(|(tag, counters)| stats_of(tag, counters))
        });
        all.filter(|stats| stats.total > 0)
    }
}
