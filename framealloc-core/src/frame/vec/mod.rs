//! The vocabulary of `FrameVec`. Its unsafe part, and the type itself, are in `raw/collections/vec.rs`.

mod compare;
mod convert;
pub(crate) mod edit;
mod extend;
mod iter;
mod literal;
mod traits;

pub use crate::raw::collections::vec::FrameVec;
pub use edit::{Drain, ExtractIf};
pub use iter::{IntoIter, SliceIntoIter};

use super::Frame;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::frames::boxes::FrameBox;

/// Calls that cannot fail, and those that panic where their `try_` twins return an error.
impl<'f, T> FrameVec<'f, T> {
    /// Makes an empty vector that grows in `frame`; it takes no memory before the first push.
    ///
    /// What `alloc.frame_vec()` is for a path: `entry.or_insert_with(|| FrameVec::new_in(frame))`.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut ids = framealloc_core::FrameVec::new_in(alloc.frame());
    /// ids.push(3);
    /// assert_eq!(ids, [3]);
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn new_in(frame: &'f Frame) -> Self {
        Self::new(frame)
    }

    /// Makes an empty vector in `frame` with room for `capacity` elements.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let ids = framealloc_core::FrameVec::<u32>::with_capacity_in(30, alloc.frame());
    /// assert_eq!((ids.len(), ids.capacity()), (0, 30));
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[must_use]
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn with_capacity_in(capacity: usize, frame: &'f Frame) -> Self {
        infallible(Self::with_capacity(frame, capacity))
    }

    /// Like [`FrameVec::with_capacity_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_with_capacity_in(capacity: usize, frame: &'f Frame) -> Result<Self, AllocError> {
        Self::with_capacity(frame, capacity)
    }

    /// Makes a vector in `frame` of what an iterator yields.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let ids = framealloc_core::FrameVec::from_iter_in(3..6, alloc.frame());
    /// assert_eq!(ids, [3, 4, 5]);
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[must_use]
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_iter_in(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Self {
        infallible(Self::collect_from(frame, values))
    }

    /// Like [`FrameVec::from_iter_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_from_iter_in(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError> {
        Self::collect_from(frame, values)
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E> {
        let mut vec = Self::new(frame);
        vec.reserve_exactly::<E>(capacity)?;
        Ok(vec)
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn collect_from<E: Failure>(frame: &'f Frame, values: impl IntoIterator<Item = T>) -> Result<Self, E> {
        let mut vec = Self::new(frame);
        vec.extend_values::<E>(values.into_iter())?;
        Ok(vec)
    }

    /// Appends an element.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn push(&mut self, value: T) {
        infallible(self.push_value(value));
    }

    /// Like [`FrameVec::push`]; the value is dropped where there is no room ([`FrameVec::try_reserve`] asks first).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_push(&mut self, value: T) -> Result<(), AllocError> {
        self.push_value(value)
    }

    /// Appends an element and lends it.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut scores = alloc.frame_vec();
    /// *scores.push_mut(1) += 1;
    /// assert_eq!(scores, [2]);
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn push_mut(&mut self, value: T) -> &mut T {
        infallible(self.push_and_lend(value))
    }

    /// Like [`FrameVec::push_mut`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_push_mut(&mut self, value: T) -> Result<&mut T, AllocError> {
        self.push_and_lend(value)
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn push_and_lend<E: Failure>(&mut self, value: T) -> Result<&mut T, E> {
        let at = self.len();
        self.push_value::<E>(value)?;
        Ok(&mut self[at])
    }

    /// Puts an element at `index`; those from there on move up.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut order = alloc.frame_vec();
    /// order.extend([1, 3]);
    /// order.insert(1, 2);
    /// assert_eq!(order, [1, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// If `index` is over the length, or a budget or the global allocator refuses.
    #[track_caller]
    #[inline]
    pub fn insert(&mut self, index: usize, value: T) {
        infallible(self.insert_value(index, value));
    }

    /// Like [`FrameVec::insert`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    ///
    /// # Panics
    /// If `index` is over the length.
    #[track_caller]
    #[inline]
    pub fn try_insert(&mut self, index: usize, value: T) -> Result<(), AllocError> {
        self.insert_value(index, value)
    }

    /// Puts an element at `index` and lends it; those from there on move up.
    ///
    /// # Panics
    /// If `index` is over the length, or a budget or the global allocator refuses.
    #[track_caller]
    #[inline]
    pub fn insert_mut(&mut self, index: usize, value: T) -> &mut T {
        self.insert(index, value);
        &mut self[index]
    }

    /// Like [`FrameVec::insert_mut`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    ///
    /// # Panics
    /// If `index` is over the length.
    #[track_caller]
    #[inline]
    pub fn try_insert_mut(&mut self, index: usize, value: T) -> Result<&mut T, AllocError> {
        self.try_insert(index, value)?;
        Ok(&mut self[index])
    }

    /// Makes room for at least `additional` more elements.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve(&mut self, additional: usize) {
        infallible(self.reserve_more(additional));
    }

    /// Like [`FrameVec::reserve`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        self.reserve_more(additional)
    }

    /// Makes room for `additional` more elements and for none beyond that.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve_exact(&mut self, additional: usize) {
        infallible(self.reserve_exactly(additional));
    }

    /// Like [`FrameVec::reserve_exact`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve_exact(&mut self, additional: usize) -> Result<(), AllocError> {
        self.reserve_exactly(additional)
    }

    /// Cuts the vector in two and returns the elements from `at` on, in memory of their own.
    ///
    /// # Panics
    /// If `at` is over the length, or a budget or the global allocator refuses.
    #[must_use = "the elements from `at` on would be dropped: use `truncate`"]
    #[track_caller]
    #[inline]
    pub fn split_off(&mut self, at: usize) -> Self {
        infallible(self.split_tail(at))
    }

    /// Like [`FrameVec::split_off`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then nothing was moved.
    ///
    /// # Panics
    /// If `at` is over the length.
    #[track_caller]
    #[inline]
    pub fn try_split_off(&mut self, at: usize) -> Result<Self, AllocError> {
        self.split_tail(at)
    }

    /// Drops all elements. The memory stays.
    #[inline]
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Gives all spare memory back to the frame if nothing younger is above it; else it stays as capacity.
    #[inline]
    pub fn shrink_to_fit(&mut self) {
        self.shrink_to(0);
    }

    /// Returns the elements as a slice.
    #[must_use]
    #[inline(always)]
    pub fn as_slice(&self) -> &[T] {
        self
    }

    /// Returns the elements as a mutable slice.
    #[must_use]
    #[inline(always)]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self
    }
}
