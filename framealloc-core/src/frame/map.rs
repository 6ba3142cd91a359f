//! The hash map in frame memory.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem::needs_drop;
use core::ops::{Deref, Index};

use hashbrown::hash_map::{Entry, EntryRef, ExtractIf, IterMut, ValuesMut};
use hashbrown::{Equivalent, TryReserveError};

use super::Frame;
use super::table::{
    FrameAllocator, FrameHasher, Growable, Map, expected, reserve_more, reserve_one, table_layout, table_methods,
};
use crate::drops::drop_each;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::collections::table::Table;

/// A hash map in frame memory. It derefs to `hashbrown::HashMap` for all that reads; what changes it are methods of its own.
///
/// The order of iteration depends on the keys and the order of insertion only, not on the run. Where the drop of a key or value
/// panics all others are dropped all the same. hashbrown's own types do not promise that: entries, the table that
/// `entry(…).into_map()` lends, and clones of the table keep to hashbrown's rules.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut cells = alloc.frame_map::<(i32, i32), u32>();
/// for position in [(0, 1), (2, 2), (0, 1)] {
///     *cells.entry(position).or_default() += 1;
/// }
/// assert_eq!(cells[&(0, 1)], 2);
/// ```
pub struct FrameMap<'f, K, V, S = FrameHasher> {
    table: Table<Map<'f, K, V, S>>,
}

table_methods!(FrameMap, Map, (K, V), [K, V]);

/// Access to what is there.
impl<'f, K, V, S> FrameMap<'f, K, V, S> {
    pub(super) fn table_mut(&mut self) -> &mut Map<'f, K, V, S> {
        &mut self.table
    }

    pub(super) fn into_table(self) -> Map<'f, K, V, S> {
        self.table.into_inner()
    }

    /// Returns an iterator over the entries, with the values mutable.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        self.table.iter_mut()
    }

    /// Returns an iterator over the values, mutable.
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        self.table.values_mut()
    }

    /// Keeps the entries for which `keep` returns true and drops the others.
    pub fn retain(&mut self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.table.retain(keep);
    }

    /// Takes out the entries for which `take` returns true, one by one. Those not asked for stay.
    pub fn extract_if<F: FnMut(&K, &mut V) -> bool>(&mut self, take: F) -> ExtractIf<'_, K, V, F, FrameAllocator<'f>> {
        self.table.extract_if(take)
    }

    /// Returns all entries, in a map of the same frame, and leaves this one empty, with the same hasher.
    ///
    /// What `core::mem::take` is for types with a default: an empty map needs a frame to grow in.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let mut pending = alloc.frame_map();
    /// pending.insert(1, "spawn");
    /// let now = pending.take();
    /// assert!(pending.is_empty() && now[&1] == "spawn");
    /// ```
    #[must_use]
    pub fn take(&mut self) -> Self
    where
        S: Clone,
    {
        self.taken()
    }
}

impl<'f, K: Eq + Hash, V, S: BuildHasher> FrameMap<'f, K, V, S> {
    /// Returns the value of `key`, mutable.
    #[inline]
    pub fn get_mut<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<&mut V> {
        self.table.get_mut(key)
    }

    /// Returns the entry of `key`, with the value mutable.
    #[inline]
    pub fn get_key_value_mut<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<(&K, &mut V)> {
        self.table.get_key_value_mut(key)
    }

    /// Returns the values of several keys at once, mutable.
    ///
    /// # Panics
    /// If two of the keys are equal.
    pub fn get_disjoint_mut<Q: Hash + Equivalent<K> + ?Sized, const N: usize>(
        &mut self,
        keys: [&Q; N],
    ) -> [Option<&mut V>; N] {
        self.table.get_disjoint_mut(keys)
    }

    /// Puts `value` under `key` and returns the value that was there. The key that was there stays.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        infallible(self.insert_entry(key, value))
    }

    /// Like [`FrameMap::insert`]; key and value are dropped where there is no room ([`FrameMap::try_reserve`] asks first).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the map is as it was.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_insert(&mut self, key: K, value: V) -> Result<Option<V>, AllocError> {
        self.insert_entry(key, value)
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn insert_entry<E: Failure>(&mut self, key: K, value: V) -> Result<Option<V>, E> {
        reserve_one::<E>(&mut *self.table)?;
        if !needs_drop::<K>() {
            return Ok(self.table.insert(key, value));
        }
        // The table's own `insert` drops a key that is not needed when the old value is on its way out: a panic would lose that.
        Ok(match self.table.entry(key) {
            Entry::Occupied(mut entry) => Some(entry.insert(value)),
            Entry::Vacant(entry) => {
                entry.insert(value);
                None
            }
        })
    }

    /// Returns the place of `key`, whether there is an entry or not.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses room for one more entry. Then inserting through the place cannot fail.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, S, FrameAllocator<'f>> {
        infallible(reserve_one(&mut *self.table));
        self.table.entry(key)
    }

    /// Like [`FrameMap::entry`]; the key is dropped where there is no room.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let mut hits = alloc.frame_map::<&str, u32>();
    /// *hits.try_entry("turret")?.or_default() += 1;
    /// assert_eq!(hits["turret"], 1);
    /// # Ok::<(), framealloc_core::AllocError>(())
    /// ```
    ///
    /// # Errors
    /// If a budget or the global allocator refuses room for one more entry; then the map is as it was.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_entry(&mut self, key: K) -> Result<Entry<'_, K, V, S, FrameAllocator<'f>>, AllocError> {
        reserve_one::<AllocError>(&mut *self.table)?;
        Ok(self.table.entry(key))
    }

    /// Like [`FrameMap::entry`], with a key that is made into one of the map's only when it is inserted.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses room for one more entry.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn entry_ref<'m, 'q, Q: Hash + Equivalent<K> + ?Sized>(
        &'m mut self,
        key: &'q Q,
    ) -> EntryRef<'m, 'q, K, Q, V, S, FrameAllocator<'f>> {
        infallible(reserve_one(&mut *self.table));
        self.table.entry_ref(key)
    }

    /// Like [`FrameMap::entry_ref`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses room for one more entry; then the map is as it was.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_entry_ref<'m, 'q, Q: Hash + Equivalent<K> + ?Sized>(
        &'m mut self,
        key: &'q Q,
    ) -> Result<EntryRef<'m, 'q, K, Q, V, S, FrameAllocator<'f>>, AllocError> {
        reserve_one::<AllocError>(&mut *self.table)?;
        Ok(self.table.entry_ref(key))
    }

    /// Takes the entry of `key` out and returns its value.
    #[inline]
    pub fn remove<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<V> {
        let (key, value) = self.table.remove_entry(key)?;
        // Before the value is on its way out: a panic would lose it.
        drop(key);
        Some(value)
    }

    /// Takes the entry of `key` out.
    #[inline]
    pub fn remove_entry<Q: Hash + Equivalent<K> + ?Sized>(&mut self, key: &Q) -> Option<(K, V)> {
        self.table.remove_entry(key)
    }

    /// Inserts what the iterator yields, as `extend` does. What was inserted before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend(&mut self, entries: impl IntoIterator<Item = (K, V)>) -> Result<(), AllocError> {
        self.extend_entries(entries.into_iter())
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_entries<E: Failure>(&mut self, entries: impl Iterator<Item = (K, V)>) -> Result<(), E> {
        let more = expected(entries.size_hint().0, self.len());
        reserve_more::<E>(&mut *self.table, more)?;
        for (key, value) in entries {
            self.insert_entry::<E>(key, value)?;
        }
        Ok(())
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for FrameMap<'_, K, V, S> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        infallible(self.extend_entries(entries.into_iter()));
    }
}

impl<'a, K: Eq + Hash + Copy, V: Copy, S: BuildHasher> Extend<(&'a K, &'a V)> for FrameMap<'_, K, V, S> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        infallible(self.extend_entries(entries.into_iter().map(|(key, value)| (*key, *value))));
    }
}

impl<K: Eq + Hash, V: PartialEq, S: BuildHasher, R: BuildHasher> PartialEq<FrameMap<'_, K, V, R>>
    for FrameMap<'_, K, V, S>
{
    fn eq(&self, other: &FrameMap<'_, K, V, R>) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key).is_some_and(|other| value == other))
    }
}

impl<K: Eq + Hash, V: Eq, S: BuildHasher> Eq for FrameMap<'_, K, V, S> {}

// Not the other way round: while the standard library's map compares with its like only, `map == iter.collect()` needs no type.
impl<K: Eq + Hash, V: PartialEq, S: BuildHasher, R: BuildHasher> PartialEq<std::collections::HashMap<K, V, R>>
    for FrameMap<'_, K, V, S>
{
    fn eq(&self, other: &std::collections::HashMap<K, V, R>) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key).is_some_and(|other| value == other))
    }
}

impl<K: Eq + Hash + Borrow<Q>, Q: Eq + Hash + ?Sized, V, S: BuildHasher> Index<&Q> for FrameMap<'_, K, V, S> {
    type Output = V;

    /// # Panics
    /// If the key is not there.
    fn index(&self, key: &Q) -> &V {
        self.table.get(key).expect("the key is not in the map")
    }
}
