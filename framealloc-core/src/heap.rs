//! The heap: memory for what is large or persistent, attributed to tags.

use core::fmt;
use core::mem::MaybeUninit;
use core::pin::Pin;

use crate::box_traits::box_traits;
use crate::box_values::box_values;
use crate::error::{AllocError, Failure, infallible};
use crate::pool::Refused;
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::pools::heap_counters::{ASKED_FOR, PASSED_ON, stats_of};
use crate::raw::pools::pool::Denied;
use crate::raw::pools::refusals;
use crate::raw::pools::request;
use crate::tag::TagId;

pub use crate::raw::pools::boxes::{HeapBox, HeapSlot};
pub use crate::raw::pools::heap_counters::HeapStats;

box_traits!(HeapBox);
box_values!(HeapBox, clone_to_heap);

impl<T> HeapBox<T> {
    /// Moves `value` to the heap, attributed to no tag: [`heap::boxed`](boxed) attributes it to one.
    ///
    /// # Panics
    /// When the global allocator refuses. The value is dropped.
    #[inline]
    #[must_use = "dropping the box drops the value"]
    pub fn new(value: T) -> Self {
        boxed(value, TagId::NONE)
    }

    /// Moves `value` to the heap, attributed to no tag.
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
    /// Clones the values to the heap, attributed to no tag.
    fn from(values: &[T]) -> Self {
        slice_fill_with(values.len(), TagId::NONE, |index| values[index].clone())
    }
}

impl From<&str> for HeapBox<str> {
    /// Copies the text to the heap, attributed to no tag.
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

/// Moves `value` to the heap, attributed to `tag`.
///
/// # Panics
/// When the global allocator refuses. The value is dropped.
#[inline]
#[must_use = "dropping the box drops the value"]
pub fn boxed<T>(value: T, tag: TagId) -> HeapBox<T> {
    slot(tag).write(value)
}

/// Moves `value` to the heap, attributed to `tag`.
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

/// A place for a `T` on the heap, attributed to `tag`, without a value.
///
/// # Panics
/// When the global allocator refuses.
#[inline]
pub fn slot<T>(tag: TagId) -> HeapSlot<T> {
    infallible(HeapSlot::find(tag))
}

/// A place for a `T` on the heap, attributed to `tag`, without a value.
///
/// # Errors
/// When the global allocator refuses.
#[inline]
pub fn try_slot<T>(tag: TagId) -> Result<HeapSlot<T>, AllocError> {
    HeapSlot::find(tag)
}

/// A slice of `length` values on the heap, attributed to `tag`, each made by `value` from its index.
///
/// # Panics
/// When the global allocator refuses, or the slice would be larger than a Rust value may be. A panic in `value` drops what there is.
#[must_use = "dropping the box drops the values"]
pub fn slice_fill_with<T>(length: usize, tag: TagId, value: impl FnMut(usize) -> T) -> HeapBox<[T]> {
    infallible(filled(length, tag, value))
}

/// A slice of `length` values on the heap, attributed to `tag`, each made by `value` from its index.
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

/// A copy of `text` on the heap, attributed to `tag`.
///
/// # Panics
/// When the global allocator refuses.
#[must_use = "dropping the box drops the text"]
pub fn str_copy(text: &str, tag: TagId) -> HeapBox<str> {
    infallible(written(text, tag))
}

/// A copy of `text` on the heap, attributed to `tag`.
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

/// Memory that outlives the frame. What these return is `'static`: it may outlive the allocator too.
impl SmartAlloc {
    /// Moves `value` to the heap, attributed to the tag of this handle.
    ///
    /// # Panics
    /// When the global allocator refuses. The value is dropped.
    ///
    /// ```
    /// use framealloc_core::{SmartAlloc, Tag, heap};
    ///
    /// static TERRAIN: Tag = Tag::new("terrain");
    ///
    /// let alloc = SmartAlloc::default();
    /// let map = alloc.tagged(&TERRAIN).heap_box([0_u8; 10_000]);
    /// assert_eq!(heap::tag_stats(TERRAIN.id()).live_bytes, 10_000);
    /// # drop(map);
    /// ```
    #[inline]
    #[must_use = "dropping the box drops the value"]
    pub fn heap_box<T>(&self, value: T) -> HeapBox<T> {
        boxed(value, self.tag_id())
    }

    /// Moves `value` to the heap, attributed to the tag of this handle.
    ///
    /// # Errors
    /// When the global allocator refuses. The error has the value.
    #[inline]
    pub fn try_heap_box<T>(&self, value: T) -> Result<HeapBox<T>, Refused<T>> {
        try_boxed(value, self.tag_id())
    }

    /// A place for a `T` on the heap, attributed to the tag of this handle, without a value.
    ///
    /// # Panics
    /// When the global allocator refuses.
    #[inline]
    pub fn heap_alloc<T>(&self) -> HeapSlot<T> {
        slot(self.tag_id())
    }

    /// A place for a `T` on the heap, attributed to the tag of this handle, without a value.
    ///
    /// # Errors
    /// When the global allocator refuses.
    #[inline]
    pub fn try_heap_alloc<T>(&self) -> Result<HeapSlot<T>, AllocError> {
        try_slot(self.tag_id())
    }

    /// A slice of `length` values on the heap, attributed to the tag of this handle, each made by `value` from its index.
    ///
    /// # Panics
    /// As [`slice_fill_with`].
    #[must_use = "dropping the box drops the values"]
    pub fn heap_slice_fill_with<T>(&self, length: usize, value: impl FnMut(usize) -> T) -> HeapBox<[T]> {
        slice_fill_with(length, self.tag_id(), value)
    }
    /// A slice of `length` values on the heap, attributed to the tag of this handle, each made by `value` from its index.
    ///
    /// # Errors
    /// As [`try_slice_fill_with`].
    pub fn try_heap_slice_fill_with<T>(
        &self,
        length: usize,
        value: impl FnMut(usize) -> T,
    ) -> Result<HeapBox<[T]>, AllocError> {
        try_slice_fill_with(length, self.tag_id(), value)
    }
}
