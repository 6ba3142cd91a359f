//! Appending many elements at once: iterators, slices, other vectors, clones up to a length.

use super::FrameVec;
use crate::error::{AllocError, Failure, infallible};

impl<T> FrameVec<'_, T> {
    /// The hint is only a hint: every push has its own check (R10, R14).
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_values<E: Failure>(&mut self, mut values: impl Iterator<Item = T>) -> Result<(), E> {
        self.reserve_more::<E>(values.size_hint().0)?;
        self.fill(&mut values);
        // Where there is room left the iterator has ended, and is not asked again: it may go on.
        if self.len() == self.capacity() {
            for value in values {
                self.push_value::<E>(value)?;
            }
        }
        Ok(())
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

    /// Appends copies of several slices, for which memory is asked once.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut packet = alloc.frame_vec();
    /// packet.extend_from_slices_copy(&[b"head", b"body"]);
    /// assert_eq!(packet, b"headbody");
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn extend_from_slices_copy(&mut self, sources: &[&[T]])
    where
        T: Copy,
    {
        infallible(self.extend_joined(sources));
    }

    /// Like [`FrameVec::extend_from_slices_copy`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then nothing was appended.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend_from_slices_copy(&mut self, sources: &[&[T]]) -> Result<(), AllocError>
    where
        T: Copy,
    {
        self.extend_joined(sources)
    }

    /// All or nothing of the slices. The sum is only a hint for room: should it wrap, each copy has its own check.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(super) fn extend_joined<S: core::ops::Deref<Target = [T]>, E: Failure>(
        &mut self,
        sources: &[S],
    ) -> Result<(), E>
    where
        T: Copy,
    {
        let total = sources.iter().fold(0_usize, |sum, source| sum.saturating_add(source.len()));
        self.reserve_more::<E>(total)?;
        for source in sources {
            self.extend_copied::<E>(source)?;
        }
        Ok(())
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
}

impl<T> Extend<T> for FrameVec<'_, T> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter()));
    }
}

impl<'a, T: Copy> Extend<&'a T> for FrameVec<'_, T> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter().copied()));
    }
}
