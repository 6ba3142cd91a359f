//! The iterators of a [`PoolMap`]: through its values, in the order of their places.

use core::iter::FusedIterator;
use core::{fmt, slice};
use std::vec;

use super::key::PoolKey;
use super::map::{Entry, PoolMap};
use crate::raw::pools::boxes::PoolBox;

/// An iterator over the places of a table that gives those with values.
macro_rules! places {
    ($(#[$about:meta])* $Iter:ident<$($life:lifetime,)? T>, $Places:ty, $Item:ty, $entry:ident => $value:expr) => {
        $(#[$about])*
        pub struct $Iter<$($life,)? T> {
            places: $Places,
            index: u32,
            left: usize,
        }

        impl<$($life,)? T> Iterator for $Iter<$($life,)? T> {
            type Item = (PoolKey<T>, $Item);

            fn next(&mut self) -> Option<Self::Item> {
                // The places behind the last value need not be looked at.
                while self.left > 0 {
                    let $entry = self.places.next()?;
                    let key = $entry.key(self.index);
                    self.index += 1;
                    if let Some(value) = $value {
                        self.left -= 1;
                        return Some((key, value));
                    }
                }
                None
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                (self.left, Some(self.left))
            }
        }

        impl<$($life,)? T> ExactSizeIterator for $Iter<$($life,)? T> {}
        impl<$($life,)? T> FusedIterator for $Iter<$($life,)? T> {}

        impl<$($life,)? T> fmt::Debug for $Iter<$($life,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Iter)).field("left", &self.left).finish_non_exhaustive()
            }
        }
    };
}

places! {
    /// The keys and values of a [`PoolMap`].
    Iter<'a, T>, slice::Iter<'a, Entry<T>>, &'a T, entry => entry.value.as_deref()
}

places! {
    /// The keys and values of a [`PoolMap`], to be changed.
    IterMut<'a, T>, slice::IterMut<'a, Entry<T>>, &'a mut T, entry => entry.value.as_deref_mut()
}

places! {
    /// The keys and values that a [`PoolMap`] had.
    IntoIter<T>, vec::IntoIter<Entry<T>>, T, entry => entry.value.map(PoolBox::into_inner)
}

/// Takes all values out of a [`PoolMap`]. What is not asked for is dropped with this; where this is forgotten it stays in the map.
pub struct Drain<'a, T> {
    map: &'a mut PoolMap<T>,
    index: u32,
}

impl<T> Iterator for Drain<'_, T> {
    type Item = (PoolKey<T>, T);

    fn next(&mut self) -> Option<Self::Item> {
        while self.map.len > 0 {
            let index = self.index;
            self.index += 1;
            if let Some((key, value)) = self.map.vacate(index) {
                return Some((key, PoolBox::into_inner(value)));
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.map.len, Some(self.map.len))
    }
}

impl<T> ExactSizeIterator for Drain<'_, T> {}
impl<T> FusedIterator for Drain<'_, T> {}

impl<T> Drop for Drain<'_, T> {
    fn drop(&mut self) {
        /// Drops the others when the drop of one has panicked.
        struct Rest<'d, 'a, T>(&'d mut Drain<'a, T>);
        impl<T> Drop for Rest<'_, '_, T> {
            fn drop(&mut self) {
                self.0.for_each(drop);
            }
        }
        let rest = Rest(self);
        rest.0.for_each(drop);
    }
}

impl<T> fmt::Debug for Drain<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("left", &self.map.len).finish_non_exhaustive()
    }
}

impl<T> PoolMap<T> {
    /// The keys and values, in the order of their places.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { places: self.entries.iter(), index: 0, left: self.len }
    }

    /// The keys and values, to be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        IterMut { places: self.entries.iter_mut(), index: 0, left: self.len }
    }

    /// The keys, in the order of the places.
    #[must_use]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = PoolKey<T>> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their places.
    #[must_use]
    pub fn values(&self) -> impl ExactSizeIterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut T> {
        self.iter_mut().map(|(_, value)| value)
    }

    /// Takes all values out. The table stays, so that old keys find nothing.
    pub fn drain(&mut self) -> Drain<'_, T> {
        Drain { map: self, index: 0 }
    }
}

impl<'a, T> IntoIterator for &'a PoolMap<T> {
    type Item = (PoolKey<T>, &'a T);
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut PoolMap<T> {
    type Item = (PoolKey<T>, &'a mut T);
    type IntoIter = IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T> IntoIterator for PoolMap<T> {
    type Item = (PoolKey<T>, T);
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter { left: self.len, places: self.entries.into_iter(), index: 0 }
    }
}
