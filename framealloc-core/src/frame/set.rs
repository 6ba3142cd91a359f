//! The hash set in frame memory.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::mem::needs_drop;
use core::ops::Deref;

use hashbrown::hash_set::{Entry, ExtractIf};
use hashbrown::{Equivalent, TryReserveError};

use super::Frame;
use super::table::{
    FrameAllocator, FrameHasher, Growable, Set, expected, reserve_more, reserve_one, table_layout, table_methods,
};
use crate::drops::drop_each;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::collections::table::Table;

/// A hash set in frame memory. It derefs to `hashbrown::HashSet` for all that reads; what changes it are methods of its own.
///
/// Where the drop of a value panics all others are dropped all the same: see [`FrameMap`](crate::FrameMap).
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut seen = alloc.frame_set::<u32>();
/// assert!(seen.insert(3));
/// assert!(!seen.insert(3));
/// ```
pub struct FrameSet<'f, T, S = FrameHasher> {
    table: Table<Set<'f, T, S>>,
}

table_methods!(FrameSet, Set, T, [T]);

/// Access to what is there.
impl<'f, T, S> FrameSet<'f, T, S> {
    pub(super) fn table_mut(&mut self) -> &mut Set<'f, T, S> {
        &mut self.table
    }

    pub(super) fn into_table(self) -> Set<'f, T, S> {
        self.table.into_inner()
    }

    /// Keeps the values for which `keep` returns true and drops the others.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.table.retain(keep);
    }

    /// Takes out the values for which `take` returns true, one by one. Those not asked for stay.
    pub fn extract_if<F: FnMut(&T) -> bool>(&mut self, take: F) -> ExtractIf<'_, T, F, FrameAllocator<'f>> {
        self.table.extract_if(take)
    }

    /// Returns all values, in a set of the same frame, and leaves this one empty, with the same hasher.
    ///
    /// The other collections call this `take`, which for sets is [`FrameSet::take`], as in the standard library.
    #[must_use]
    pub fn take_all(&mut self) -> Self
    where
        S: Clone,
    {
        self.taken()
    }
}

impl<'f, T: Eq + Hash, S: BuildHasher> FrameSet<'f, T, S> {
    /// Puts `value` in, unless an equal one is there; returns whether it is new.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn insert(&mut self, value: T) -> bool {
        infallible(self.insert_value(value))
    }

    /// Like [`FrameSet::insert`]; the value is dropped where there is no room ([`FrameSet::try_reserve`] asks first).
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the set is as it was.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_insert(&mut self, value: T) -> Result<bool, AllocError> {
        self.insert_value(value)
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn insert_value<E: Failure>(&mut self, value: T) -> Result<bool, E> {
        reserve_one::<E>(&mut *self.table)?;
        Ok(self.table.insert(value))
    }

    /// Puts `value` in and returns the equal one that was there.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn replace(&mut self, value: T) -> Option<T> {
        infallible(reserve_one(&mut *self.table));
        self.table.replace(value)
    }

    /// Like [`FrameSet::replace`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the set is as it was.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_replace(&mut self, value: T) -> Result<Option<T>, AllocError> {
        reserve_one::<AllocError>(&mut *self.table)?;
        Ok(self.table.replace(value))
    }

    /// Returns the value that equals `value`; puts `value` in where there is none.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn get_or_insert(&mut self, value: T) -> &T {
        infallible(reserve_one(&mut *self.table));
        self.table.get_or_insert(value)
    }

    /// Like [`FrameSet::get_or_insert`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the set is as it was.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_get_or_insert(&mut self, value: T) -> Result<&T, AllocError> {
        reserve_one::<AllocError>(&mut *self.table)?;
        Ok(self.table.get_or_insert(value))
    }

    /// Returns the value that equals `value`; where there is none puts in what `make` returns, which must equal it.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses, or what `make` returns does not equal `value`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn get_or_insert_with<Q: Hash + Equivalent<T> + ?Sized>(
        &mut self,
        value: &Q,
        make: impl FnOnce(&Q) -> T,
    ) -> &T {
        infallible(reserve_one(&mut *self.table));
        self.table.get_or_insert_with(value, make)
    }

    /// Like [`FrameSet::get_or_insert_with`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the set is as it was and `make` was not called.
    ///
    /// # Panics
    /// If what `make` returns does not equal `value`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_get_or_insert_with<Q: Hash + Equivalent<T> + ?Sized>(
        &mut self,
        value: &Q,
        make: impl FnOnce(&Q) -> T,
    ) -> Result<&T, AllocError> {
        reserve_one::<AllocError>(&mut *self.table)?;
        Ok(self.table.get_or_insert_with(value, make))
    }

    /// Returns the place of `value`, whether there is an equal one or not.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses room for one more value. Then inserting through the place cannot fail.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn entry(&mut self, value: T) -> Entry<'_, T, S, FrameAllocator<'f>> {
        infallible(reserve_one(&mut *self.table));
        self.table.entry(value)
    }

    /// Like [`FrameSet::entry`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses room for one more value; then the set is as it was.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_entry(&mut self, value: T) -> Result<Entry<'_, T, S, FrameAllocator<'f>>, AllocError> {
        reserve_one::<AllocError>(&mut *self.table)?;
        Ok(self.table.entry(value))
    }

    /// Drops the value that equals `value`; returns whether there was one.
    #[inline]
    pub fn remove<Q: Hash + Equivalent<T> + ?Sized>(&mut self, value: &Q) -> bool {
        self.table.remove(value)
    }

    /// Takes out the value that equals `value`. For all values at once there is [`FrameSet::take_all`].
    #[inline]
    pub fn take<Q: Hash + Equivalent<T> + ?Sized>(&mut self, value: &Q) -> Option<T> {
        self.table.take(value)
    }

    /// Inserts what the iterator yields, as `extend` does. What was inserted before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), AllocError> {
        self.extend_values(values.into_iter())
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_values<E: Failure>(&mut self, values: impl Iterator<Item = T>) -> Result<(), E> {
        let more = expected(values.size_hint().0, self.len());
        reserve_more::<E>(&mut *self.table, more)?;
        for value in values {
            self.insert_value::<E>(value)?;
        }
        Ok(())
    }
}

impl<T: Eq + Hash, S: BuildHasher> Extend<T> for FrameSet<'_, T, S> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter()));
    }
}

impl<'a, T: Eq + Hash + Copy, S: BuildHasher> Extend<&'a T> for FrameSet<'_, T, S> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        infallible(self.extend_values(values.into_iter().copied()));
    }
}

impl<T: Eq + Hash, S: BuildHasher, R: BuildHasher> PartialEq<FrameSet<'_, T, R>> for FrameSet<'_, T, S> {
    fn eq(&self, other: &FrameSet<'_, T, R>) -> bool {
        self.len() == other.len() && self.iter().all(|value| other.contains(value))
    }
}

impl<T: Eq + Hash, S: BuildHasher> Eq for FrameSet<'_, T, S> {}

// Not the other way round: see `FrameMap`.
impl<T: Eq + Hash, S: BuildHasher, R: BuildHasher> PartialEq<std::collections::HashSet<T, R>> for FrameSet<'_, T, S> {
    fn eq(&self, other: &std::collections::HashSet<T, R>) -> bool {
        self.len() == other.len() && self.iter().all(|value| other.contains(value))
    }
}
