//! Hash maps and sets in frame memory: hashbrown's tables over an arena.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ops::{Deref, DerefMut, Index};

use hashbrown::{HashMap, HashSet, TryReserveError};

pub use crate::raw::allocator::FrameAllocator;

use super::Frame;
use crate::error::{AllocError, Failure, infallible};

/// The hasher of frame maps unless another is named: fast, and the same in every run.
///
/// It does not resist keys that an attacker chooses; [`FrameMap::with_hasher`] takes one that does.
pub type FrameHasher = rustc_hash::FxBuildHasher;

/// The table under a [`FrameMap`].
pub type Map<'f, K, V, S = FrameHasher> = HashMap<K, V, S, FrameAllocator<'f>>;

/// The table under a [`FrameSet`].
pub type Set<'f, T, S = FrameHasher> = HashSet<T, S, FrameAllocator<'f>>;

/// A hash map in frame memory. It derefs to `hashbrown::HashMap`, which has the whole vocabulary.
///
/// The order of iteration depends on the keys and the order of insertion only, not on the run.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut cells = alloc.frame_map::<(i32, i32), u32>();
/// for position in [(0, 1), (2, 2), (0, 1)] {
///     *cells.entry(position).or_insert(0) += 1;
/// }
/// assert_eq!(cells[&(0, 1)], 2);
/// ```
pub struct FrameMap<'f, K, V, S = FrameHasher> {
    table: Map<'f, K, V, S>,
}

/// A hash set in frame memory. It derefs to `hashbrown::HashSet`, which has the whole vocabulary.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut seen = alloc.frame_set::<u32>();
/// assert!(seen.insert(3));
/// assert!(!seen.insert(3));
/// ```
pub struct FrameSet<'f, T, S = FrameHasher> {
    table: Set<'f, T, S>,
}

fn reason<E: Failure>(error: &TryReserveError, alloc: &FrameAllocator<'_>) -> E {
    E::fail(match error {
        TryReserveError::CapacityOverflow => AllocError::CapacityOverflow,
        TryReserveError::AllocError { layout } => {
            alloc.take_refusal().unwrap_or(AllocError::OutOfMemory { asked: layout.size() })
        }
    })
}

/// A table whose refusals are returned. A panic in the hash of a key must not leave it so.
struct Waiting<'t, 'f, K, V, S>(&'t mut Map<'f, K, V, S>);

impl<K, V, S> Drop for Waiting<'_, '_, K, V, S> {
    fn drop(&mut self) {
        self.0.allocator().wait(false);
    }
}

impl<'f, K, V, S> FrameMap<'f, K, V, S> {
    /// Makes an empty map with a hasher of your own.
    #[must_use]
    pub fn with_hasher(frame: &'f Frame, hasher: S) -> Self {
        Self { table: HashMap::with_hasher_in(hasher, FrameAllocator::new(frame)) }
    }

    /// Returns the frame that the map grows in.
    #[must_use]
    pub fn frame(&self) -> &'f Frame {
        self.table.allocator().frame()
    }
}

impl<'f, K: Eq + Hash, V, S: BuildHasher> FrameMap<'f, K, V, S> {
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E>
    where
        S: Default,
    {
        let mut map = Self::with_hasher(frame, S::default());
        map.reserve_more::<E>(capacity)?;
        Ok(map)
    }

    fn reserve_more<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        let waiting = Waiting(&mut self.table);
        waiting.0.allocator().wait(true);
        let reserved = waiting.0.try_reserve(additional);
        reserved.map_err(|error| reason(&error, waiting.0.allocator()))
    }

    /// Makes room for `additional` more entries.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    pub fn reserve(&mut self, additional: usize) {
        infallible(self.reserve_more(additional));
    }

    /// Like [`FrameMap::reserve`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the map is as it was.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        self.reserve_more(additional)
    }

    /// Like `insert`, which returns the value that was there; key and value are dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    pub fn try_insert(&mut self, key: K, value: V) -> Result<Option<V>, AllocError> {
        self.try_reserve(1)?;
        Ok(self.table.insert(key, value))
    }

    /// Inserts what the iterator yields, as `extend` does. What was inserted before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    pub fn try_extend(&mut self, entries: impl IntoIterator<Item = (K, V)>) -> Result<(), AllocError> {
        for (key, value) in entries {
            self.try_insert(key, value)?;
        }
        Ok(())
    }
}

impl<'f, T, S> FrameSet<'f, T, S> {
    /// Makes an empty set with a hasher of your own.
    #[must_use]
    pub fn with_hasher(frame: &'f Frame, hasher: S) -> Self {
        Self { table: HashSet::with_hasher_in(hasher, FrameAllocator::new(frame)) }
    }

    /// Returns the frame that the set grows in.
    #[must_use]
    pub fn frame(&self) -> &'f Frame {
        self.table.allocator().frame()
    }
}

/// As `Waiting` for maps.
struct WaitingSet<'t, 'f, T, S>(&'t mut Set<'f, T, S>);

impl<T, S> Drop for WaitingSet<'_, '_, T, S> {
    fn drop(&mut self) {
        self.0.allocator().wait(false);
    }
}

impl<'f, T: Eq + Hash, S: BuildHasher> FrameSet<'f, T, S> {
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E>
    where
        S: Default,
    {
        let mut set = Self::with_hasher(frame, S::default());
        set.reserve_more::<E>(capacity)?;
        Ok(set)
    }

    fn reserve_more<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        let waiting = WaitingSet(&mut self.table);
        waiting.0.allocator().wait(true);
        let reserved = waiting.0.try_reserve(additional);
        reserved.map_err(|error| reason(&error, waiting.0.allocator()))
    }

    /// Makes room for `additional` more values.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    pub fn reserve(&mut self, additional: usize) {
        infallible(self.reserve_more(additional));
    }

    /// Like [`FrameSet::reserve`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the set is as it was.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
        self.reserve_more(additional)
    }

    /// Like `insert`, which returns whether the value is new; it is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    pub fn try_insert(&mut self, value: T) -> Result<bool, AllocError> {
        self.try_reserve(1)?;
        Ok(self.table.insert(value))
    }

    /// Inserts what the iterator yields, as `extend` does. What was inserted before the failure stays.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    pub fn try_extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), AllocError> {
        for value in values {
            self.try_insert(value)?;
        }
        Ok(())
    }
}

macro_rules! forward_table {
    ($Table:ident, $under:ident, [$($item:ident),+]) => {
        impl<'f, $($item,)+ S> Deref for $Table<'f, $($item,)+ S> {
            type Target = $under<'f, $($item,)+ S>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.table
            }
        }

        impl<$($item,)+ S> DerefMut for $Table<'_, $($item,)+ S> {
            #[inline]
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.table
            }
        }

        /// The clone grows in the same frame.
        impl<$($item: Clone,)+ S: Clone> Clone for $Table<'_, $($item,)+ S> {
            fn clone(&self) -> Self {
                Self { table: self.table.clone() }
            }
        }

        impl<$($item: fmt::Debug,)+ S> fmt::Debug for $Table<'_, $($item,)+ S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.table.fmt(f)
            }
        }

        impl<'f, $($item,)+ S> IntoIterator for $Table<'f, $($item,)+ S> {
            type Item = <$under<'f, $($item,)+ S> as IntoIterator>::Item;
            type IntoIter = <$under<'f, $($item,)+ S> as IntoIterator>::IntoIter;

            fn into_iter(self) -> Self::IntoIter {
                self.table.into_iter()
            }
        }

        impl<'b, 'f, $($item,)+ S> IntoIterator for &'b $Table<'f, $($item,)+ S> {
            type Item = <&'b $under<'f, $($item,)+ S> as IntoIterator>::Item;
            type IntoIter = <&'b $under<'f, $($item,)+ S> as IntoIterator>::IntoIter;

            fn into_iter(self) -> Self::IntoIter {
                self.table.iter()
            }
        }
    };
}

forward_table!(FrameMap, Map, [K, V]);
forward_table!(FrameSet, Set, [T]);

impl<'b, K, V, S> IntoIterator for &'b mut FrameMap<'_, K, V, S> {
    type Item = (&'b K, &'b mut V);
    type IntoIter = hashbrown::hash_map::IterMut<'b, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.table.iter_mut()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Extend<(K, V)> for FrameMap<'_, K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.table.extend(entries);
    }
}

impl<T: Eq + Hash, S: BuildHasher> Extend<T> for FrameSet<'_, T, S> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.table.extend(values);
    }
}

impl<K: Eq + Hash, V: PartialEq, S: BuildHasher> PartialEq for FrameMap<'_, K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
    }
}

impl<K: Eq + Hash, V: Eq, S: BuildHasher> Eq for FrameMap<'_, K, V, S> {}

impl<T: Eq + Hash, S: BuildHasher> PartialEq for FrameSet<'_, T, S> {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
    }
}

impl<T: Eq + Hash, S: BuildHasher> Eq for FrameSet<'_, T, S> {}

impl<K: Eq + Hash + Borrow<Q>, Q: Eq + Hash + ?Sized, V, S: BuildHasher> Index<&Q> for FrameMap<'_, K, V, S> {
    type Output = V;

    /// # Panics
    /// If the key is not there.
    fn index(&self, key: &Q) -> &V {
        self.table.get(key).expect("the key is not in the map")
    }
}
