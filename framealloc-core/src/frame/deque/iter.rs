//! The iterators of `FrameDeque`.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Range;
use core::slice;

use super::FrameDeque;
use crate::raw::collections::deque::Cut;

/// The elements of a [`FrameDeque`]: see [`FrameDeque::iter`].
pub struct DequeIter<'b, T> {
    front: slice::Iter<'b, T>,
    back: slice::Iter<'b, T>,
}

/// The elements of a [`FrameDeque`], mutable: see [`FrameDeque::iter_mut`].
pub struct DequeIterMut<'b, T> {
    front: slice::IterMut<'b, T>,
    back: slice::IterMut<'b, T>,
}

macro_rules! iterate_halves {
    ($Iter:ident, $Half:ident, $Element:ty) => {
        impl<'b, T> $Iter<'b, T> {
            #[inline]
            pub(super) fn new(front: slice::$Half<'b, T>, back: slice::$Half<'b, T>) -> Self {
                Self { front, back }
            }
        }

        impl<'b, T> Iterator for $Iter<'b, T> {
            type Item = $Element;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                match self.front.next() {
                    Some(value) => Some(value),
                    None => {
                        // From here on there is one half, which the first branch serves.
                        core::mem::swap(&mut self.front, &mut self.back);
                        self.front.next()
                    }
                }
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                let left = self.front.len() + self.back.len();
                (left, Some(left))
            }

            fn nth(&mut self, count: usize) -> Option<Self::Item> {
                let first = self.front.len();
                if count < first {
                    return self.front.nth(count);
                }
                core::mem::swap(&mut self.front, &mut self.back);
                self.back = Default::default();
                self.front.nth(count - first)
            }

            fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
                let sum = self.front.fold(init, &mut f);
                self.back.fold(sum, f)
            }
        }

        impl<T> DoubleEndedIterator for $Iter<'_, T> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                match self.back.next_back() {
                    Some(value) => Some(value),
                    None => {
                        core::mem::swap(&mut self.front, &mut self.back);
                        self.back.next_back()
                    }
                }
            }
        }

        impl<T> ExactSizeIterator for $Iter<'_, T> {}

        impl<T> FusedIterator for $Iter<'_, T> {}

        impl<T: fmt::Debug> fmt::Debug for $Iter<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.front.as_slice()).entries(self.back.as_slice()).finish()
            }
        }
    };
}

iterate_halves!(DequeIter, Iter, &'b T);
iterate_halves!(DequeIterMut, IterMut, &'b mut T);

impl<T> Clone for DequeIter<'_, T> {
    fn clone(&self) -> Self {
        Self { front: self.front.clone(), back: self.back.clone() }
    }
}

/// The elements of a [`FrameDeque`], by value.
pub struct DequeIntoIter<'f, T> {
    deque: FrameDeque<'f, T>,
}

/// The elements of a range, on their way out of a queue: see [`FrameDeque::drain`].
///
/// A forgotten one leaves the queue with what was before the range.
pub struct DequeDrain<'d, 'f, T> {
    cut: Cut<'d, 'f, T>,
}

impl<'d, 'f, T> DequeDrain<'d, 'f, T> {
    pub(super) fn open(deque: &'d mut FrameDeque<'f, T>, range: Range<usize>) -> Self {
        Self { cut: Cut::open(deque, range) }
    }
}

macro_rules! iterate_values {
    ($Iter:ident<$($frame:lifetime),+>, $field:ident, $first:ident, $last:ident, $len:ident) => {
        impl<T> Iterator for $Iter<$($frame),+, T> {
            type Item = T;

            #[inline]
            fn next(&mut self) -> Option<T> {
                self.$field.$first()
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                let left = self.$field.$len();
                (left, Some(left))
            }
        }

        impl<T> DoubleEndedIterator for $Iter<$($frame),+, T> {
            #[inline]
            fn next_back(&mut self) -> Option<T> {
                self.$field.$last()
            }
        }

        impl<T> ExactSizeIterator for $Iter<$($frame),+, T> {}

        impl<T> FusedIterator for $Iter<$($frame),+, T> {}

        impl<T> fmt::Debug for $Iter<$($frame),+, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Iter)).field("left", &self.$field.$len()).finish()
            }
        }
    };
}

iterate_values!(DequeIntoIter<'_>, deque, pop_front, pop_back, len);
iterate_values!(DequeDrain<'_, '_>, cut, first, last, remaining);

impl<'f, T> IntoIterator for FrameDeque<'f, T> {
    type Item = T;
    type IntoIter = DequeIntoIter<'f, T>;

    fn into_iter(self) -> DequeIntoIter<'f, T> {
        DequeIntoIter { deque: self }
    }
}

impl<'b, T> IntoIterator for &'b FrameDeque<'_, T> {
    type Item = &'b T;
    type IntoIter = DequeIter<'b, T>;

    fn into_iter(self) -> DequeIter<'b, T> {
        self.iter()
    }
}

impl<'b, T> IntoIterator for &'b mut FrameDeque<'_, T> {
    type Item = &'b mut T;
    type IntoIter = DequeIterMut<'b, T>;

    fn into_iter(self) -> DequeIterMut<'b, T> {
        self.iter_mut()
    }
}
