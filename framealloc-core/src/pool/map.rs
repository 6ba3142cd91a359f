//! `PoolMap`: values in a pool, known by keys that notice when their value is gone.

use core::fmt;
use core::num::NonZeroU32;
use core::ops::{Index, IndexMut};

use super::key::PoolKey;
use super::refused::Refused;
use super::typed::Pooled;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::pools::boxes::{PoolBox, PoolSlot};
use crate::raw::pools::refusals;

/// Values in a pool, known by keys.
///
/// Each value is in a slot of a pool: of the size ([`new`](Self::new)) or of the type ([`pooled`](Self::pooled), whose capacity
/// and figures then hold). It never moves, however the map grows. The map itself is a table with two words for each value that it
/// ever had at once, 16 bytes, which is all that stepping over a gap reads; a value is one more access away. It never shrinks, or
/// keys of values that are gone would not be known.
///
/// A pool cannot list what lives in it, as boxes belong to whoever has them: to go through all objects of a kind, keep them
/// in a map. Iteration is in the order of the places, which are used again, the one given up last first.
///
/// ```
/// use framealloc_core::pool::PoolMap;
///
/// let mut enemies = PoolMap::new();
/// let (orc, troll) = (enemies.insert("orc"), enemies.insert("troll"));
/// assert_eq!(enemies.remove(orc), Some("orc"));
/// let elf = enemies.insert("elf"); // where the orc was
/// assert_eq!((enemies.get(orc), enemies.get(elf), enemies[troll]), (None, Some(&"elf"), "troll"));
/// assert_eq!(enemies.values().copied().collect::<Vec<_>>(), ["elf", "troll"]);
/// ```
pub struct PoolMap<T> {
    pub(super) entries: Vec<Entry<T>>,
    /// The place to use next, or `END`.
    free: u32,
    pub(super) len: usize,
    /// Where values of a pooled type get their slots from.
    own: Option<SlotOf<T>>,
}

/// Takes a slot of the pool of a type.
type SlotOf<T> = fn() -> Result<PoolSlot<T>, AllocError>;

/// One place of the table.
pub(super) struct Entry<T> {
    /// That of the value, or of the next one.
    generation: NonZeroU32,
    /// The place to use after this one, if this one is free.
    next: u32,
    pub(super) value: Option<PoolBox<T>>,
}

/// No place: where the list of free ones ends.
const END: u32 = u32::MAX;

impl<T> Default for PoolMap<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> PoolMap<T> {
    /// An empty map, whose values will be in the pool of their size.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), free: END, len: 0, own: None }
    }

    /// An empty map, whose values will be in the pool of their type: no more of them than a fixed pool may hold.
    ///
    /// Sites of such values, which the feature `debug` tells, are in this crate.
    #[must_use]
    pub const fn pooled() -> Self
    where
        T: Pooled,
    {
        Self { entries: Vec::new(), free: END, len: 0, own: Some(|| T::pool().try_slot()) }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many values the table has room for. Their slots are found when they are inserted.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// Makes room in the table for `additional` more values.
    ///
    /// # Panics
    /// When the global allocator refuses, or the table would be larger than a Rust value may be.
    pub fn reserve(&mut self, additional: usize) {
        infallible(self.make_room(additional));
    }

    /// Makes room in the table for `additional` more values.
    ///
    /// # Errors
    /// When the global allocator refuses, or the table would be larger than a Rust value may be.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        self.make_room(additional)
    }

    fn make_room<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        // Places of the table that are free, those that will not be used again not counted.
        let wanted = (self.len.saturating_add(additional)).saturating_sub(self.entries.len());
        let bytes = (self.entries.len().saturating_add(wanted)).saturating_mul(size_of::<Entry<T>>());
        if isize::try_from(bytes).is_err() {
            return Err(E::fail(AllocError::CapacityOverflow));
        }
        self.entries.try_reserve(wanted).map_err(|_| E::fail(refusals::out_of_memory(bytes)))
    }

    /// Moves `value` into the pool and returns its key.
    ///
    /// # Panics
    /// When a fixed pool is full, or the global allocator refuses. The value is dropped.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn insert(&mut self, value: T) -> PoolKey<T> {
        let slot = infallible(self.vacancy());
        self.occupy(slot.write(value))
    }

    /// Moves `value` into the pool and returns its key.
    ///
    /// # Errors
    /// When a fixed pool is full, or the global allocator refuses. The error has the value.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_insert(&mut self, value: T) -> Result<PoolKey<T>, Refused<T>> {
        match self.vacancy::<AllocError>() {
            Ok(slot) => Ok(self.occupy(slot.write(value))),
            Err(error) => Err(Refused::new(value, error)),
        }
    }

    /// Calls `make` with the key of the value that it returns.
    ///
    /// # Panics
    /// When a fixed pool is full, or the global allocator refuses; `make` is not called then.
    ///
    /// ```
    /// # use framealloc_core::pool::{PoolKey, PoolMap};
    /// struct Node { this: PoolKey<Node> }
    ///
    /// let mut nodes = PoolMap::new();
    /// let key = nodes.insert_with_key(|this| Node { this });
    /// assert_eq!(nodes[key].this, key);
    /// ```
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn insert_with_key(&mut self, make: impl FnOnce(PoolKey<T>) -> T) -> PoolKey<T> {
        let slot = infallible(self.vacancy());
        let value = slot.write(make(self.next_key()));
        self.occupy(value)
    }

    /// Calls `make` with the key of the value that it returns.
    ///
    /// # Errors
    /// When a fixed pool is full, or the global allocator refuses; `make` is not called then.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_insert_with_key(&mut self, make: impl FnOnce(PoolKey<T>) -> T) -> Result<PoolKey<T>, AllocError> {
        let slot = self.vacancy::<AllocError>()?;
        let value = slot.write(make(self.next_key()));
        Ok(self.occupy(value))
    }

    /// Takes a value where it is, in whatever pool, and returns its key.
    ///
    /// # Panics
    /// When the table cannot grow, as the global allocator refuses. The value is dropped.
    pub fn insert_boxed(&mut self, value: PoolBox<T>) -> PoolKey<T> {
        infallible(self.make_place());
        self.occupy(value)
    }

    /// Takes a value where it is, in whatever pool, and returns its key.
    ///
    /// # Errors
    /// When the table cannot grow, as the global allocator refuses. The error has the box.
    pub fn try_insert_boxed(&mut self, value: PoolBox<T>) -> Result<PoolKey<T>, Refused<PoolBox<T>>> {
        match self.make_place::<AllocError>() {
            Ok(()) => Ok(self.occupy(value)),
            Err(error) => Err(Refused::new(value, error)),
        }
    }

    /// A slot for one more value, for which the table has a place.
    #[cfg_attr(feature = "debug", track_caller)]
    fn vacancy<E: Failure>(&mut self) -> Result<PoolSlot<T>, E> {
        self.make_place()?;
        let slot = match self.own {
            None => super::try_slot(),
            Some(own) => own(),
        };
        slot.map_err(E::fail)
    }

    /// Sees to it that there is a free place. The table stays as it was if there is none to be had.
    fn make_place<E: Failure>(&mut self) -> Result<(), E> {
        if self.free != END {
            return Ok(());
        }
        // Never `END` itself, so that all places have an index that is not the end of the list.
        let Some(index) = u32::try_from(self.entries.len()).ok().filter(|index| *index != END) else {
            return Err(E::fail(AllocError::CapacityOverflow));
        };
        let bytes = (self.entries.len() + 1).saturating_mul(size_of::<Entry<T>>());
        self.entries.try_reserve(1).map_err(|_| E::fail(refusals::out_of_memory(bytes)))?;
        self.entries.push(Entry { generation: NonZeroU32::MIN, next: END, value: None });
        self.free = index;
        Ok(())
    }

    /// The key of the value that [`occupy`](Self::occupy) takes next. There is a place for it.
    fn next_key(&self) -> PoolKey<T> {
        PoolKey::new(self.free, self.entries[self.free as usize].generation)
    }

    /// Puts a value in the first free place, which there is.
    fn occupy(&mut self, value: PoolBox<T>) -> PoolKey<T> {
        let key = self.next_key();
        let entry = &mut self.entries[key.index as usize];
        entry.value = Some(value);
        self.free = core::mem::replace(&mut entry.next, END);
        self.len += 1;
        key
    }

    fn entry(&self, key: PoolKey<T>) -> Option<&Entry<T>> {
        self.entries.get(key.index as usize).filter(|entry| entry.generation == key.generation)
    }

    /// Whether the value of a key is there.
    #[must_use]
    pub fn contains_key(&self, key: PoolKey<T>) -> bool {
        self.get(key).is_some()
    }

    /// The value of a key, unless it was removed.
    #[must_use]
    #[inline]
    pub fn get(&self, key: PoolKey<T>) -> Option<&T> {
        self.entry(key)?.value.as_deref()
    }

    /// The value of a key, unless it was removed.
    #[must_use]
    #[inline]
    pub fn get_mut(&mut self, key: PoolKey<T>) -> Option<&mut T> {
        let entry = self.entries.get_mut(key.index as usize).filter(|entry| entry.generation == key.generation)?;
        entry.value.as_deref_mut()
    }

    /// The values of several keys at once. `None` if one was removed, or two are the same.
    ///
    /// ```
    /// # use framealloc_core::pool::PoolMap;
    /// let mut health = PoolMap::new();
    /// let keys = [health.insert(10), health.insert(7)];
    /// if let Some([giver, receiver]) = health.get_disjoint_mut(keys) {
    ///     (*giver, *receiver) = (*giver - 3, *receiver + 3);
    /// }
    /// assert_eq!((health[keys[0]], health[keys[1]]), (7, 10));
    /// assert!(health.get_disjoint_mut([keys[0], keys[0]]).is_none());
    /// ```
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the loop has returned unless every key was found")]
    pub fn get_disjoint_mut<const N: usize>(&mut self, keys: [PoolKey<T>; N]) -> Option<[&mut T; N]> {
        let mut order: [usize; N] = core::array::from_fn(|position| position);
        order.sort_unstable_by_key(|position| keys[*position].index);
        let mut found = [const { None }; N];
        let (mut rest, mut passed) = (&mut self.entries[..], 0);
        for position in order {
            let key = keys[position];
            // The same place again lies before the rest.
            let ahead = (key.index as usize).checked_sub(passed)?;
            let (entry, behind) = rest.get_mut(ahead..)?.split_first_mut()?;
            if entry.generation != key.generation {
                return None;
            }
            found[position] = Some(entry.value.as_deref_mut()?);
            (rest, passed) = (behind, key.index as usize + 1);
        }
        Some(found.map(|value| value.expect("every key was looked up")))
    }

    /// Takes the value of a key out. The key, and every copy of it, finds nothing from now on.
    pub fn remove(&mut self, key: PoolKey<T>) -> Option<T> {
        self.remove_boxed(key).map(PoolBox::into_inner)
    }

    /// Takes the value of a key out where it is: it does not move.
    pub fn remove_boxed(&mut self, key: PoolKey<T>) -> Option<PoolBox<T>> {
        self.entry(key)?;
        self.vacate(key.index).map(|(_, value)| value)
    }

    /// Takes the value of a place out, if there is one.
    pub(super) fn vacate(&mut self, index: u32) -> Option<(PoolKey<T>, PoolBox<T>)> {
        let entry = self.entries.get_mut(index as usize)?;
        let value = entry.value.take()?;
        let key = PoolKey::new(index, entry.generation);
        self.len -= 1;
        // A place whose generations are used up is never used again: an old key would find a new value.
        if let Some(next) = entry.generation.checked_add(1) {
            entry.generation = next;
            entry.next = core::mem::replace(&mut self.free, index);
        }
        Some((key, value))
    }

    /// Removes the values for which `keep` returns `false`. A value is dropped after it was removed.
    pub fn retain(&mut self, mut keep: impl FnMut(PoolKey<T>, &mut T) -> bool) {
        for (index, position) in (0..END).zip(0..self.entries.len()) {
            let entry = &mut self.entries[position];
            let key = entry.key(index);
            let Some(value) = &mut entry.value else { continue };
            if !keep(key, value) {
                drop(self.vacate(index));
            }
        }
    }

    /// Removes all values. The table stays, so that old keys find nothing.
    ///
    /// # Panics
    /// If a drop panics. All other values are dropped all the same.
    pub fn clear(&mut self) {
        drop(self.drain());
    }
}

impl<T> Index<PoolKey<T>> for PoolMap<T> {
    type Output = T;

    /// The value of a key.
    ///
    /// # Panics
    /// If it was removed.
    fn index(&self, key: PoolKey<T>) -> &T {
        self.get(key).expect("the value of the key was removed")
    }
}

impl<T> IndexMut<PoolKey<T>> for PoolMap<T> {
    fn index_mut(&mut self, key: PoolKey<T>) -> &mut T {
        self.get_mut(key).expect("the value of the key was removed")
    }
}

impl<T: fmt::Debug> fmt::Debug for PoolMap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T> Entry<T> {
    pub(super) fn key(&self, index: u32) -> PoolKey<T> {
        PoolKey::new(index, self.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_whose_generations_are_used_up_is_not_used_again() {
        let mut map = PoolMap::new();
        let first = map.insert(1);
        map.remove(first);
        map.entries[0].generation = NonZeroU32::MAX;
        let last = map.insert(2);
        assert_eq!((last.index, last.generation), (0, NonZeroU32::MAX));
        assert_eq!(map.remove(last), Some(2));
        assert_eq!((map.get(last), map.len()), (None, 0));
        assert_eq!(map.remove(last), None);
        let next = map.insert(3);
        assert_eq!((next.index, map.get(last), map.get(next)), (1, None, Some(&3)));
        map.reserve(10);
        map.clear();
        assert_eq!((map.insert(4).index, map.entries.len()), (1, 2));
    }
}
