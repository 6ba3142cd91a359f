//! What a vector turns into: boxes, references, arrays, `Vec`; and another vector in its place.

use core::mem::needs_drop;

use super::{FrameBox, FrameVec};
use crate::error::{AllocError, Failure, infallible};

impl<'f, T> FrameVec<'f, T> {
    /// Takes all elements and leaves an empty vector of the same frame: what `mem::take` is for a `Vec`.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut pending = alloc.frame_vec();
    /// pending.extend([1, 2]);
    /// for job in pending.take() {
    ///     if job == 1 {
    ///         pending.push(3); // for the next round
    ///     }
    /// }
    /// assert_eq!(pending, [3]);
    /// ```
    #[must_use = "the elements would be dropped: use `clear`"]
    #[inline]
    pub fn take(&mut self) -> Self {
        let empty = Self::new(self.frame());
        core::mem::replace(self, empty)
    }

    /// Clones the vector into the same frame, as `clone` does.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_clone(&self) -> Result<Self, AllocError>
    where
        T: Clone,
    {
        self.cloned()
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn cloned<E: Failure>(&self) -> Result<Self, E>
    where
        T: Clone,
    {
        let mut copy = Self::with_capacity::<E>(self.frame(), self.len())?;
        copy.extend_cloned::<E>(self)?;
        Ok(copy)
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

    /// Returns the elements as a slice that lives as long as the frame and can be copied around. Nothing is copied now.
    ///
    /// The type must have no drop glue, which is checked when the program is built (not by `cargo check`): for types with it there are
    /// [`FrameVec::into_boxed`], and [`FrameVec::leak`] if their drops do not matter.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut path = alloc.frame_vec();
    /// path.extend([4, 8, 15]);
    /// let path: &[u32] = path.into_shared_slice();
    /// let followers = [path, path];
    /// assert_eq!(followers[1][2], 15);
    /// ```
    ///
    /// ```compile_fail
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// alloc.frame_vec::<String>().into_shared_slice();
    /// ```
    #[must_use]
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn into_shared_slice(self) -> &'f [T] {
        const {
            assert!(
                !needs_drop::<T>(),
                "the elements would never be dropped: use `into_boxed`, or `leak` if that does not matter"
            );
        };
        self.into_owned().leak()
    }

    /// Returns the elements as a slice that lives as long as the frame; they are never dropped.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut costs = alloc.frame_vec();
    /// costs.extend([3, 1, 2]);
    /// let costs: &mut [u32] = costs.leak();
    /// costs.sort_unstable();
    /// assert_eq!(costs, [1, 2, 3]);
    /// ```
    #[must_use]
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn leak(self) -> &'f mut [T] {
        self.into_owned().leak()
    }
}

/// The clone grows in the same frame.
impl<T: Clone> Clone for FrameVec<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone(&self) -> Self {
        infallible(self.cloned())
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_from(&mut self, source: &Self) {
        self.clear();
        infallible(self.extend_cloned(source));
    }
}

impl<'f, T> From<FrameVec<'f, T>> for FrameBox<'f, [T]> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn from(vec: FrameVec<'f, T>) -> Self {
        vec.into_boxed()
    }
}

/// Moves the elements to the heap, where they outlive the frame.
impl<T> From<FrameVec<'_, T>> for Vec<T> {
    fn from(vec: FrameVec<'_, T>) -> Self {
        vec.into_iter().collect()
    }
}

/// Succeeds where there are just as many elements as the array has.
///
/// ```
/// # let alloc = framealloc_core::SmartAlloc::default();
/// let mut corners = alloc.frame_vec();
/// corners.extend([1.0, 2.0, 3.0]);
/// let [x, _, _]: [f32; 3] = corners.try_into().expect("there are three");
/// assert_eq!(x, 1.0);
/// ```
impl<'f, T, const N: usize> TryFrom<FrameVec<'f, T>> for [T; N] {
    type Error = FrameVec<'f, T>;

    fn try_from(vec: FrameVec<'f, T>) -> Result<Self, FrameVec<'f, T>> {
        vec.into_array()
    }
}
