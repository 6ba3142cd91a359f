//! The vocabulary of `FrameVec`. Its unsafe part, and the type itself, are in `raw/vec.rs`.

mod edit;
mod iter;
mod traits;

pub use crate::raw::vec::FrameVec;
pub use edit::{Drain, ExtractIf};
pub use iter::{IntoIter, SliceIntoIter};

use super::{Frame, FrameBox};
use crate::error::{AllocError, Failure, infallible};

/// Calls that cannot fail, and those that panic where their `try_` twins return an error.
impl<'f, T> FrameVec<'f, T> {
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

    /// The hint is only a hint: every push has its own check (R10, R14).
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_values<E: Failure>(&mut self, mut values: impl Iterator<Item = T>) -> Result<(), E> {
        self.reserve_more::<E>(values.size_hint().0)?;
        self.fill(&mut values);
        for value in values {
            self.push_value::<E>(value)?;
        }
        Ok(())
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

    /// Appends clones of a slice. [`FrameVec::extend_from_slice_copy`] is one copy of the bytes, for types that allow it.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or a clone panics.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn extend_from_slice(&mut self, source: &[T])
    where
        T: Clone,
    {
        infallible(self.extend_cloned(source));
    }

    /// Like [`FrameVec::extend_from_slice`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend_from_slice(&mut self, source: &[T]) -> Result<(), AllocError>
    where
        T: Clone,
    {
        self.extend_cloned(source)
    }

    /// Appends a copy of a slice.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn extend_from_slice_copy(&mut self, source: &[T])
    where
        T: Copy,
    {
        infallible(self.extend_copied(source));
    }

    /// Like [`FrameVec::extend_from_slice_copy`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend_from_slice_copy(&mut self, source: &[T]) -> Result<(), AllocError>
    where
        T: Copy,
    {
        self.extend_copied(source)
    }

    /// Appends what the iterator yields, as `extend` does. What was appended before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), AllocError> {
        self.extend_values(values.into_iter())
    }

    /// Moves all elements of `other` to the end; `other` is left empty and may belong to another frame.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn append(&mut self, other: &mut FrameVec<'_, T>) {
        infallible(self.append_values(other));
    }

    /// Like [`FrameVec::append`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then `other` is as it was.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_append(&mut self, other: &mut FrameVec<'_, T>) -> Result<(), AllocError> {
        self.append_values(other)
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

    /// Like [`FrameVec::resize`].
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

    /// Makes the length `len`: drops what is over it, or appends what `make` returns.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or `make` or a drop panics.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn resize_with(&mut self, len: usize, make: impl FnMut() -> T) {
        infallible(self.resize_by(len, core::iter::repeat_with(make).take(len.saturating_sub(self.len()))));
    }

    /// Like [`FrameVec::resize_with`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_resize_with(&mut self, len: usize, make: impl FnMut() -> T) -> Result<(), AllocError> {
        self.resize_by(len, core::iter::repeat_with(make).take(len.saturating_sub(self.len())))
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn resize_by<E: Failure>(&mut self, len: usize, more: impl Iterator<Item = T>) -> Result<(), E> {
        self.truncate(len);
        self.extend_values::<E>(more)
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

    /// Returns the elements as a box, which may cross threads, and gives spare memory back. Nothing is copied.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut ids = alloc.frame_vec();
    /// ids.extend([3, 1, 2]);
    /// let mut ids = ids.into_boxed();
    /// ids.sort_unstable();
    /// assert_eq!(*ids, [1, 2, 3]);
    /// ```
    #[must_use]
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn into_boxed(self) -> FrameBox<'f, [T]> {
        FrameBox::from_owned(self.into_owned())
    }

    /// Returns the elements as a slice that lives as long as the frame; types with drop glue are never dropped.
    ///
    /// For those, [`FrameVec::into_boxed`] drops them; this is [`FrameVec::leak`] under the name that readers look for.
    #[must_use]
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn into_slice(self) -> &'f mut [T] {
        self.into_owned().leak()
    }

    /// Returns the elements as a slice that lives as long as the frame; they are never dropped.
    #[must_use]
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn leak(self) -> &'f mut [T] {
        self.into_owned().leak()
    }
}
