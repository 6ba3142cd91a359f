//! Comparisons with everything that is a slice, in both directions.

use core::cmp::Ordering;
use std::borrow::Cow;
use std::collections::VecDeque;

use super::{FrameBox, FrameVec};

impl<T: Eq> Eq for FrameVec<'_, T> {}

impl<T: PartialOrd> PartialOrd for FrameVec<'_, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Ord> Ord for FrameVec<'_, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: PartialEq<U>, U> PartialEq<FrameVec<'_, U>> for FrameVec<'_, T> {
    fn eq(&self, other: &FrameVec<'_, U>) -> bool {
        **self == **other
    }
}

/// What a vector of `T` is compared with, and what is compared with a vector of `U`: the same type over `U` and over `T`.
macro_rules! equals_slice {
    ($([$($more:tt)*] $theirs:ty, $ours:ty $(, where $bound:ident)?;)+) => {$(
        impl<T: PartialEq<U>, U, $($more)*> PartialEq<$theirs> for FrameVec<'_, T>
        where
            $(U: $bound,)?
        {
            fn eq(&self, other: &$theirs) -> bool {
                self[..] == other[..]
            }
        }

        impl<T: PartialEq<U>, U, $($more)*> PartialEq<FrameVec<'_, U>> for $ours
        where
            $(T: $bound,)?
        {
            fn eq(&self, other: &FrameVec<'_, U>) -> bool {
                self[..] == other[..]
            }
        }
    )+};
}

equals_slice! {
    [] [U], [T];
    [] &[U], &[T];
    [] &mut [U], &mut [T];
    [const N: usize] [U; N], [T; N];
    [const N: usize] &[U; N], &[T; N];
    [const N: usize] &mut [U; N], &mut [T; N];
    [] Vec<U>, Vec<T>;
    [] Cow<'_, [U]>, Cow<'_, [T]>, where Clone;
    [] FrameBox<'_, [U]>, FrameBox<'_, [T]>;
}

impl<T: PartialEq<U>, U> PartialEq<VecDeque<U>> for FrameVec<'_, T> {
    fn eq(&self, other: &VecDeque<U>) -> bool {
        self.iter().eq(other)
    }
}

impl<T: PartialEq<U>, U> PartialEq<FrameVec<'_, U>> for VecDeque<T> {
    fn eq(&self, other: &FrameVec<'_, U>) -> bool {
        self.iter().eq(other)
    }
}
