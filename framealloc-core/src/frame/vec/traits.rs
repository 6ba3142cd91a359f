//! What `FrameVec` shares with `Vec` through traits.

use core::borrow::{Borrow, BorrowMut};
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use std::io;

use super::{FrameBox, FrameVec};
use crate::error::infallible;

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

/// The clone grows in the same frame.
impl<T: Clone> Clone for FrameVec<'_, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.frame());
        infallible(copy.reserve_exactly(self.len()));
        infallible(copy.extend_cloned(self));
        copy
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

impl<T> AsRef<[T]> for FrameVec<'_, T> {
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<T> AsMut<[T]> for FrameVec<'_, T> {
    fn as_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T> Borrow<[T]> for FrameVec<'_, T> {
    fn borrow(&self) -> &[T] {
        self
    }
}

impl<T> BorrowMut<[T]> for FrameVec<'_, T> {
    fn borrow_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T: fmt::Debug> fmt::Debug for FrameVec<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Hash> Hash for FrameVec<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

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

macro_rules! equals_slice {
    ($([$($more:tt)*] $other:ty),+ $(,)?) => {$(
        impl<T: PartialEq<U>, U, $($more)*> PartialEq<$other> for FrameVec<'_, T> {
            fn eq(&self, other: &$other) -> bool {
                self[..] == other[..]
            }
        }
    )+};
}

equals_slice!([] [U], [] &[U], [] &mut [U], [] Vec<U>, [const N: usize] [U; N], [const N: usize] &[U; N]);

/// Appends; it never fails with an I/O error other than for memory that was refused.
impl io::Write for FrameVec<'_, u8> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.try_extend_from_slice_copy(bytes).map_err(|error| io::Error::new(io::ErrorKind::OutOfMemory, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
