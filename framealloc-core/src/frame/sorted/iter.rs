//! The iterators of `FrameSortedMap`, all in the order of the keys.

use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use super::FrameSortedMap;
use crate::frame::vec::{Drain, IntoIter};

/// The entries of a [`FrameSortedMap`]: see [`FrameSortedMap::iter`].
pub struct SortedIter<'b, K, V> {
    entries: slice::Iter<'b, (K, V)>,
}

/// The entries of a [`FrameSortedMap`], with the values mutable: see [`FrameSortedMap::iter_mut`].
pub struct SortedIterMut<'b, K, V> {
    entries: slice::IterMut<'b, (K, V)>,
}

/// The entries of a [`FrameSortedMap`], by value.
pub struct SortedIntoIter<'f, K, V> {
    entries: IntoIter<'f, (K, V)>,
}

/// The entries of a [`FrameSortedMap`] on their way out: see [`FrameSortedMap::drain`].
pub struct SortedDrain<'d, 'f, K, V> {
    entries: Drain<'d, 'f, (K, V)>,
}

impl<'b, K, V> SortedIter<'b, K, V> {
    pub(super) fn new(entries: &'b [(K, V)]) -> Self {
        Self { entries: entries.iter() }
    }
}

impl<'b, K, V> SortedIterMut<'b, K, V> {
    pub(super) fn new(entries: &'b mut [(K, V)]) -> Self {
        Self { entries: entries.iter_mut() }
    }
}

impl<K, V> Clone for SortedIter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone() }
    }
}

macro_rules! iterate {
    ($Iter:ident<$($life:lifetime),+>, $Item:ty, |$entry:pat_param| $item:expr) => {
        impl<$($life,)+ K, V> Iterator for $Iter<$($life,)+ K, V> {
            type Item = $Item;

            #[inline]
            fn next(&mut self) -> Option<$Item> {
                self.entries.next().map(|$entry| $item)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.entries.size_hint()
            }
        }

        impl<$($life,)+ K, V> DoubleEndedIterator for $Iter<$($life,)+ K, V> {
            #[inline]
            fn next_back(&mut self) -> Option<$Item> {
                self.entries.next_back().map(|$entry| $item)
            }
        }

        impl<$($life,)+ K, V> ExactSizeIterator for $Iter<$($life,)+ K, V> {}

        impl<$($life,)+ K, V> FusedIterator for $Iter<$($life,)+ K, V> {}

        impl<$($life,)+ K: fmt::Debug, V: fmt::Debug> fmt::Debug for $Iter<$($life,)+ K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.entries.as_slice()).finish()
            }
        }
    };
}

iterate!(SortedIter<'b>, (&'b K, &'b V), |(key, value)| (key, value));
iterate!(SortedIterMut<'b>, (&'b K, &'b mut V), |(key, value)| (&*key, value));
iterate!(SortedIntoIter<'f>, (K, V), |entry| entry);
iterate!(SortedDrain<'d, 'f>, (K, V), |entry| entry);

impl<'f, K, V> FrameSortedMap<'f, K, V> {
    /// Returns an iterator over the entries.
    #[must_use]
    #[inline]
    pub fn iter(&self) -> SortedIter<'_, K, V> {
        SortedIter::new(self.as_slice())
    }

    /// Returns an iterator over the entries, with the values mutable.
    #[inline]
    pub fn iter_mut(&mut self) -> SortedIterMut<'_, K, V> {
        SortedIterMut::new(&mut self.entries)
    }

    /// Returns an iterator over the keys.
    #[must_use]
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// Returns an iterator over the values.
    #[must_use]
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// Returns an iterator over the values, mutable.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.iter_mut().map(|(_, value)| value)
    }

    /// Takes all entries out. Those that the iterator does not yield are dropped with it; the memory stays.
    pub fn drain(&mut self) -> SortedDrain<'_, 'f, K, V> {
        SortedDrain { entries: self.entries.drain(..) }
    }
}

impl<'f, K, V> IntoIterator for FrameSortedMap<'f, K, V> {
    type Item = (K, V);
    type IntoIter = SortedIntoIter<'f, K, V>;

    fn into_iter(self) -> SortedIntoIter<'f, K, V> {
        SortedIntoIter { entries: self.entries.into_iter() }
    }
}

impl<'b, K, V> IntoIterator for &'b FrameSortedMap<'_, K, V> {
    type Item = (&'b K, &'b V);
    type IntoIter = SortedIter<'b, K, V>;

    fn into_iter(self) -> SortedIter<'b, K, V> {
        self.iter()
    }
}

impl<'b, K, V> IntoIterator for &'b mut FrameSortedMap<'_, K, V> {
    type Item = (&'b K, &'b mut V);
    type IntoIter = SortedIterMut<'b, K, V>;

    fn into_iter(self) -> SortedIterMut<'b, K, V> {
        self.iter_mut()
    }
}
