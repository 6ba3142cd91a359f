//! By-value iteration of hash maps and sets. A panic in the drop of one value loses none of those that are still to come.

use core::fmt;
use core::iter::FusedIterator;
use core::mem::needs_drop;

use hashbrown::{hash_map, hash_set};

use super::table::FrameAllocator;
use super::{FrameMap, FrameSet};
use crate::drops::drop_each;

/// The entries of a [`FrameMap`], by value.
pub struct MapIntoIter<'f, K, V> {
    entries: hash_map::IntoIter<K, V, FrameAllocator<'f>>,
}

/// The entries of a [`FrameMap`] on their way out: see [`FrameMap::drain`].
pub struct MapDrain<'d, 'f, K, V> {
    entries: hash_map::Drain<'d, K, V, FrameAllocator<'f>>,
}

/// The values of a [`FrameSet`], by value.
pub struct SetIntoIter<'f, T> {
    entries: hash_set::IntoIter<T, FrameAllocator<'f>>,
}

/// The values of a [`FrameSet`] on their way out: see [`FrameSet::drain`].
pub struct SetDrain<'d, 'f, T> {
    entries: hash_set::Drain<'d, T, FrameAllocator<'f>>,
}

/// The keys of a [`FrameMap`], by value: see [`FrameMap::into_keys`].
pub struct IntoKeys<'f, K, V> {
    entries: MapIntoIter<'f, K, V>,
}

/// The values of a [`FrameMap`], by value: see [`FrameMap::into_values`].
pub struct IntoValues<'f, K, V> {
    entries: MapIntoIter<'f, K, V>,
}

macro_rules! iterate_table {
    ($Iter:ident<$($frame:lifetime),+>, [$($item:ident),+], $entry:ty) => {
        impl<$($item),+> Drop for $Iter<$($frame),+, $($item),+> {
            #[inline]
            fn drop(&mut self) {
                if needs_drop::<$entry>() {
                    drop_each(&mut self.entries);
                }
            }
        }

        iterate!($Iter<$($frame),+>, [$($item),+], $entry, |entry| entry);

        impl<$($item: fmt::Debug),+> fmt::Debug for $Iter<$($frame),+, $($item),+> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.entries.fmt(f)
            }
        }
    };
}

macro_rules! iterate {
    ($Iter:ident<$($frame:lifetime),+>, [$($item:ident),+], $entry:ty, |$from:pat_param| $to:expr) => {
        impl<$($item),+> Iterator for $Iter<$($frame),+, $($item),+> {
            type Item = $entry;

            #[inline]
            fn next(&mut self) -> Option<$entry> {
                self.entries.next().map(|$from| $to)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.entries.size_hint()
            }
        }

        impl<$($item),+> ExactSizeIterator for $Iter<$($frame),+, $($item),+> {}

        impl<$($item),+> FusedIterator for $Iter<$($frame),+, $($item),+> {}
    };
}

iterate_table!(MapIntoIter<'_>, [K, V], (K, V));
iterate_table!(MapDrain<'_, '_>, [K, V], (K, V));
iterate_table!(SetIntoIter<'_>, [T], T);
iterate_table!(SetDrain<'_, '_>, [T], T);
// What is dropped is dropped while what is returned is still a local: rustc leaks a return value when a drop after it panics.
iterate!(IntoKeys<'_>, [K, V], K, |(key, value)| {
    drop(value);
    key
});
iterate!(IntoValues<'_>, [K, V], V, |(key, value)| {
    drop(key);
    value
});

impl<K: fmt::Debug, V> fmt::Debug for IntoKeys<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoKeys").field("left", &self.len()).finish_non_exhaustive()
    }
}

impl<K, V: fmt::Debug> fmt::Debug for IntoValues<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoValues").field("left", &self.len()).finish_non_exhaustive()
    }
}

impl<'f, K, V, S> FrameMap<'f, K, V, S> {
    /// Takes all entries out. Those that the iterator does not yield are dropped with it; the memory stays.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let mut orders = alloc.frame_map();
    /// orders.extend([(1, "attack"), (2, "hold")]);
    /// assert_eq!(orders.drain().count(), 2);
    /// assert!(orders.is_empty() && orders.capacity() >= 2);
    /// ```
    pub fn drain(&mut self) -> MapDrain<'_, 'f, K, V> {
        MapDrain { entries: self.table_mut().drain() }
    }

    /// Returns the keys, by value; the values are dropped on the way.
    pub fn into_keys(self) -> IntoKeys<'f, K, V> {
        IntoKeys { entries: self.into_iter() }
    }

    /// Returns the values, by value; the keys are dropped on the way.
    pub fn into_values(self) -> IntoValues<'f, K, V> {
        IntoValues { entries: self.into_iter() }
    }
}

impl<'f, T, S> FrameSet<'f, T, S> {
    /// Takes all values out. Those that the iterator does not yield are dropped with it; the memory stays.
    pub fn drain(&mut self) -> SetDrain<'_, 'f, T> {
        SetDrain { entries: self.table_mut().drain() }
    }
}

impl<'f, K, V, S> IntoIterator for FrameMap<'f, K, V, S> {
    type Item = (K, V);
    type IntoIter = MapIntoIter<'f, K, V>;

    fn into_iter(self) -> MapIntoIter<'f, K, V> {
        MapIntoIter { entries: self.into_table().into_iter() }
    }
}

impl<'f, T, S> IntoIterator for FrameSet<'f, T, S> {
    type Item = T;
    type IntoIter = SetIntoIter<'f, T>;

    fn into_iter(self) -> SetIntoIter<'f, T> {
        SetIntoIter { entries: self.into_table().into_iter() }
    }
}

impl<'b, K, V, S> IntoIterator for &'b FrameMap<'_, K, V, S> {
    type Item = (&'b K, &'b V);
    type IntoIter = hash_map::Iter<'b, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'b, K, V, S> IntoIterator for &'b mut FrameMap<'_, K, V, S> {
    type Item = (&'b K, &'b mut V);
    type IntoIter = hash_map::IterMut<'b, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<'b, T, S> IntoIterator for &'b FrameSet<'_, T, S> {
    type Item = &'b T;
    type IntoIter = hash_set::Iter<'b, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
