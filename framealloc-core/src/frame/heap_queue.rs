//! The priority queue in frame memory: a binary heap over a vector.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::{Deref, DerefMut};

use super::vec::{Drain, IntoIter};
use super::{Frame, FrameVec};
use crate::error::{AllocError, Failure, infallible};
use crate::raw::collections::hole::{rise, sink, sink_far};

/// A priority queue in frame memory: a binary heap whose greatest element comes first, as in `BinaryHeap`.
///
/// Pushing and popping take O(log n) comparisons, looking at the greatest none. With [`core::cmp::Reverse`] the least comes
/// first, as searches want it. It grows as [`FrameVec`] does and belongs to the thread of its frame. A comparison that panics
/// loses no element, but leaves them in an order that later calls do not mend.
///
/// ```
/// use core::cmp::Reverse;
///
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut open = alloc.frame_heap();
/// open.push(Reverse((7, "far")));
/// open.push(Reverse((2, "near")));
/// assert_eq!(open.pop(), Some(Reverse((2, "near"))));
/// ```
pub struct FrameHeap<'f, T> {
    vec: FrameVec<'f, T>,
}

impl<'f, T> FrameHeap<'f, T> {
    #[inline]
    pub(crate) fn new(frame: &'f Frame) -> Self {
        Self { vec: FrameVec::new(frame) }
    }

    /// Makes an empty queue that grows in `frame`: what `alloc.frame_heap()` is for a path.
    #[must_use]
    #[inline]
    pub fn new_in(frame: &'f Frame) -> Self {
        Self::new(frame)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E> {
        Ok(Self { vec: FrameVec::with_capacity::<E>(frame, capacity)? })
    }

    /// Returns the number of elements.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.vec.len()
    }

    /// Returns whether there are no elements.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.vec.is_empty()
    }

    /// Returns the number of elements that fit without growing.
    #[must_use]
    #[inline]
    pub fn capacity(&self) -> usize {
        self.vec.capacity()
    }

    /// Returns the frame that the queue grows in.
    #[must_use]
    #[inline]
    pub fn frame(&self) -> &'f Frame {
        self.vec.frame()
    }

    /// Returns the greatest element.
    #[must_use]
    #[inline]
    pub fn peek(&self) -> Option<&T> {
        self.vec.first()
    }

    /// Returns the elements, in no order but that the greatest comes first.
    #[must_use]
    #[inline]
    pub fn as_slice(&self) -> &[T] {
        &self.vec
    }

    /// Returns an iterator over the elements, in no order but that the greatest comes first.
    #[inline]
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.vec.iter()
    }

    /// Returns the elements as a vector, in no order but that the greatest comes first.
    #[must_use]
    #[inline]
    pub fn into_vec(self) -> FrameVec<'f, T> {
        self.vec
    }

    /// Takes all elements out, in no order. Those that the iterator does not yield are dropped with it.
    pub fn drain(&mut self) -> Drain<'_, 'f, T> {
        self.vec.drain(..)
    }

    /// Drops all elements. The memory stays.
    pub fn clear(&mut self) {
        self.vec.clear();
    }

    /// Makes room for at least `additional` more elements.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve(&mut self, additional: usize) {
        infallible(self.vec.reserve_more(additional));
    }

    /// Like [`FrameHeap::reserve`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`; then nothing has changed.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        self.vec.reserve_more(additional)
    }

    /// Makes room for `additional` more elements and for none beyond that.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve_exact(&mut self, additional: usize) {
        infallible(self.vec.reserve_exactly(additional));
    }

    /// Like [`FrameHeap::reserve_exact`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`; then nothing has changed.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), AllocError> {
        self.vec.reserve_exactly(additional)
    }

    /// Gives all spare memory back to the frame if nothing younger is above it; else it stays as capacity.
    pub fn shrink_to_fit(&mut self) {
        self.vec.shrink_to(0);
    }

    /// Gives spare memory over `capacity` back to the frame if nothing younger is above it; else it stays as capacity.
    pub fn shrink_to(&mut self, capacity: usize) {
        self.vec.shrink_to(capacity);
    }

    /// Returns all elements, in a queue of the same frame, and leaves this one empty and without memory.
    ///
    /// What `core::mem::take` is for types with a default: an empty queue needs a frame to grow in.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let empty = Self::new(self.frame());
        core::mem::replace(self, empty)
    }
}

impl<'f, T: Ord> FrameHeap<'f, T> {
    /// Puts an element in.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn push(&mut self, value: T) {
        infallible(self.push_value(value));
    }

    /// Like [`FrameHeap::push`]; the value is dropped where there is no room ([`FrameHeap::try_reserve`] asks first).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_push(&mut self, value: T) -> Result<(), AllocError> {
        self.push_value(value)
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn push_value<E: Failure>(&mut self, value: T) -> Result<(), E> {
        self.vec.push_value::<E>(value)?;
        let last = self.vec.len() - 1;
        rise(&mut self.vec, last);
        Ok(())
    }

    /// Takes the greatest element out, or `None` where there is none.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let mut value = self.vec.pop()?;
        if let Some(first) = self.vec.first_mut() {
            core::mem::swap(first, &mut value);
            sink_far(&mut self.vec);
        }
        Some(value)
    }

    /// Lends the greatest element, mutable; what has become of its rank is seen to when the guard drops.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let mut threats = alloc.frame_heap();
    /// threats.extend([1, 5, 3]);
    /// *threats.peek_mut().unwrap() = 2;
    /// assert_eq!(threats.into_sorted_vec(), [1, 2, 3]);
    /// ```
    pub fn peek_mut(&mut self) -> Option<PeekMut<'_, 'f, T>> {
        if self.is_empty() { None } else { Some(PeekMut { heap: self, changed: false }) }
    }

    /// Returns the elements as a vector in ascending order, in the same memory.
    #[must_use]
    pub fn into_sorted_vec(mut self) -> FrameVec<'f, T> {
        // The order among equal elements is nobody's business here, so that the sort needs no memory.
        self.vec.sort_unstable();
        self.vec
    }

    /// Moves all elements of `other` in; `other` is left empty and may belong to another frame.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn append(&mut self, other: &mut FrameHeap<'_, T>) {
        infallible(self.append_values(other));
    }

    /// Like [`FrameHeap::append`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then both are as they were.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_append(&mut self, other: &mut FrameHeap<'_, T>) -> Result<(), AllocError> {
        self.append_values(other)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn append_values<E: Failure>(&mut self, other: &mut FrameHeap<'_, T>) -> Result<(), E> {
        let from = self.len();
        self.vec.append_values::<E>(&mut other.vec)?;
        self.mend(from);
        Ok(())
    }

    /// Puts in what the iterator yields, as `extend` does. What was put in before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), AllocError> {
        self.extend_values(values.into_iter())
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_values<E: Failure>(&mut self, values: impl Iterator<Item = T>) -> Result<(), E> {
        let from = self.len();
        // By a panic of the iterator as well: what it has yielded is in.
        let mut mended = Mended { heap: self, from };
        mended.heap.vec.extend_values::<E>(&mut { values })?;
        mended.mend();
        Ok(())
    }

    /// Keeps the elements for which `keep` returns true and drops the others.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        let mut mended = Mended { heap: self, from: 0 };
        mended.heap.vec.retain(keep);
        mended.mend();
    }

    /// Gives the elements from `from` on their places, those before it being a heap.
    fn mend(&mut self, from: usize) {
        let (len, new) = (self.vec.len(), self.vec.len() - from);
        // One by one costs O(log n) each at worst, all at once O(n).
        let height = usize::BITS - from.leading_zeros();
        if new.saturating_mul(height as usize) < len * 2 {
            (from..len).for_each(|at| rise(&mut self.vec, at));
        } else {
            (0..len / 2).rev().for_each(|at| sink(&mut self.vec, at));
        }
    }
}

/// Gives new elements their places when it drops.
struct Mended<'h, 'f, T: Ord> {
    heap: &'h mut FrameHeap<'f, T>,
    from: usize,
}

impl<T: Ord> Mended<'_, '_, T> {
    fn mend(&mut self) {
        let from = core::mem::replace(&mut self.from, usize::MAX);
        if from < self.heap.len() {
            self.heap.mend(from);
        }
    }
}

impl<T: Ord> Drop for Mended<'_, '_, T> {
    fn drop(&mut self) {
        self.mend();
    }
}

/// The greatest element of a [`FrameHeap`], mutable: see [`FrameHeap::peek_mut`].
///
/// One that is forgotten after a change leaves the elements in an order that later calls do not mend.
pub struct PeekMut<'h, 'f, T: Ord> {
    heap: &'h mut FrameHeap<'f, T>,
    changed: bool,
}

impl<T: Ord> PeekMut<'_, '_, T> {
    /// Takes the element out, changed or not.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a guard is there only with a greatest element")]
    pub fn pop(mut this: Self) -> T {
        // What was changed leaves, and what takes its place is compared with elements that are in order.
        this.changed = false;
        this.heap.pop().expect("there was a greatest element")
    }
}

impl<T: Ord> Deref for PeekMut<'_, '_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.heap.vec[0]
    }
}

impl<T: Ord> DerefMut for PeekMut<'_, '_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        &mut self.heap.vec[0]
    }
}

impl<T: Ord> Drop for PeekMut<'_, '_, T> {
    fn drop(&mut self) {
        if self.changed {
            sink(&mut self.heap.vec, 0);
        }
    }
}

impl<T: Ord + fmt::Debug> fmt::Debug for PeekMut<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PeekMut").field(&**self).finish()
    }
}

/// Puts the elements in the order of a heap, in the same memory: O(n) comparisons.
impl<'f, T: Ord> From<FrameVec<'f, T>> for FrameHeap<'f, T> {
    fn from(vec: FrameVec<'f, T>) -> Self {
        let mut heap = Self { vec };
        heap.mend(0);
        heap
    }
}

impl<'f, T> From<FrameHeap<'f, T>> for FrameVec<'f, T> {
    fn from(heap: FrameHeap<'f, T>) -> Self {
        heap.vec
    }
}

impl<T: Ord> Extend<T> for FrameHeap<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter()));
    }
}

impl<'a, T: Ord + Copy> Extend<&'a T> for FrameHeap<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter().copied()));
    }
}

impl<T: Clone> FrameHeap<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn copied<E: Failure>(&self) -> Result<Self, E> {
        let mut vec = FrameVec::with_capacity::<E>(self.frame(), self.len())?;
        vec.extend_cloned::<E>(&self.vec)?;
        Ok(Self { vec })
    }

    /// Like `clone`.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then nothing was cloned.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_clone(&self) -> Result<Self, AllocError> {
        self.copied()
    }
}

/// The clone grows in the same frame.
impl<T: Clone> Clone for FrameHeap<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone(&self) -> Self {
        infallible(self.copied())
    }
}

impl<T: fmt::Debug> fmt::Debug for FrameHeap<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.vec.fmt(f)
    }
}

/// The elements of a [`FrameHeap`], by value, in no order.
#[derive(Debug)]
pub struct HeapIntoIter<'f, T> {
    values: IntoIter<'f, T>,
}

impl<T> Iterator for HeapIntoIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.values.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

impl<T> DoubleEndedIterator for HeapIntoIter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.values.next_back()
    }
}

impl<T> ExactSizeIterator for HeapIntoIter<'_, T> {}

impl<T> FusedIterator for HeapIntoIter<'_, T> {}

impl<'f, T> IntoIterator for FrameHeap<'f, T> {
    type Item = T;
    type IntoIter = HeapIntoIter<'f, T>;

    fn into_iter(self) -> HeapIntoIter<'f, T> {
        HeapIntoIter { values: self.vec.into_iter() }
    }
}

impl<'b, T> IntoIterator for &'b FrameHeap<'_, T> {
    type Item = &'b T;
    type IntoIter = core::slice::Iter<'b, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
