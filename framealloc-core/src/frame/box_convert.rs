//! What a `FrameBox` turns into, and what it does in the place of its value: clones, other types of it, iterators.

use super::Frame;
use crate::error::{AllocError, Failure, Never, infallible};
use crate::raw::frames::boxes::FrameBox;
use crate::raw::frames::owned;

/// What [`FrameBox::clone_in`] clones: all that is [`Clone`], slices and strings.
pub trait CloneInFrame {
    /// Clones the value into `frame`.
    #[doc(hidden)]
    fn try_clone_in_frame<'g>(&self, frame: &'g Frame) -> Result<FrameBox<'g, Self>, AllocError>;
}

impl<T: Clone> CloneInFrame for T {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_clone_in_frame<'g>(&self, frame: &'g Frame) -> Result<FrameBox<'g, T>, AllocError> {
        frame.try_frame_box_with(|| self.clone())
    }
}

impl<T: Clone> CloneInFrame for [T] {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_clone_in_frame<'g>(&self, frame: &'g Frame) -> Result<FrameBox<'g, [T]>, AllocError> {
        frame.try_frame_slice_clone(self)
    }
}

impl CloneInFrame for str {
    #[cfg_attr(feature = "debug", track_caller)]
    fn try_clone_in_frame<'g>(&self, frame: &'g Frame) -> Result<FrameBox<'g, str>, AllocError> {
        Ok(FrameBox::from_owned(owned::boxed_str(frame, self)?))
    }
}

impl<T: ?Sized + CloneInFrame> FrameBox<'_, T> {
    /// Clones the value into `frame`, which may be another one. A box does not know its frame, so it has no `Clone`.
    ///
    /// ```
    /// use framealloc_core::{FrameBox, SmartAlloc};
    ///
    /// let alloc = SmartAlloc::default();
    /// let kept = alloc.scoped(|scope| {
    ///     let names = scope.frame_slice_clone(&[String::from("ann")]);
    ///     FrameBox::clone_in(&names, alloc.frame())
    /// });
    /// assert_eq!(kept, ["ann"]);
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the clone panics.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn clone_in<'g>(this: &Self, frame: &'g Frame) -> FrameBox<'g, T> {
        infallible((**this).try_clone_in_frame(frame).map_err(Never::fail))
    }

    /// Like [`clone_in`](Self::clone_in).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_clone_in<'g>(this: &Self, frame: &'g Frame) -> Result<FrameBox<'g, T>, AllocError> {
        (**this).try_clone_in_frame(frame)
    }
}

impl<'f, T, const N: usize> From<FrameBox<'f, [T; N]>> for FrameBox<'f, [T]> {
    fn from(array: FrameBox<'f, [T; N]>) -> Self {
        Self::from_owned(array.into_owned().into_slice())
    }
}

impl<'f> From<FrameBox<'f, str>> for FrameBox<'f, [u8]> {
    fn from(text: FrameBox<'f, str>) -> Self {
        Self::from_owned(text.into_owned().into_bytes())
    }
}

/// ```
/// use framealloc_core::{FrameBox, SmartAlloc};
///
/// let alloc = SmartAlloc::default();
/// let names = alloc.frame_slice_clone(&[String::from("ann"), String::from("bo")]);
/// let names = FrameBox::<[String; 3]>::try_from(names).unwrap_err(); // as it was
/// let pair = FrameBox::<[String; 2]>::try_from(names).unwrap();
/// let [first, _] = FrameBox::into_inner(pair);
/// assert_eq!(first, "ann");
/// ```
impl<'f, T, const N: usize> TryFrom<FrameBox<'f, [T]>> for FrameBox<'f, [T; N]> {
    /// The slice, if it has another length.
    type Error = FrameBox<'f, [T]>;

    fn try_from(slice: FrameBox<'f, [T]>) -> Result<Self, Self::Error> {
        slice.into_owned().into_array().map(Self::from_owned).map_err(FrameBox::from_owned)
    }
}

impl<I: Iterator> Iterator for FrameBox<'_, I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        (**self).next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (**self).size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<I::Item> {
        (**self).nth(n)
    }
}

impl<I: DoubleEndedIterator> DoubleEndedIterator for FrameBox<'_, I> {
    #[inline]
    fn next_back(&mut self) -> Option<I::Item> {
        (**self).next_back()
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for FrameBox<'_, I> {}
impl<I: core::iter::FusedIterator> core::iter::FusedIterator for FrameBox<'_, I> {}

/// One implementation for all iterators, with size and without, would forbid the `IntoIterator` of boxed slices: the language
/// does not know that slices never become iterators.
macro_rules! dyn_iterators {
    ($($iterator:ty),* $(; $($double:ty),*)?) => {
        $(
            impl<T> Iterator for FrameBox<'_, $iterator> {
                type Item = T;

                fn next(&mut self) -> Option<T> {
                    (**self).next()
                }

                fn size_hint(&self) -> (usize, Option<usize>) {
                    (**self).size_hint()
                }

                fn nth(&mut self, n: usize) -> Option<T> {
                    (**self).nth(n)
                }
            }
        )*
        $($(
            impl<T> DoubleEndedIterator for FrameBox<'_, $double> {
                fn next_back(&mut self) -> Option<T> {
                    (**self).next_back()
                }
            }
        )*)?
    };
}

dyn_iterators! {
    dyn Iterator<Item = T> + '_, dyn Iterator<Item = T> + Send + '_, dyn Iterator<Item = T> + Send + Sync + '_,
    dyn DoubleEndedIterator<Item = T> + '_, dyn DoubleEndedIterator<Item = T> + Send + '_,
    dyn DoubleEndedIterator<Item = T> + Send + Sync + '_, dyn ExactSizeIterator<Item = T> + '_,
    dyn ExactSizeIterator<Item = T> + Send + '_, dyn ExactSizeIterator<Item = T> + Send + Sync + '_;
    dyn DoubleEndedIterator<Item = T> + '_, dyn DoubleEndedIterator<Item = T> + Send + '_,
    dyn DoubleEndedIterator<Item = T> + Send + Sync + '_
}

impl<T> ExactSizeIterator for FrameBox<'_, dyn ExactSizeIterator<Item = T> + '_> {}
impl<T> ExactSizeIterator for FrameBox<'_, dyn ExactSizeIterator<Item = T> + Send + '_> {}
impl<T> ExactSizeIterator for FrameBox<'_, dyn ExactSizeIterator<Item = T> + Send + Sync + '_> {}
