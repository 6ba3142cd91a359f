//! The vector: a growable buffer in frame memory, held by value. Invariants V1 to V5.

mod arrays;

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::values::Values;
#[cfg(feature = "debug")]
use crate::debug::frames;
use crate::error::{AllocError, Failure};
use crate::raw::frames::accounts::OverBudget;
use crate::raw::frames::boxes::FrameBox;
use crate::raw::frames::frame::Frame;
use crate::raw::frames::owned::Owned;
use crate::raw::mem::poison::poison;

/// A vector in frame memory. It grows in place while it is the newest growable of its frame.
///
/// Pushing needs no check but that of the capacity, and growth copies nothing as long as no other vector of the same
/// frame is younger. The elements are dropped with the vector; its memory comes back then if nothing younger is above
/// it, else with the end of the frame or scope. It belongs to the thread of its frame: to send what it holds, turn it
/// into a box with [`FrameVec::into_boxed`].
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut contacts = alloc.frame_vec();
/// for id in 0..100_u32 {
///     contacts.push(id);
/// }
/// contacts.retain(|id| id % 2 == 0);
/// assert_eq!(contacts.len(), 50);
/// ```
///
/// # No `Default`
/// A vector knows its frame from the beginning, so nothing makes one out of nothing. One without a frame would have to fail at its
/// first push, at run time. In place of
/// - `mem::take(&mut vec)` there is [`vec.take()`](FrameVec::take),
/// - `entry.or_default()` there is `entry.or_insert_with(|| FrameVec::new_in(frame))`,
/// - `#[derive(Default)]` there is a function that takes the frame:
///
/// ```
/// use framealloc_core::{Frame, FrameVec, SmartAlloc};
///
/// struct Batch<'f> {
///     items: FrameVec<'f, u32>,
/// }
///
/// impl<'f> Batch<'f> {
///     fn new(frame: &'f Frame) -> Self {
///         Self { items: FrameVec::new_in(frame) }
///     }
/// }
///
/// let alloc = SmartAlloc::default();
/// let mut batch = Batch::new(alloc.frame());
/// batch.items.push(7);
/// let full = batch.items.take();
/// assert!(full == [7] && batch.items.is_empty());
///
/// let mut by_team = alloc.frame_map::<u8, FrameVec<'_, u32>>();
/// by_team.entry(1).or_insert_with(|| alloc.frame_vec()).push(7);
/// ```
pub struct FrameVec<'f, T> {
    block: Block<'f, T>,
    len: usize,
}

/// The memory of a vector; gives it back when dropped, which is after the vector has dropped the elements (V4).
pub(crate) struct Block<'f, T> {
    start: NonNull<T>,
    capacity: usize,
    frame: &'f Frame,
    owns: PhantomData<T>,
}

impl<T> Drop for Block<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        if size_of::<T>() != 0 {
            #[cfg(feature = "debug")]
            if core::mem::needs_drop::<T>() {
                frames::value_gone(self.start.addr().get());
            }
            // SAFETY: the block is ours (V3), and its elements are gone (V4).
            unsafe { self.frame.arena().shrink_in_place(self.start.cast(), self.capacity * size_of::<T>(), 0) };
        }
    }
}

/// What a vector of `T` takes when it first needs memory: 16 elements, but not more than a kilobyte for that.
const fn first_capacity<T>() -> usize {
    match 1024_usize.checked_div(size_of::<T>()) {
        Some(0) => 1,
        Some(count) if count < 16 => count,
        _ => 16,
    }
}

/// Makes room for `additional` more elements than `len`; returns the new place and capacity (V5).
///
/// By value in and out: were the vector lent to this, a loop that pushes could not keep its fields in registers.
#[cold]
#[inline(never)]
#[cfg_attr(feature = "debug", track_caller)]
fn grow<T, E: Failure>(
    frame: &Frame,
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    additional: usize,
) -> Result<(NonNull<T>, usize), E> {
    let Some(needed) = len.checked_add(additional).filter(|_| size_of::<T>() != 0) else {
        return Err(E::fail(AllocError::CapacityOverflow));
    };
    let wanted = needed.max(capacity.saturating_mul(2)).max(first_capacity::<T>());
    // What is left of an open window is better taken than left behind, and no budget needs to be asked for it.
    let in_reach = capacity.saturating_add(frame.arena().room() / size_of::<T>()).min(wanted);
    if in_reach >= needed {
        let (old, new) = (capacity * size_of::<T>(), in_reach * size_of::<T>());
        // SAFETY: the block is a live growable of this arena (V3), and `in_reach` elements of it fit a window.
        if unsafe { frame.arena().grow_in_place(start.cast(), old, new) } {
            return Ok((start, in_reach));
        }
    }
    if wanted > needed {
        // Twice as much may be over a budget where what is asked for is not; that is nobody's business. Only what would be over
        // it in any case is, and where it is served all the same it is served twice as large, or every push would come here.
        for (wanted, beyond) in
            [(wanted, OverBudget::Never), (needed, OverBudget::Never), (wanted, OverBudget::WhereServed)]
        {
            frame.arenas().set_over_budget(beyond);
            let grown = regrow(frame, start, len, capacity, wanted);
            frame.arenas().set_over_budget(OverBudget::Recorded);
            match grown {
                Ok(grown) => return Ok(grown),
                Err(AllocError::BudgetExceeded { .. }) => {}
                Err(_) => break,
            }
        }
    }
    let grown = regrow(frame, start, len, capacity, needed);
    grown.map_err(E::fail)
}

/// Makes room for exactly `additional` more elements than `len`.
#[cold]
#[inline(never)]
#[cfg_attr(feature = "debug", track_caller)]
fn grow_exact<T, E: Failure>(
    frame: &Frame,
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    additional: usize,
) -> Result<(NonNull<T>, usize), E> {
    let Some(needed) = len.checked_add(additional).filter(|_| size_of::<T>() != 0) else {
        return Err(E::fail(AllocError::CapacityOverflow));
    };
    regrow(frame, start, len, capacity, needed).map_err(E::fail)
}

#[cfg_attr(feature = "debug", track_caller)]
fn regrow<T>(
    frame: &Frame,
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    wanted: usize,
) -> Result<(NonNull<T>, usize), AllocError> {
    let layout = Layout::array::<T>(wanted).map_err(|_| AllocError::CapacityOverflow)?;
    let (filled, old) = (len * size_of::<T>(), capacity * size_of::<T>());
    let grown = grow_block(frame, start.cast(), filled, old, layout)?.cast();
    #[cfg(feature = "debug")]
    if core::mem::needs_drop::<T>() {
        frames::value_gone(start.addr().get());
        frames::value_made(NonNull::<T>::addr(grown).get(), layout.size(), core::any::type_name::<[T]>());
    }
    Ok((grown, wanted))
}

/// The part of growth that does not depend on the type. `layout` is larger than `old` bytes, which are over `filled`.
#[cfg_attr(feature = "debug", track_caller)]
fn grow_block(
    frame: &Frame,
    start: NonNull<u8>,
    filled: usize,
    old: usize,
    layout: Layout,
) -> Result<NonNull<u8>, AllocError> {
    let arena = frame.arena();
    // SAFETY: the block is a live growable of this arena (V3); the old one is not used once it has moved, of which no
    // more than the initialised bytes are copied (V5).
    unsafe {
        if arena.grow_in_place(start, old, layout.size()) {
            return Ok(start);
        }
        let fresh = arena.bump_growable::<AllocError>(layout)?;
        fresh.copy_from_nonoverlapping(start, filled);
        poison(start.as_ptr(), old);
        Ok(fresh)
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_range(index: usize, len: usize) -> ! {
    panic!("index {index} is out of range for a vector of length {len}")
}

impl<'f, T> FrameVec<'f, T> {
    #[inline(always)]
    pub(crate) fn new(frame: &'f Frame) -> Self {
        let capacity = if size_of::<T>() == 0 { usize::MAX } else { 0 };
        Self { block: Block { start: NonNull::dangling(), capacity, frame, owns: PhantomData }, len: 0 }
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn reserve_more<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        let Block { start, capacity, frame, .. } = self.block;
        if additional > capacity - self.len {
            (self.block.start, self.block.capacity) = grow::<T, E>(frame, start, self.len, capacity, additional)?;
        }
        Ok(())
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn reserve_exactly<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        let Block { start, capacity, frame, .. } = self.block;
        if additional > capacity - self.len {
            (self.block.start, self.block.capacity) = grow_exact::<T, E>(frame, start, self.len, capacity, additional)?;
        }
        Ok(())
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn push_value<E: Failure>(&mut self, value: T) -> Result<(), E> {
        if self.len == self.block.capacity {
            let Block { start, capacity, frame, .. } = self.block;
            (self.block.start, self.block.capacity) = grow::<T, E>(frame, start, capacity, capacity, 1)?;
        }
        // SAFETY: `len < capacity` (V1).
        unsafe { self.block.start.add(self.len).write(value) };
        self.len += 1;
        Ok(())
    }

    #[track_caller]
    #[inline]
    pub(crate) fn insert_value<E: Failure>(&mut self, index: usize, value: T) -> Result<(), E> {
        if index > self.len {
            out_of_range(index, self.len);
        }
        self.reserve_more::<E>(1)?;
        // SAFETY: `index <= len < capacity`; no user code runs between the move and the new length (V2).
        unsafe {
            let at = self.block.start.add(index);
            at.copy_to(at.add(1), self.len - index);
            at.write(value);
        }
        self.len += 1;
        Ok(())
    }

    /// Moves the elements of `other` to the end.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn append_values<E: Failure>(&mut self, other: &mut FrameVec<'_, T>) -> Result<(), E> {
        self.reserve_more::<E>(other.len)?;
        let moved = other.len;
        other.len = 0;
        // SAFETY: there is room; they are two vectors, so their blocks do not overlap; `other` no longer owns them (V2).
        unsafe { self.block.start.add(self.len).copy_from_nonoverlapping(other.block.start, moved) };
        self.len += moved;
        Ok(())
    }

    /// Clones the elements of `source` to the end; when a clone panics those before it stay.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_cloned<E: Failure>(&mut self, source: &[T]) -> Result<(), E>
    where
        T: Clone,
    {
        self.reserve_more::<E>(source.len())?;
        for value in source {
            let value = value.clone();
            // SAFETY: room for all of `source` was made and a slice does not change its length (V1).
            unsafe { self.block.start.add(self.len).write(value) };
            self.len += 1;
        }
        Ok(())
    }

    /// Appends what `values` yields as long as there is room.
    ///
    /// A loop of its own for that: without the chance of growth in it, simple iterators become a few vector instructions.
    #[inline]
    pub(crate) fn fill(&mut self, values: &mut impl Iterator<Item = T>) {
        let mut end = End { at: self.len, len: &mut self.len };
        let spare = self.block.capacity - end.at;
        // SAFETY: `len..capacity` of the block are ours, and any bytes are a value of `MaybeUninit`.
        let spare = unsafe {
            NonNull::slice_from_raw_parts(self.block.start.add(end.at).cast::<MaybeUninit<T>>(), spare).as_mut()
        };
        // The places come first: where there is none, no value is asked for that would be lost.
        for (place, value) in spare.iter_mut().zip(values) {
            place.write(value);
            end.at += 1;
        }
    }

    /// Copies the elements of `source` to the end.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_copied<E: Failure>(&mut self, source: &[T]) -> Result<(), E>
    where
        T: Copy,
    {
        self.reserve_more::<E>(source.len())?;
        // SAFETY: there is room; `source` cannot be in the spare part of the block, so they do not overlap.
        unsafe { self.block.start.add(self.len).as_ptr().copy_from_nonoverlapping(source.as_ptr(), source.len()) };
        self.len += source.len();
        Ok(())
    }

    /// Moves the elements from `at` on into a vector of their own.
    #[track_caller]
    pub(crate) fn split_tail<E: Failure>(&mut self, at: usize) -> Result<Self, E> {
        if at > self.len {
            out_of_range(at, self.len);
        }
        let mut tail = Self::new(self.block.frame);
        tail.reserve_exactly::<E>(self.len - at)?;
        let moved = self.len - at;
        self.len = at;
        // SAFETY: there is room in a block of its own; this vector no longer owns the elements (V2).
        unsafe { tail.block.start.copy_from_nonoverlapping(self.block.start.add(at), moved) };
        tail.len = moved;
        Ok(tail)
    }

    /// Takes the last element out, or `None` where there is none.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        // SAFETY: the element was initialised and is no longer owned by the vector (V1).
        Some(unsafe { self.block.start.add(self.len).read() })
    }

    /// Takes the element at `index` out; those after it move down.
    ///
    /// # Panics
    /// If there is no such element.
    #[track_caller]
    pub fn remove(&mut self, index: usize) -> T {
        if index >= self.len {
            out_of_range(index, self.len);
        }
        self.len -= 1;
        // SAFETY: `index` is of an element; no user code runs while it is there twice (V2).
        unsafe {
            let at = self.block.start.add(index);
            let value = at.read();
            at.copy_from(at.add(1), self.len - index);
            value
        }
    }

    /// Takes the element at `index` out and puts the last one in its place: no move, no order.
    ///
    /// # Panics
    /// If there is no such element.
    #[track_caller]
    #[inline]
    pub fn swap_remove(&mut self, index: usize) -> T {
        if index >= self.len {
            out_of_range(index, self.len);
        }
        self.len -= 1;
        // SAFETY: the index is at most `len`, which fell before (V2), so that both places are initialised; source and
        // target may be the same.
        unsafe {
            let at = self.block.start.add(index);
            let value = at.read();
            at.copy_from(self.block.start.add(self.len), 1);
            value
        }
    }

    /// Drops the elements from `len` on; does nothing if there are not so many. The memory stays.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let tail = NonNull::slice_from_raw_parts(self.as_non_null(len), self.len - len);
        self.len = len;
        // SAFETY: these were elements, and the vector has let go of them before their drops run (V2).
        unsafe { tail.drop_in_place() };
    }

    /// Gives spare memory back to the frame if nothing younger is above it; else it stays as capacity.
    #[inline]
    pub fn shrink_to(&mut self, capacity: usize) {
        let kept = capacity.max(self.len);
        if size_of::<T>() == 0 || kept >= self.block.capacity {
            return;
        }
        let (old, new) = (self.block.capacity * size_of::<T>(), kept * size_of::<T>());
        // SAFETY: the block is ours, and what is over `kept` holds no element (V1, V3).
        if unsafe { self.block.frame.arena().shrink_in_place(self.block.start.cast(), old, new) } {
            self.block.capacity = kept;
        }
    }

    /// Lends the memory after the last element, for code that fills it and then calls [`FrameVec::set_len`].
    pub fn spare_capacity_mut(&mut self) -> &mut [MaybeUninit<T>] {
        let spare = self.block.capacity - self.len;
        // SAFETY: ours, and any bytes are a value of `MaybeUninit`; borrowed as `self` is.
        unsafe { NonNull::slice_from_raw_parts(self.as_non_null(self.len).cast(), spare).as_mut() }
    }

    /// Sets how many elements there are, without touching any.
    ///
    /// # Safety
    /// `len` is at most the capacity and the first `len` elements are initialised.
    pub unsafe fn set_len(&mut self, len: usize) {
        debug_assert!(len <= self.block.capacity, "the length {len} is over the capacity");
        self.len = len;
    }

    /// Returns the number of elements that fit without growing.
    #[must_use]
    #[inline]
    pub fn capacity(&self) -> usize {
        self.block.capacity
    }

    /// Returns the frame that the vector grows in.
    #[must_use]
    #[inline]
    pub fn frame(&self) -> &'f Frame {
        self.block.frame
    }

    /// Gives back what is spare and returns the elements, no longer owned by a vector.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn into_owned(mut self) -> Owned<'f, [T]> {
        self.shrink_to(0);
        let this = ManuallyDrop::new(self);
        // SAFETY: the first `len` places are initialised, ours no longer, and alive for `'f` (V1, I7).
        unsafe { Owned::from_raw(NonNull::slice_from_raw_parts(this.block.start, this.len)) }
    }

    /// Makes a vector of the elements of a box, in their place. It is full, and grows by moving to `frame`, which need not be the
    /// one that the box is of.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let squares = alloc.frame_slice_fill_with(3, |n| n * n);
    /// let mut squares = framealloc_core::FrameVec::from_boxed_in(squares, alloc.frame());
    /// squares.push(9);
    /// assert_eq!(squares, [0, 1, 4, 9]);
    /// ```
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_boxed_in(boxed: FrameBox<'f, [T]>, frame: &'f Frame) -> Self {
        let slice = boxed.into_owned().into_raw();
        #[cfg(feature = "debug")]
        if core::mem::needs_drop::<T>() && !slice.is_empty() {
            let bytes = slice.len() * size_of::<T>();
            frames::value_made(slice.addr().get(), bytes, core::any::type_name::<[T]>());
        }
        // An object lies above `lo`, or in another window or chunk; a growable that was boxed may be the newest, and then
        // grows as one (V3). The elements have no other owner from here on (V1).
        let capacity = if size_of::<T>() == 0 { usize::MAX } else { slice.len() };
        Self { block: Block { start: slice.cast(), capacity, frame, owns: PhantomData }, len: slice.len() }
    }

    /// Takes the vector apart: the elements, and the memory that they are in.
    #[inline]
    pub(crate) fn into_parts(self) -> (Values<'f, T>, Block<'f, T>) {
        let this = ManuallyDrop::new(self);
        let Block { start, capacity, frame, .. } = this.block;
        // SAFETY: the elements have no other owner from here on (V1); whoever gets both drops the elements first (V4).
        let values = unsafe { Values::new(start, 0, this.len) };
        (values, Block { start, capacity, frame, owns: PhantomData })
    }

    /// Gives up the elements and keeps the memory.
    #[inline]
    pub(super) fn into_uninit(self) -> FrameVec<'f, MaybeUninit<T>> {
        let this = ManuallyDrop::new(self);
        let Block { start, capacity, frame, .. } = this.block;
        #[cfg(feature = "debug")]
        if core::mem::needs_drop::<T>() {
            frames::value_gone(start.addr().get());
        }
        // `this` is not dropped, and any bytes are a value of `MaybeUninit`.
        FrameVec { block: Block { start: start.cast(), capacity, frame, owns: PhantomData }, len: this.len }
    }

    /// The place of the element `index`, which is at most the capacity.
    #[inline(always)]
    pub(super) fn as_non_null(&self, index: usize) -> NonNull<T> {
        // SAFETY: inside the block or one past it.
        unsafe { self.block.start.add(index) }
    }

    /// Lets go of the elements from `len` on without dropping them, or takes them back.
    ///
    /// # Safety
    /// As for `set_len`.
    #[inline(always)]
    pub(super) unsafe fn relength(&mut self, len: usize) {
        self.len = len;
    }
}

impl<'f, T> FrameVec<'f, MaybeUninit<T>> {
    /// Takes the first `len` places for elements.
    ///
    /// # Safety
    /// They are initialised, at most as many as the capacity, and owned by nobody else.
    #[cfg_attr(feature = "debug", track_caller)]
    pub(super) unsafe fn assume_init(self, len: usize) -> FrameVec<'f, T> {
        let this = ManuallyDrop::new(self);
        let Block { start, capacity, frame, .. } = this.block;
        #[cfg(feature = "debug")]
        if core::mem::needs_drop::<T>() && capacity * size_of::<T>() != 0 {
            frames::value_made(start.addr().get(), capacity * size_of::<T>(), core::any::type_name::<[T]>());
        }
        FrameVec { block: Block { start: start.cast(), capacity, frame, owns: PhantomData }, len }
    }
}

/// Sets the length to what was written, by a panic of the iterator as well (V2).
struct End<'v> {
    len: &'v mut usize,
    at: usize,
}

impl Drop for End<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        *self.len = self.at;
    }
}

impl<T> Drop for FrameVec<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the elements are ours and not used again; the block goes after this, by a panic as well (V1, V4).
        unsafe { NonNull::slice_from_raw_parts(self.block.start, self.len).drop_in_place() };
    }
}

impl<T> Deref for FrameVec<'_, T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` places are initialised (V1); borrowed as `self` is.
        unsafe { NonNull::slice_from_raw_parts(self.block.start, self.len).as_ref() }
    }
}

impl<T> DerefMut for FrameVec<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: the first `len` places are initialised and owned by the vector (V1).
        unsafe { NonNull::slice_from_raw_parts(self.block.start, self.len).as_mut() }
    }
}
