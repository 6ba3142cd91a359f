//! The sorted map in frame memory: a vector of entries in the order of their keys.

mod entry;
mod iter;
mod merge;

pub use entry::{SortedEntry, SortedOccupied, SortedVacant};
pub use iter::{SortedDrain, SortedIntoIter, SortedIter, SortedIterMut};

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Bound, Index, Range, RangeBounds};
use std::collections::BTreeMap;

use super::{Frame, FrameVec};
use crate::error::{AllocError, Failure, infallible};

/// A map in frame memory whose entries are in the order of their keys, with the vocabulary of `BTreeMap`.
///
/// It is a sorted vector: one block, a lookup is a search by halves (O(log n)), and going through a range reads memory in order.
/// A key greater than all others goes in without a move; any other insertion or removal moves the entries behind it (O(n)), so a
/// map that is filled in random order is best filled by `extend`, which sorts what it is given once (O(n log n)). That is what
/// maps of a frame are: filled, read in order, and gone. A tree would spread its nodes over the arena and take memory for
/// every node that splits, which comes back only with the frame.
///
/// A comparison that panics loses no entry, but may leave them in an order in which later lookups miss some.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut layers = alloc.frame_sorted_map();
/// layers.extend([(30, "ui"), (10, "ground"), (20, "units")]);
/// assert!(layers.values().eq(&["ground", "units", "ui"]));
/// assert_eq!(layers.range(15..).next(), Some((&20, &"units")));
/// ```
pub struct FrameSortedMap<'f, K, V> {
    entries: FrameVec<'f, (K, V)>,
}

impl<'f, K, V> FrameSortedMap<'f, K, V> {
    #[inline]
    pub(crate) fn new(frame: &'f Frame) -> Self {
        Self { entries: FrameVec::new(frame) }
    }

    /// Makes an empty map that grows in `frame`: what `alloc.frame_sorted_map()` is for a path.
    #[must_use]
    #[inline]
    pub fn new_in(frame: &'f Frame) -> Self {
        Self::new(frame)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E> {
        Ok(Self { entries: FrameVec::with_capacity::<E>(frame, capacity)? })
    }

    /// Returns the number of entries.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are no entries.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the number of entries that fit without growing.
    #[must_use]
    #[inline]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// Returns the frame that the map grows in.
    #[must_use]
    #[inline]
    pub fn frame(&self) -> &'f Frame {
        self.entries.frame()
    }

    /// Returns the entries as a slice, in order.
    #[must_use]
    #[inline]
    pub fn as_slice(&self) -> &[(K, V)] {
        &self.entries
    }

    /// Returns the entries as a vector, in order, in the same memory.
    #[must_use]
    pub fn into_vec(self) -> FrameVec<'f, (K, V)> {
        self.entries
    }

    /// Returns the entry with the least key.
    #[must_use]
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.entries.first().map(|(key, value)| (key, value))
    }

    /// Returns the entry with the greatest key.
    #[must_use]
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.entries.last().map(|(key, value)| (key, value))
    }

    /// Takes the entry with the least key out; all others move.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        if self.is_empty() { None } else { Some(self.entries.remove(0)) }
    }

    /// Takes the entry with the greatest key out.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        self.entries.pop()
    }

    /// Makes room for at least `additional` more entries.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve(&mut self, additional: usize) {
        infallible(self.entries.reserve_more(additional));
    }

    /// Like [`FrameSortedMap::reserve`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`; then nothing has changed.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        self.entries.reserve_more(additional)
    }

    /// Gives all spare memory back to the frame if nothing younger is above it; else it stays as capacity.
    pub fn shrink_to_fit(&mut self) {
        self.entries.shrink_to(0);
    }

    /// Drops all entries. The memory stays.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Returns all entries, in a map of the same frame, and leaves this one empty and without memory.
    ///
    /// What `core::mem::take` is for types with a default: an empty map needs a frame to grow in.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let empty = Self::new(self.frame());
        core::mem::replace(self, empty)
    }

    /// Keeps the entries for which `keep` returns true and drops the others.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<'f, K: Ord, V> FrameSortedMap<'f, K, V> {
    /// Where the entry of `key` is, or else where it would go.
    #[inline]
    fn search<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.entries.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    /// Returns the value of `key`.
    #[must_use]
    #[inline]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// Returns the entry of `key`.
    #[must_use]
    #[inline]
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (key, value) = &self.entries[self.search(key).ok()?];
        Some((key, value))
    }

    /// Returns the value of `key`, mutable.
    #[must_use]
    #[inline]
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.search(key).ok()?;
        Some(&mut self.entries[at].1)
    }

    /// Returns whether there is an entry of `key`.
    #[must_use]
    #[inline]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.search(key).is_ok()
    }

    /// Puts `value` under `key` and returns the value that was there. The key that was there stays.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        infallible(self.insert_entry(key, value))
    }

    /// Like [`FrameSortedMap::insert`]; key and value are dropped where there is no room ([`FrameSortedMap::try_reserve`] asks
    /// first).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the map is as it was.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_insert(&mut self, key: K, value: V) -> Result<Option<V>, AllocError> {
        self.insert_entry(key, value)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn insert_entry<E: Failure>(&mut self, key: K, value: V) -> Result<Option<V>, E> {
        // Most maps are filled in order.
        if self.entries.last().is_none_or(|(last, _)| *last < key) {
            self.entries.push_value::<E>((key, value))?;
            return Ok(None);
        }
        match self.search(&key) {
            Ok(at) => {
                let old = core::mem::replace(&mut self.entries[at].1, value);
                // Before the old value is on its way out: a panic would lose it.
                drop(key);
                Ok(Some(old))
            }
            Err(at) => {
                self.entries.insert_value::<E>(at, (key, value))?;
                Ok(None)
            }
        }
    }

    /// Takes the entry of `key` out and returns its value; the entries behind it move.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (key, value) = self.remove_entry(key)?;
        // As in `insert`.
        drop(key);
        Some(value)
    }

    /// Takes the entry of `key` out; the entries behind it move.
    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let at = self.search(key).ok()?;
        Some(self.entries.remove(at))
    }

    /// Puts in what the iterator yields, as `extend` does. What was put in before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend(&mut self, entries: impl IntoIterator<Item = (K, V)>) -> Result<(), AllocError> {
        self.extend_entries(entries.into_iter())
    }

    /// Entries in ascending order go in as they come; from the first that is not on they are put behind the others, and sorted
    /// at the end, once.
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_entries<E: Failure>(&mut self, entries: impl Iterator<Item = (K, V)>) -> Result<(), E> {
        self.entries.reserve_more::<E>(entries.size_hint().0)?;
        // By a panic of the iterator as well: what it has yielded is in.
        let mut unsorted = Unsorted { from: None, map: self };
        for (key, value) in entries {
            let in_order = || unsorted.map.entries.last().is_none_or(|(last, _)| *last < key);
            if unsorted.from.is_none() && !in_order() {
                unsorted.from = Some(unsorted.map.len());
            }
            unsorted.map.entries.push_value::<E>((key, value))?;
        }
        unsorted.sort();
        Ok(())
    }

    /// The indices of the entries whose keys are in a range.
    #[track_caller]
    fn indices<Q: Ord + ?Sized>(&self, range: &impl RangeBounds<Q>) -> Range<usize>
    where
        K: Borrow<Q>,
    {
        let below = |bound: &Q, included: bool| {
            self.entries.partition_point(|(key, _)| match key.borrow().cmp(bound) {
                Ordering::Less => true,
                Ordering::Equal => included,
                Ordering::Greater => false,
            })
        };
        let start = match range.start_bound() {
            Bound::Included(bound) => below(bound, false),
            Bound::Excluded(bound) => below(bound, true),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(bound) => below(bound, true),
            Bound::Excluded(bound) => below(bound, false),
            Bound::Unbounded => self.len(),
        };
        assert!(start <= end, "the range begins behind its end");
        start..end
    }

    /// Returns an iterator over the entries whose keys are in a range, in order.
    ///
    /// # Panics
    /// If the range begins behind its end.
    #[track_caller]
    pub fn range<Q: Ord + ?Sized, R: RangeBounds<Q>>(&self, range: R) -> SortedIter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        SortedIter::new(&self.entries[self.indices(&range)])
    }

    /// Returns an iterator over the entries whose keys are in a range, in order, with the values mutable.
    ///
    /// # Panics
    /// If the range begins behind its end.
    #[track_caller]
    pub fn range_mut<Q: Ord + ?Sized, R: RangeBounds<Q>>(&mut self, range: R) -> SortedIterMut<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let indices = self.indices(&range);
        SortedIterMut::new(&mut self.entries[indices])
    }

    /// Returns the place of `key`, whether there is an entry or not.
    ///
    /// # Panics
    /// If there is none and a budget or the global allocator refuses room for one. Then inserting through the place cannot fail.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn entry(&mut self, key: K) -> SortedEntry<'_, 'f, K, V> {
        infallible(self.place_of(key))
    }

    /// Like [`FrameSortedMap::entry`]; the key is dropped where there is no room.
    ///
    /// # Errors
    /// If there is none and a budget or the global allocator refuses room for one; then the map is as it was.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_entry(&mut self, key: K) -> Result<SortedEntry<'_, 'f, K, V>, AllocError> {
        self.place_of(key)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn place_of<E: Failure>(&mut self, key: K) -> Result<SortedEntry<'_, 'f, K, V>, E> {
        match self.search(&key) {
            Ok(at) => Ok(SortedEntry::Occupied(SortedOccupied::new(&mut self.entries, at))),
            Err(at) => {
                self.entries.reserve_more::<E>(1)?;
                Ok(SortedEntry::Vacant(SortedVacant::new(&mut self.entries, at, key)))
            }
        }
    }
}

/// Sorts new entries in when it drops.
struct Unsorted<'m, 'f, K: Ord, V> {
    map: &'m mut FrameSortedMap<'f, K, V>,
    /// The first that is not in order.
    from: Option<usize>,
}

impl<K: Ord, V> Unsorted<'_, '_, K, V> {
    fn sort(&mut self) {
        let Some(from) = self.from.take() else { return };
        let entries = &mut self.map.entries;
        let mut compare = |a: &(K, V), b: &(K, V)| a.0.cmp(&b.0);
        merge::sort(&mut entries[from..], &mut compare);
        merge::merge(entries, from, &mut compare);
        // Of equal keys the first stays, with the value of the last, as if each had been inserted.
        entries.dedup_by(|(key, value), (before, kept)| {
            let same = key == before;
            if same {
                core::mem::swap(value, kept);
            }
            same
        });
    }
}

impl<K: Ord, V> Drop for Unsorted<'_, '_, K, V> {
    fn drop(&mut self) {
        self.sort();
    }
}

impl<K: Ord, V> Extend<(K, V)> for FrameSortedMap<'_, K, V> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        infallible(self.extend_entries(entries.into_iter()));
    }
}

impl<'a, K: Ord + Copy, V: Copy> Extend<(&'a K, &'a V)> for FrameSortedMap<'_, K, V> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        infallible(self.extend_entries(entries.into_iter().map(|(key, value)| (*key, *value))));
    }
}

/// Sorts the entries, in the same memory. Of equal keys the first stays, with the value of the last.
impl<'f, K: Ord, V> From<FrameVec<'f, (K, V)>> for FrameSortedMap<'f, K, V> {
    fn from(entries: FrameVec<'f, (K, V)>) -> Self {
        let mut map = Self { entries };
        Unsorted { map: &mut map, from: Some(0) }.sort();
        map
    }
}

impl<K: Clone, V: Clone> FrameSortedMap<'_, K, V> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn copied<E: Failure>(&self) -> Result<Self, E> {
        let mut entries = FrameVec::with_capacity::<E>(self.frame(), self.len())?;
        entries.extend_cloned::<E>(&self.entries)?;
        Ok(Self { entries })
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
impl<K: Clone, V: Clone> Clone for FrameSortedMap<'_, K, V> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone(&self) -> Self {
        infallible(self.copied())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for FrameSortedMap<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Hash, V: Hash> Hash for FrameSortedMap<'_, K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.entries.hash(state);
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for FrameSortedMap<'_, K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl<K: Eq, V: Eq> Eq for FrameSortedMap<'_, K, V> {}

// Not the other way round: see `FrameMap`.
impl<K: PartialEq, V: PartialEq> PartialEq<BTreeMap<K, V>> for FrameSortedMap<'_, K, V> {
    fn eq(&self, other: &BTreeMap<K, V>) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for FrameSortedMap<'_, K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.entries.partial_cmp(&other.entries)
    }
}

impl<K: Ord, V: Ord> Ord for FrameSortedMap<'_, K, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.entries.cmp(&other.entries)
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for FrameSortedMap<'_, K, V> {
    type Output = V;

    /// # Panics
    /// If the key is not there.
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is not in the map")
    }
}
