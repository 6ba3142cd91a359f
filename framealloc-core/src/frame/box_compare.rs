//! Comparisons of boxes with what is not boxed, both ways.
//!
//! There is none with a number or a struct on the left: a further type that `u32` compares with takes the inference of integers
//! from programs that never saw a box. Arrays, slices and strings compare with many types already.

use std::borrow::Cow;

use crate::raw::frames::boxes::FrameBox;

/// ```
/// # let alloc = framealloc_core::SmartAlloc::default();
/// assert_eq!(alloc.frame_box(5), 5);
/// assert!(alloc.frame_box(5) > 4);
/// ```
impl<T: ?Sized + PartialEq> PartialEq<T> for FrameBox<'_, T> {
    fn eq(&self, other: &T) -> bool {
        **self == *other
    }
}

impl<T: ?Sized + PartialOrd> PartialOrd<T> for FrameBox<'_, T> {
    fn partial_cmp(&self, other: &T) -> Option<core::cmp::Ordering> {
        (**self).partial_cmp(other)
    }
}

/// Slices of different types of elements, with the box on the left.
macro_rules! slice_equals {
    ($([$($more:tt)*] $other:ty;)*) => {$(
        impl<T: PartialEq<U>, U, $($more)*> PartialEq<$other> for FrameBox<'_, [T]> {
            fn eq(&self, other: &$other) -> bool {
                self[..] == other[..]
            }
        }
    )*};
}

slice_equals! {
    [const N: usize] [U; N];
    [const N: usize] &[U; N];
    [] &[U];
    [] &mut [U];
    [] Vec<U>;
}

/// And with the box on the right.
macro_rules! equals_slice {
    ($([$($more:tt)*] $other:ty;)*) => {$(
        impl<T: PartialEq<U>, U, $($more)*> PartialEq<FrameBox<'_, [U]>> for $other {
            fn eq(&self, other: &FrameBox<'_, [U]>) -> bool {
                self[..] == other[..]
            }
        }
    )*};
}

equals_slice! {
    [const N: usize] [T; N];
    [const N: usize] &[T; N];
    [] [T];
    [] &[T];
    [] &mut [T];
    [] Vec<T>;
}

macro_rules! equals_str {
    ($($other:ty),*) => {$(
        impl PartialEq<$other> for FrameBox<'_, str> {
            fn eq(&self, other: &$other) -> bool {
                **self == **other
            }
        }

        impl PartialEq<FrameBox<'_, str>> for $other {
            fn eq(&self, other: &FrameBox<'_, str>) -> bool {
                **self == **other
            }
        }
    )*};
}

equals_str!(&str, &mut str, String, Cow<'_, str>);

impl PartialEq<FrameBox<'_, str>> for str {
    fn eq(&self, other: &FrameBox<'_, str>) -> bool {
        *self == **other
    }
}
