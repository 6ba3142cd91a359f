//! The double-ended queue: a ring in the memory of a vector. Invariant V9.

use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ops::Range;
use core::ptr::NonNull;

use super::vec::FrameVec;
use crate::error::{AllocError, Failure};
use crate::raw::frames::frame::Frame;

/// A double-ended queue in frame memory: elements come and go at both ends without moving the others.
///
/// It grows as [`FrameVec`] does, in place while it is the newest growable of its frame. The elements are dropped with the queue,
/// and it belongs to the thread of its frame.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut open = alloc.frame_deque();
/// open.push_back((0, 0));
/// let mut seen = alloc.frame_set();
/// while let Some((x, y)) = open.pop_front() {
///     if x < 4 && y < 4 && seen.insert((x, y)) {
///         open.extend([(x + 1, y), (x, y + 1)]);
///     }
/// }
/// assert_eq!(seen.len(), 16);
/// ```
pub struct FrameDeque<'f, T> {
    ring: FrameVec<'f, MaybeUninit<T>>,
    head: usize,
    len: usize,
    owns: PhantomData<T>,
}

impl<'f, T> FrameDeque<'f, T> {
    #[inline]
    pub(crate) fn new(frame: &'f Frame) -> Self {
        let mut empty = Self { ring: FrameVec::new(frame), head: 0, len: 0, owns: PhantomData };
        empty.take_capacity();
        empty
    }

    /// Makes the length of the ring its capacity (V9).
    #[inline(always)]
    fn take_capacity(&mut self) {
        let capacity = self.ring.capacity();
        // SAFETY: any bytes are a value of `MaybeUninit`, and there are as many places.
        unsafe { self.ring.relength(capacity) };
    }

    /// Returns the number of elements that fit without growing.
    #[must_use]
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.ring.capacity()
    }

    /// Returns the number of elements.
    #[must_use]
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether there are no elements.
    #[must_use]
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the frame that the queue grows in.
    #[must_use]
    #[inline]
    pub fn frame(&self) -> &'f Frame {
        self.ring.frame()
    }

    /// Where in the ring the element `index` is, which is at most the capacity.
    #[inline(always)]
    fn place(&self, index: usize) -> usize {
        let place = self.head.wrapping_add(index);
        if place >= self.capacity() { place.wrapping_sub(self.capacity()) } else { place }
    }

    /// The memory of the element `index`, which is below the capacity.
    #[inline(always)]
    pub(super) fn at(&self, index: usize) -> NonNull<T> {
        self.ring.as_non_null(self.place(index)).cast()
    }

    /// Makes room for `additional` more elements.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn reserve_more<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        if additional > self.capacity() - self.len {
            self.grow(additional, FrameVec::reserve_more::<E>)?;
        }
        Ok(())
    }

    /// Makes room for `additional` more elements and for none beyond that.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn reserve_exactly<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        if additional > self.capacity() - self.len {
            self.grow(additional, FrameVec::reserve_exactly::<E>)?;
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn grow<E: Failure>(
        &mut self,
        additional: usize,
        reserve: fn(&mut FrameVec<'f, MaybeUninit<T>>, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(needed) = self.len.checked_add(additional) else {
            return Err(E::fail(AllocError::CapacityOverflow));
        };
        let old = self.capacity();
        // The vector is full (V9), so all of the ring moves where it moves.
        reserve(&mut self.ring, needed - old)?;
        self.take_capacity();
        let before_end = old - self.head;
        if self.len <= before_end {
            return Ok(());
        }
        let (wrapped, grown) = (self.len - before_end, self.capacity());
        // SAFETY: all places are of the ring. What was at its beginning goes behind the old end if there is room and it is the
        // smaller part; else the part before the old end goes to the new one. What is copied is initialised, and no longer an
        // element where it was (V9).
        unsafe {
            if wrapped <= before_end && wrapped <= grown - old {
                self.ring.as_non_null(old).copy_from_nonoverlapping(self.ring.as_non_null(0), wrapped);
            } else {
                let head = grown - before_end;
                self.ring.as_non_null(head).copy_from(self.ring.as_non_null(self.head), before_end);
                self.head = head;
            }
        }
        Ok(())
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn push_back_value<E: Failure>(&mut self, value: T) -> Result<(), E> {
        self.reserve_more::<E>(1)?;
        // SAFETY: `len < capacity`; the place is free (V9).
        unsafe { self.at(self.len).write(value) };
        self.len += 1;
        Ok(())
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn push_front_value<E: Failure>(&mut self, value: T) -> Result<(), E> {
        self.reserve_more::<E>(1)?;
        self.head = if self.head == 0 { self.capacity() } else { self.head } - 1;
        // SAFETY: `len < capacity`, so the place before the first element is free (V9).
        unsafe { self.at(0).write(value) };
        self.len += 1;
        Ok(())
    }

    /// Takes the first element out, or `None` where there is none.
    #[inline]
    pub fn pop_front(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        let first = self.at(0);
        self.head = self.place(1);
        self.len -= 1;
        // SAFETY: it was an element and is none any more (V9).
        Some(unsafe { first.read() })
    }

    /// Takes the last element out, or `None` where there is none.
    #[inline]
    pub fn pop_back(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        // SAFETY: the place was the last one, which no longer counts (V2, V9).
        Some(unsafe { self.at(self.len).read() })
    }

    /// Returns the element `index`, counted from the front.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        // SAFETY: an element (V9), borrowed as `self` is.
        if index < self.len { Some(unsafe { self.at(index).as_ref() }) } else { None }
    }

    /// Returns the element `index`, counted from the front, mutable.
    #[must_use]
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        // SAFETY: the index is below `len`, so the place is initialised (V9).
        if index < self.len { Some(unsafe { self.at(index).as_mut() }) } else { None }
    }

    /// The elements `range` as they lie in the ring: up to its end, and from its beginning.
    ///
    /// # Safety
    /// The range is of elements, or of places that whoever calls knows to be initialised, up to the capacity.
    #[inline]
    pub(super) unsafe fn parts(&self, range: Range<usize>) -> (NonNull<[T]>, NonNull<[T]>) {
        let (count, from) = (range.end - range.start, self.place(range.start));
        let before_end = count.min(self.capacity() - from);
        (
            NonNull::slice_from_raw_parts(self.ring.as_non_null(from).cast(), before_end),
            NonNull::slice_from_raw_parts(self.ring.as_non_null(0).cast(), count - before_end),
        )
    }

    /// Returns the elements, in order: those up to the end of the ring, and those from its beginning.
    #[must_use]
    #[inline]
    pub fn as_slices(&self) -> (&[T], &[T]) {
        // SAFETY: elements, borrowed as `self` is.
        unsafe {
            let (front, back) = self.parts(0..self.len);
            (front.as_ref(), back.as_ref())
        }
    }

    /// Returns the elements, in order, mutable: those up to the end of the ring, and those from its beginning.
    #[must_use]
    #[inline]
    pub fn as_mut_slices(&mut self) -> (&mut [T], &mut [T]) {
        // SAFETY: elements, borrowed exclusively as `self` is; the two do not overlap, since `len` is at most the
        // capacity.
        unsafe {
            let (mut front, mut back) = self.parts(0..self.len);
            (front.as_mut(), back.as_mut())
        }
    }

    /// Moves the elements so that they lie in order, and returns them as one slice.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let mut order = alloc.frame_deque();
    /// order.extend([2, 3]);
    /// order.push_front(5);
    /// order.make_contiguous().sort_unstable();
    /// assert_eq!(order, [2, 3, 5]);
    /// ```
    pub fn make_contiguous(&mut self) -> &mut [T] {
        if self.len > self.capacity() - self.head {
            self.ring.rotate_left(self.head);
            self.head = 0;
        }
        self.as_mut_slices().0
    }

    /// Drops the elements from `len` on; does nothing if there are not so many. The memory stays.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        // SAFETY: elements. The deque lets go of them before their drops run (V2, V9).
        unsafe {
            let (front, back) = self.parts(len..self.len);
            self.len = len;
            let _back = Rest(back);
            front.drop_in_place();
        }
    }

    /// Moves `count` elements from the index `from` on to `to` on. What was there is overwritten, what was here is free.
    ///
    /// # Safety
    /// Both ranges lie within the capacity; the places `from..from + count` are initialised, and the caller sees to V9.
    pub(super) unsafe fn move_within(&mut self, from: usize, to: usize, count: usize) {
        if from == to || count == 0 {
            return;
        }
        let (start, target, capacity) = (self.place(from), self.place(to), self.capacity());
        // SAFETY: by the contract. Where neither range wraps one move does; else element by element, in the order in which
        // none is overwritten before it has moved.
        unsafe {
            if count <= capacity - start && count <= capacity - target {
                self.ring.as_non_null(target).copy_from(self.ring.as_non_null(start), count);
            } else if to < from {
                (0..count).for_each(|index| self.at(to + index).copy_from(self.at(from + index), 1));
            } else {
                (0..count).rev().for_each(|index| self.at(to + index).copy_from(self.at(from + index), 1));
            }
        }
    }

    #[track_caller]
    pub(crate) fn insert_value<E: Failure>(&mut self, index: usize, value: T) -> Result<(), E> {
        assert!(index <= self.len, "index {index} is out of range for a queue of length {}", self.len);
        self.reserve_more::<E>(1)?;
        // SAFETY: there is a free place at either end; no user code runs before the element is written (V2, V9).
        unsafe {
            if index < self.len / 2 {
                self.head = if self.head == 0 { self.capacity() } else { self.head } - 1;
                self.move_within(1, 0, index);
            } else {
                self.move_within(index, index + 1, self.len - index);
            }
            self.at(index).write(value);
        }
        self.len += 1;
        Ok(())
    }

    /// Takes the element `index` out, or `None` where there is none. Those at the nearer end move.
    pub fn remove(&mut self, index: usize) -> Option<T> {
        if index >= self.len {
            return None;
        }
        // SAFETY: an element, which its neighbours close the gap of; no user code runs (V2, V9).
        unsafe {
            let value = self.at(index).read();
            if index < self.len / 2 {
                self.move_within(0, 1, index);
                self.head = self.place(1);
            } else {
                self.move_within(index + 1, index, self.len - index - 1);
            }
            self.len -= 1;
            Some(value)
        }
    }

    /// Turns all of a ring that is full: the elements do not move.
    pub(crate) fn turn_full(&mut self, by: usize) -> bool {
        let full = self.len == self.capacity();
        if full {
            self.head = self.place(by);
        }
        full
    }

    /// Gives spare memory back to the frame if nothing younger is above it; else it stays as capacity.
    pub fn shrink_to(&mut self, capacity: usize) {
        let kept = capacity.max(self.len);
        if size_of::<T>() == 0 || kept >= self.capacity() {
            return;
        }
        self.make_contiguous();
        // SAFETY: the elements go to the beginning of the ring; the vector keeps at least as many places (V9).
        unsafe {
            self.ring.as_non_null(0).copy_from(self.ring.as_non_null(self.head), self.len);
            self.head = 0;
            self.ring.relength(kept);
        }
        self.ring.shrink_to(kept);
        self.take_capacity();
    }

    /// Returns the elements as a vector, in the same memory.
    #[must_use]
    pub fn into_vec(mut self) -> FrameVec<'f, T> {
        self.make_contiguous();
        let this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again. The elements go to the beginning of the ring, from where on the first `len` places
        // are initialised, and the vector is their one owner.
        unsafe {
            this.ring.as_non_null(0).copy_from(this.ring.as_non_null(this.head), this.len);
            core::ptr::read(&raw const this.ring).assume_init(this.len)
        }
    }
}

/// Takes the elements over, in the same memory.
impl<'f, T> From<FrameVec<'f, T>> for FrameDeque<'f, T> {
    fn from(vec: FrameVec<'f, T>) -> Self {
        let len = vec.len();
        let mut deque = Self { ring: vec.into_uninit(), head: 0, len, owns: PhantomData };
        deque.take_capacity();
        deque
    }
}

impl<T> Drop for FrameDeque<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // The memory goes after this, by a panic as well (V4).
        self.truncate(0);
    }
}

/// A range of elements on its way out. The deque owns what is before it while this is there, so that a panic or a forgotten
/// drain leaks at worst (V2); the drop closes the gap.
pub(crate) struct Cut<'d, 'f, T> {
    deque: &'d mut FrameDeque<'f, T>,
    /// The elements that are still to come.
    left: Range<usize>,
    /// Where the range began and ended.
    range: Range<usize>,
    /// The length that the deque had.
    end: usize,
}

impl<'d, 'f, T> Cut<'d, 'f, T> {
    /// `range` lies within the length, or this panics.
    pub(crate) fn open(deque: &'d mut FrameDeque<'f, T>, range: Range<usize>) -> Self {
        let end = deque.len;
        assert!(range.start <= range.end && range.end <= end, "the range is of no elements");
        deque.len = range.start;
        Self { deque, left: range.clone(), range, end }
    }

    #[inline]
    pub(crate) fn remaining(&self) -> usize {
        self.left.end - self.left.start
    }

    #[inline]
    pub(crate) fn first(&mut self) -> Option<T> {
        let index = self.left.next()?;
        // SAFETY: it was an element, and is in nobody's range any more.
        Some(unsafe { self.deque.at(index).read() })
    }

    #[inline]
    pub(crate) fn last(&mut self) -> Option<T> {
        let index = self.left.next_back()?;
        // SAFETY: it was an element, and is in nobody's range any more.
        Some(unsafe { self.deque.at(index).read() })
    }
}

impl<T> Drop for Cut<'_, '_, T> {
    fn drop(&mut self) {
        /// Closes the gap, by a panic of what was in it as well.
        struct Close<'c, 'd, 'f, T>(&'c mut Cut<'d, 'f, T>);
        impl<T> Drop for Close<'_, '_, '_, T> {
            fn drop(&mut self) {
                let Cut { deque, range, end, .. } = &mut *self.0;
                let (before, behind) = (range.start, *end - range.end);
                // SAFETY: what is before and behind the cut is initialised, and what was in it is gone (V2, V9). The smaller
                // part moves.
                unsafe {
                    if before < behind {
                        deque.move_within(0, range.end - before, before);
                        deque.head = deque.place(range.end - before);
                    } else {
                        deque.move_within(range.end, before, behind);
                    }
                }
                deque.len = before + behind;
            }
        }
        let close = Close(self);
        let left = core::mem::take(&mut close.0.left);
        // SAFETY: they were elements that nobody took, and are in nobody's range any more.
        unsafe {
            let (front, back) = close.0.deque.parts(left);
            let _back = Rest(back);
            front.drop_in_place();
        }
    }
}

/// Drops elements that a deque has let go of, by a panic of what is dropped before them as well.
struct Rest<T>(NonNull<[T]>);

impl<T> Drop for Rest<T> {
    fn drop(&mut self) {
        // SAFETY: initialised, and nobody else's (V9).
        unsafe { self.0.drop_in_place() };
    }
}
