//! By-value iteration of `FrameVec` and of `FrameBox<[T]>`.

use core::fmt;
use core::iter::FusedIterator;

use super::{FrameBox, FrameVec};
use crate::raw::collections::values::Values;
use crate::raw::collections::vec::Block;

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

        impl<T> AsRef<[T]> for $iter<'_, T> {
            fn as_ref(&self) -> &[T] {
                self.as_slice()
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

/// R2: nothing that a collection turns into outlives its frame.
///
/// ```compile_fail,E0502
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// let values = alloc.frame_slice_from_iter([1]).into_iter();
/// alloc.end_frame();
/// values.count();
/// ```
/// ```compile_fail,E0502
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// let mut vec = alloc.frame_vec();
/// vec.push(1);
/// let values = vec.into_iter();
/// alloc.end_frame();
/// values.count();
/// ```
/// ```compile_fail,E0502
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// let slice = alloc.frame_vec::<u8>().into_shared_slice();
/// alloc.end_frame();
/// slice.len();
/// ```
/// ```compile_fail,E0505
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut vec = alloc.frame_vec::<u8>();
/// let drain = vec.drain(..);
/// drop(vec);
/// drain.count();
/// ```
/// ```compile_fail,E0502
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// let entries = alloc.frame_map::<u8, u8>().into_iter();
/// alloc.end_frame();
/// entries.count();
/// ```
/// ```compile_fail,E0502
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// let text = alloc.frame_string().leak();
/// alloc.end_frame();
/// text.len();
/// ```
/// ```compile_fail
/// let alloc = framealloc_core::SmartAlloc::default();
/// let vec = alloc.scoped(|frame| frame.frame_vec::<u8>());
/// ```
/// A vector of references to a shorter-lived value cannot be dropped after it:
/// ```compile_fail,E0597
/// struct Look<'a>(&'a u8);
/// impl Drop for Look<'_> {
///     fn drop(&mut self) {}
/// }
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut vec = alloc.frame_vec();
/// let value = 1;
/// vec.push(Look(&value));
/// ```
#[cfg(doctest)]
struct Escapes;
