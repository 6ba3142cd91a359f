//! What `FrameDeque` shares with `VecDeque` through traits.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Index, IndexMut};
use std::collections::VecDeque;

use super::FrameDeque;
use crate::error::{AllocError, Failure, infallible};
use crate::frame::FrameVec;

impl<T> Extend<T> for FrameDeque<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter()));
    }
}

impl<'a, T: Copy> Extend<&'a T> for FrameDeque<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter().copied()));
    }
}

impl<T: Clone> FrameDeque<'_, T> {
    fn copied<E: Failure>(&self) -> Result<Self, E> {
        let mut copy = Self::with_capacity::<E>(self.frame(), self.len())?;
        copy.extend_values::<E>(self.iter().cloned())?;
        Ok(copy)
    }

    /// Like `clone`.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then nothing was cloned.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_clone(&self) -> Result<Self, AllocError> {
        self.copied()
    }
}

/// The clone grows in the same frame.
impl<T: Clone> Clone for FrameDeque<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone(&self) -> Self {
        infallible(self.copied())
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_from(&mut self, source: &Self) {
        self.clear();
        self.extend(source.iter().cloned());
    }
}

impl<T> Index<usize> for FrameDeque<'_, T> {
    type Output = T;

    /// # Panics
    /// If there is no such element.
    #[inline]
    #[track_caller]
    fn index(&self, index: usize) -> &T {
        match self.get(index) {
            Some(value) => value,
            None => out_of_range(index, self.len()),
        }
    }
}

impl<T> IndexMut<usize> for FrameDeque<'_, T> {
    #[inline]
    #[track_caller]
    fn index_mut(&mut self, index: usize) -> &mut T {
        let len = self.len();
        match self.get_mut(index) {
            Some(value) => value,
            None => out_of_range(index, len),
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn out_of_range(index: usize, len: usize) -> ! {
    panic!("index {index} is out of range for a queue of length {len}")
}

/// Takes the elements over, in the same memory.
impl<'f, T> From<FrameDeque<'f, T>> for FrameVec<'f, T> {
    fn from(deque: FrameDeque<'f, T>) -> Self {
        deque.into_vec()
    }
}

impl<T: fmt::Debug> fmt::Debug for FrameDeque<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Hash> Hash for FrameDeque<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // As slices are hashed, wherever the ring begins.
        state.write_usize(self.len());
        self.iter().for_each(|value| value.hash(state));
    }
}

impl<T: Eq> Eq for FrameDeque<'_, T> {}

impl<T: PartialOrd> PartialOrd for FrameDeque<'_, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<T: Ord> Ord for FrameDeque<'_, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<T: PartialEq<U>, U> PartialEq<FrameDeque<'_, U>> for FrameDeque<'_, T> {
    fn eq(&self, other: &FrameDeque<'_, U>) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

macro_rules! equals {
    ($([$($more:tt)*] $other:ty),+ $(,)?) => {$(
        impl<T: PartialEq<U>, U, $($more)*> PartialEq<$other> for FrameDeque<'_, T> {
            fn eq(&self, other: &$other) -> bool {
                self.len() == other.len() && self.iter().eq(other.iter())
            }
        }
    )+};
}

macro_rules! equals_other {
    ($([$($more:tt)*] $other:ty),+ $(,)?) => {$(
        impl<T: PartialEq<U>, U, $($more)*> PartialEq<FrameDeque<'_, U>> for $other {
            fn eq(&self, other: &FrameDeque<'_, U>) -> bool {
                self.len() == other.len() && self.iter().eq(other.iter())
            }
        }
    )+};
}

equals!(
    [] [U],
    [] &[U],
    [] &mut [U],
    [] Vec<U>,
    [] VecDeque<U>,
    [] FrameVec<'_, U>,
    [const N: usize] [U; N],
    [const N: usize] &[U; N],
);
equals_other!([] [T], [] Vec<T>, [] VecDeque<T>, [] FrameVec<'_, T>, [const N: usize] [T; N]);
