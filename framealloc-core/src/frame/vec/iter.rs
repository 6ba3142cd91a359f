//! By-value iteration of `FrameVec` and of `FrameBox<[T]>`.

use core::fmt;
use core::iter::FusedIterator;

use super::{FrameBox, FrameVec};
use crate::raw::values::Values;
use crate::raw::vec::Block;

/// The elements of a [`FrameVec`], by value. The vector's memory goes back to the frame with this.
pub struct IntoIter<'f, T> {
    values: Values<'f, T>,
    /// Dropped after what is left of the elements (V4).
    _block: Block<'f, T>,
}

/// The elements of a boxed slice, by value.
pub struct SliceIntoIter<'f, T> {
    values: Values<'f, T>,
}

macro_rules! iterate_values {
    ($iter:ident) => {
        impl<T> $iter<'_, T> {
            /// Returns the elements that are still to come.
            #[must_use]
            pub fn as_slice(&self) -> &[T] {
                self.values.as_slice()
            }

            /// Returns the elements that are still to come, mutably.
            #[must_use]
            pub fn as_mut_slice(&mut self) -> &mut [T] {
                self.values.as_mut_slice()
            }
        }

        impl<T> Iterator for $iter<'_, T> {
            type Item = T;

            #[inline]
            fn next(&mut self) -> Option<T> {
                self.values.first()
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                let left = self.values.remaining();
                (left, Some(left))
            }
        }

        impl<T> DoubleEndedIterator for $iter<'_, T> {
            #[inline]
            fn next_back(&mut self) -> Option<T> {
                self.values.last()
            }
        }

        impl<T> ExactSizeIterator for $iter<'_, T> {}
        impl<T> FusedIterator for $iter<'_, T> {}

        impl<T: fmt::Debug> fmt::Debug for $iter<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($iter)).field(&self.as_slice()).finish()
            }
        }
    };
}

iterate_values!(IntoIter);
iterate_values!(SliceIntoIter);

impl<'f, T> IntoIterator for FrameVec<'f, T> {
    type Item = T;
    type IntoIter = IntoIter<'f, T>;

    #[inline]
    fn into_iter(self) -> IntoIter<'f, T> {
        let (values, block) = self.into_parts();
        IntoIter { values, _block: block }
    }
}

impl<'b, T> IntoIterator for &'b FrameVec<'_, T> {
    type Item = &'b T;
    type IntoIter = core::slice::Iter<'b, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'b, T> IntoIterator for &'b mut FrameVec<'_, T> {
    type Item = &'b mut T;
    type IntoIter = core::slice::IterMut<'b, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<'f, T> IntoIterator for FrameBox<'f, [T]> {
    type Item = T;
    type IntoIter = SliceIntoIter<'f, T>;

    #[inline]
    fn into_iter(self) -> SliceIntoIter<'f, T> {
        SliceIntoIter { values: Values::of(self.into_owned()) }
    }
}
