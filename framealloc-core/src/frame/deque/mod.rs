//! The vocabulary of `FrameDeque`. Its unsafe part, and the type itself, are in `raw/collections/deque.rs`.

mod iter;
mod traits;

pub use crate::raw::collections::deque::FrameDeque;
pub use iter::{DequeDrain, DequeIntoIter, DequeIter, DequeIterMut};

use core::cmp::Ordering;
use core::ops::{Bound, Range, RangeBounds};

use super::Frame;
use crate::error::{AllocError, Failure, infallible};

/// The indices of a range in a queue of length `len`. Each bound is asked for once: user code could answer differently.
#[track_caller]
fn indices(range: impl RangeBounds<usize>, len: usize) -> Range<usize> {
    let (start, end) = (range.start_bound().cloned(), range.end_bound().cloned());
    let first = match start {
        Bound::Included(at) => Some(at),
        Bound::Excluded(at) => at.checked_add(1),
        Bound::Unbounded => Some(0),
    };
    let last = match end {
        Bound::Included(at) => at.checked_add(1),
        Bound::Excluded(at) => Some(at),
        Bound::Unbounded => Some(len),
    };
    match (first, last) {
        (Some(first), Some(last)) if first <= last && last <= len => first..last,
        _ => panic!("range {start:?}..{end:?} is out of range for a queue of length {len}"),
    }
}

/// Calls that cannot fail, and those that panic where their `try_` twins return an error.
impl<'f, T> FrameDeque<'f, T> {
    /// Makes an empty queue that grows in `frame`: what `alloc.frame_deque()` is for a path.
    #[must_use]
    #[inline]
    pub fn new_in(frame: &'f Frame) -> Self {
        Self::new(frame)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E> {
        let mut deque = Self::new(frame);
        deque.reserve_exactly::<E>(capacity)?;
        Ok(deque)
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_values<E: Failure>(&mut self, values: impl Iterator<Item = T>) -> Result<(), E> {
        self.reserve_more::<E>(values.size_hint().0)?;
        for value in values {
            self.push_back_value::<E>(value)?;
        }
        Ok(())
    }

    /// Appends an element.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn push_back(&mut self, value: T) {
        infallible(self.push_back_value(value));
    }

    /// Like [`FrameDeque::push_back`]; the value is dropped where there is no room ([`FrameDeque::try_reserve`] asks first).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_push_back(&mut self, value: T) -> Result<(), AllocError> {
        self.push_back_value(value)
    }

    /// Puts an element before the first.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn push_front(&mut self, value: T) {
        infallible(self.push_front_value(value));
    }

    /// Like [`FrameDeque::push_front`]; the value is dropped where there is no room ([`FrameDeque::try_reserve`] asks first).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_push_front(&mut self, value: T) -> Result<(), AllocError> {
        self.push_front_value(value)
    }

    /// Returns the first element.
    #[must_use]
    #[inline]
    pub fn front(&self) -> Option<&T> {
        self.get(0)
    }

    /// Returns the first element, mutable.
    #[must_use]
    #[inline]
    pub fn front_mut(&mut self) -> Option<&mut T> {
        self.get_mut(0)
    }

    /// Returns the last element.
    #[must_use]
    #[inline]
    pub fn back(&self) -> Option<&T> {
        self.get(self.len().wrapping_sub(1))
    }

    /// Returns the last element, mutable.
    #[must_use]
    #[inline]
    pub fn back_mut(&mut self) -> Option<&mut T> {
        self.get_mut(self.len().wrapping_sub(1))
    }

    /// Takes the first element out if `take` returns true for it.
    pub fn pop_front_if(&mut self, take: impl FnOnce(&mut T) -> bool) -> Option<T> {
        if take(self.front_mut()?) { self.pop_front() } else { None }
    }

    /// Takes the last element out if `take` returns true for it.
    pub fn pop_back_if(&mut self, take: impl FnOnce(&mut T) -> bool) -> Option<T> {
        if take(self.back_mut()?) { self.pop_back() } else { None }
    }

    /// Puts an element at `index`, counted from the front; those at the nearer end move.
    ///
    /// # Panics
    /// If `index` is over the length, or a budget or the global allocator refuses.
    #[track_caller]
    pub fn insert(&mut self, index: usize, value: T) {
        infallible(self.insert_value(index, value));
    }

    /// Like [`FrameDeque::insert`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    ///
    /// # Panics
    /// If `index` is over the length.
    #[track_caller]
    pub fn try_insert(&mut self, index: usize, value: T) -> Result<(), AllocError> {
        self.insert_value(index, value)
    }

    /// Takes the element `index` out and puts the last one in its place, or returns `None` where there is none.
    pub fn swap_remove_back(&mut self, index: usize) -> Option<T> {
        if index >= self.len() {
            return None;
        }
        self.swap(index, self.len() - 1);
        self.pop_back()
    }

    /// Takes the element `index` out and puts the first one in its place, or returns `None` where there is none.
    pub fn swap_remove_front(&mut self, index: usize) -> Option<T> {
        if index >= self.len() {
            return None;
        }
        self.swap(index, 0);
        self.pop_front()
    }

    /// Swaps two elements.
    ///
    /// # Panics
    /// If there are no such elements.
    #[track_caller]
    pub fn swap(&mut self, a: usize, b: usize) {
        let len = self.len();
        assert!(a < len && b < len, "index {} is out of range for a queue of length {len}", a.max(b));
        let (front, back) = self.as_mut_slices();
        let split = front.len();
        match (a < split, b < split) {
            (true, true) => front.swap(a, b),
            (false, false) => back.swap(a - split, b - split),
            (true, false) => core::mem::swap(&mut front[a], &mut back[b - split]),
            (false, true) => core::mem::swap(&mut back[a - split], &mut front[b]),
        }
    }

    /// Makes room for at least `additional` more elements.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve(&mut self, additional: usize) {
        infallible(self.reserve_more(additional));
    }

    /// Like [`FrameDeque::reserve`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`; then nothing has changed.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        self.reserve_more(additional)
    }

    /// Makes room for `additional` more elements and for none beyond that.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve_exact(&mut self, additional: usize) {
        infallible(self.reserve_exactly(additional));
    }

    /// Like [`FrameDeque::reserve_exact`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`; then nothing has changed.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), AllocError> {
        self.reserve_exactly(additional)
    }

    /// Gives all spare memory back to the frame if nothing younger is above it; else it stays as capacity.
    pub fn shrink_to_fit(&mut self) {
        self.shrink_to(0);
    }

    /// Drops all elements. The memory stays.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Returns all elements, in a queue of the same frame, and leaves this one empty and without memory.
    ///
    /// What `core::mem::take` is for types with a default: an empty queue needs a frame to grow in.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let empty = Self::new(self.frame());
        core::mem::replace(self, empty)
    }

    /// Moves all elements of `other` to the end; `other` is left empty and may belong to another frame.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn append(&mut self, other: &mut FrameDeque<'_, T>) {
        infallible(self.append_values(other));
    }

    /// Like [`FrameDeque::append`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then `other` is as it was.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_append(&mut self, other: &mut FrameDeque<'_, T>) -> Result<(), AllocError> {
        self.append_values(other)
    }

    fn append_values<E: Failure>(&mut self, other: &mut FrameDeque<'_, T>) -> Result<(), E> {
        self.reserve_more::<E>(other.len())?;
        self.extend_values(core::iter::from_fn(|| other.pop_front()))
    }

    /// Cuts the queue in two and returns the elements from `at` on, in memory of their own.
    ///
    /// # Panics
    /// If `at` is over the length, or a budget or the global allocator refuses.
    #[must_use = "the elements from `at` on would be dropped: use `truncate`"]
    #[track_caller]
    pub fn split_off(&mut self, at: usize) -> Self {
        infallible(self.split_tail(at))
    }

    /// Like [`FrameDeque::split_off`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then nothing was moved.
    ///
    /// # Panics
    /// If `at` is over the length.
    #[track_caller]
    pub fn try_split_off(&mut self, at: usize) -> Result<Self, AllocError> {
        self.split_tail(at)
    }

    #[track_caller]
    fn split_tail<E: Failure>(&mut self, at: usize) -> Result<Self, E> {
        assert!(at <= self.len(), "index {at} is out of range for a queue of length {}", self.len());
        let mut tail = Self::with_capacity::<E>(self.frame(), self.len() - at)?;
        tail.extend_values::<E>(self.drain(at..))?;
        Ok(tail)
    }

    /// Appends what the iterator yields, as `extend` does. What was appended before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), AllocError> {
        self.extend_values(values.into_iter())
    }

    /// Makes the length `len`: drops what is over it, or appends clones of `value`.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or a clone or drop panics.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn resize(&mut self, len: usize, value: T)
    where
        T: Clone,
    {
        infallible(self.resize_by(len, core::iter::repeat_n(value, len.saturating_sub(self.len()))));
    }

    /// Like [`FrameDeque::resize`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_resize(&mut self, len: usize, value: T) -> Result<(), AllocError>
    where
        T: Clone,
    {
        self.resize_by(len, core::iter::repeat_n(value, len.saturating_sub(self.len())))
    }

    fn resize_by<E: Failure>(&mut self, len: usize, more: impl Iterator<Item = T>) -> Result<(), E> {
        self.truncate(len);
        self.extend_values(more)
    }

    /// Moves the first `count` elements to the end, in order.
    ///
    /// # Panics
    /// If there are not so many.
    #[track_caller]
    pub fn rotate_left(&mut self, count: usize) {
        assert!(count <= self.len(), "{count} elements cannot be moved in a queue of length {}", self.len());
        if self.turn_full(count) {
            return;
        }
        if count <= self.len() / 2 {
            (0..count).for_each(|_| self.first_to_end());
        } else {
            (count..self.len()).for_each(|_| self.last_to_front());
        }
    }

    /// Moves the last `count` elements to the front, in order.
    ///
    /// # Panics
    /// If there are not so many.
    #[track_caller]
    pub fn rotate_right(&mut self, count: usize) {
        assert!(count <= self.len(), "{count} elements cannot be moved in a queue of length {}", self.len());
        self.rotate_left(self.len() - count);
    }

    fn first_to_end(&mut self) {
        if let Some(value) = self.pop_front() {
            self.push_back(value);
        }
    }

    fn last_to_front(&mut self) {
        if let Some(value) = self.pop_back() {
            self.push_front(value);
        }
    }

    /// Keeps the elements for which `keep` returns true, in order, and drops the others.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.retain_mut(|value| keep(value));
    }

    /// Like [`FrameDeque::retain`], with mutable access.
    ///
    /// All elements stay until `keep` has seen the last one: if it panics they are all there, in some order.
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        let mut kept = 0;
        for index in 0..self.len() {
            if keep(&mut self[index]) {
                if kept != index {
                    self.swap(kept, index);
                }
                kept += 1;
            }
        }
        self.truncate(kept);
    }

    /// Returns whether an element equals `value`.
    #[must_use]
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        let (front, back) = self.as_slices();
        front.contains(value) || back.contains(value)
    }

    /// Searches elements that are sorted: the index of one that equals `value`, or else where it would go.
    ///
    /// # Errors
    /// If no element equals `value`.
    pub fn binary_search(&self, value: &T) -> Result<usize, usize>
    where
        T: Ord,
    {
        self.binary_search_by(|element| element.cmp(value))
    }

    /// Searches elements that are sorted: the index of one for which `compare` returns `Equal`, or else where it would go.
    ///
    /// # Errors
    /// If there is no such element.
    pub fn binary_search_by(&self, mut compare: impl FnMut(&T) -> Ordering) -> Result<usize, usize> {
        let (front, back) = self.as_slices();
        match back.first().map(&mut compare) {
            Some(Ordering::Equal) => Ok(front.len()),
            Some(Ordering::Less) => {
                back.binary_search_by(compare).map(|index| index + front.len()).map_err(|index| index + front.len())
            }
            _ => front.binary_search_by(compare),
        }
    }

    /// Returns how many elements `first` is true for, where those come before all others.
    pub fn partition_point(&self, mut first: impl FnMut(&T) -> bool) -> usize {
        let (front, back) = self.as_slices();
        if back.first().is_some_and(&mut first) {
            front.len() + back.partition_point(first)
        } else {
            front.partition_point(first)
        }
    }

    /// Returns an iterator over the elements, front to back.
    #[must_use]
    #[inline]
    pub fn iter(&self) -> DequeIter<'_, T> {
        let (front, back) = self.as_slices();
        DequeIter::new(front.iter(), back.iter())
    }

    /// Returns an iterator over the elements, mutable, front to back.
    #[inline]
    pub fn iter_mut(&mut self) -> DequeIterMut<'_, T> {
        let (front, back) = self.as_mut_slices();
        DequeIterMut::new(front.iter_mut(), back.iter_mut())
    }

    /// Returns an iterator over a range of elements.
    ///
    /// # Panics
    /// If the range does not lie inside the queue.
    #[track_caller]
    pub fn range(&self, range: impl RangeBounds<usize>) -> DequeIter<'_, T> {
        let range = indices(range, self.len());
        let (front, back) = self.as_slices();
        let split = front.len();
        DequeIter::new(
            front[range.start.min(split)..range.end.min(split)].iter(),
            back[range.start.max(split) - split..range.end.max(split) - split].iter(),
        )
    }

    /// Returns an iterator over a range of elements, mutable.
    ///
    /// # Panics
    /// If the range does not lie inside the queue.
    #[track_caller]
    pub fn range_mut(&mut self, range: impl RangeBounds<usize>) -> DequeIterMut<'_, T> {
        let range = indices(range, self.len());
        let (front, back) = self.as_mut_slices();
        let split = front.len();
        DequeIterMut::new(
            front[range.start.min(split)..range.end.min(split)].iter_mut(),
            back[range.start.max(split) - split..range.end.max(split) - split].iter_mut(),
        )
    }

    /// Takes a range of elements out. Those that the iterator does not yield are dropped with it; then the smaller part of the
    /// rest moves.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let mut queue = alloc.frame_deque();
    /// queue.extend(0..5);
    /// assert_eq!(queue.drain(1..3).sum::<i32>(), 3);
    /// assert_eq!(queue, [0, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If the range does not lie inside the queue.
    #[track_caller]
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> DequeDrain<'_, 'f, T> {
        let range = indices(range, self.len());
        DequeDrain::open(self, range)
    }
}
