//! Places in a sorted map.

use core::fmt;

use crate::frame::FrameVec;

/// The place of a key in a [`FrameSortedMap`](crate::FrameSortedMap).
#[derive(Debug)]
pub enum SortedEntry<'m, 'f, K, V> {
    /// There is an entry.
    Occupied(SortedOccupied<'m, 'f, K, V>),
    /// There is none.
    Vacant(SortedVacant<'m, 'f, K, V>),
}

/// The place of a key that has an entry.
pub struct SortedOccupied<'m, 'f, K, V> {
    entries: &'m mut FrameVec<'f, (K, V)>,
    at: usize,
}

/// The place of a key that has no entry.
pub struct SortedVacant<'m, 'f, K, V> {
    entries: &'m mut FrameVec<'f, (K, V)>,
    at: usize,
    key: K,
}

impl<'m, K, V> SortedEntry<'m, '_, K, V> {
    /// Returns the key.
    pub fn key(&self) -> &K {
        match self {
            Self::Occupied(entry) => entry.key(),
            Self::Vacant(entry) => entry.key(),
        }
    }

    /// Calls `change` with the value if there is one.
    #[must_use]
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// Returns the value, `value` if there was none.
    pub fn or_insert(self, value: V) -> &'m mut V {
        self.or_insert_with(|| value)
    }

    /// Returns the value, what `make` returns if there was none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'m mut V {
        self.or_insert_with_key(|_| make())
    }

    /// Returns the value, what `make` returns for the key if there was none.
    pub fn or_insert_with_key(self, make: impl FnOnce(&K) -> V) -> &'m mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => {
                let value = make(&entry.key);
                entry.insert(value)
            }
        }
    }

    /// Returns the value, the default if there was none.
    pub fn or_default(self) -> &'m mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<'m, 'f, K, V> SortedOccupied<'m, 'f, K, V> {
    pub(super) fn new(entries: &'m mut FrameVec<'f, (K, V)>, at: usize) -> Self {
        Self { entries, at }
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &K {
        &self.entries[self.at].0
    }

    /// Returns the value.
    #[must_use]
    pub fn get(&self) -> &V {
        &self.entries[self.at].1
    }

    /// Returns the value, mutable.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut V {
        &mut self.entries[self.at].1
    }

    /// Returns the value, mutable, for as long as the map is borrowed.
    #[must_use]
    pub fn into_mut(self) -> &'m mut V {
        &mut self.entries[self.at].1
    }

    /// Replaces the value and returns the old one.
    pub fn insert(&mut self, value: V) -> V {
        core::mem::replace(self.get_mut(), value)
    }

    /// Takes the entry out and returns its value; the entries behind it move.
    #[must_use]
    pub fn remove(self) -> V {
        let (key, value) = self.remove_entry();
        // Before the value is on its way out: a panic would lose it.
        drop(key);
        value
    }

    /// Takes the entry out; the entries behind it move.
    #[must_use]
    pub fn remove_entry(self) -> (K, V) {
        self.entries.remove(self.at)
    }
}

impl<'m, 'f, K, V> SortedVacant<'m, 'f, K, V> {
    pub(super) fn new(entries: &'m mut FrameVec<'f, (K, V)>, at: usize, key: K) -> Self {
        Self { entries, at, key }
    }

    /// Returns the key.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Gives the key back.
    pub fn into_key(self) -> K {
        self.key
    }

    /// Puts `value` in; the entries behind it move.
    pub fn insert(self, value: V) -> &'m mut V {
        // There is room: the map sees to it before it lends the place.
        self.entries.insert(self.at, (self.key, value));
        &mut self.entries[self.at].1
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedOccupied<'_, '_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SortedOccupied").field("key", self.key()).field("value", self.get()).finish()
    }
}

impl<K: fmt::Debug, V> fmt::Debug for SortedVacant<'_, '_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SortedVacant").field("key", &self.key).finish_non_exhaustive()
    }
}
