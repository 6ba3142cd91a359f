//! Hash maps and sets in frame memory: hashbrown's tables over an arena.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;
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

/// What the tables of maps and sets have in common, beyond what they look like.
trait Table<'f> {
    fn allocator(&self) -> &FrameAllocator<'f>;
    fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError>;
}

/// A table whose refusals are returned. A panic in the hash of a key must not leave it so.
struct Waiting<'t, 'f, W: Table<'f>>(&'t mut W, PhantomData<FrameAllocator<'f>>);

impl<'f, W: Table<'f>> Drop for Waiting<'_, 'f, W> {
    fn drop(&mut self) {
        self.0.allocator().wait(false);
    }
}

fn reserve_more<'f, E: Failure>(table: &mut impl Table<'f>, additional: usize) -> Result<(), E> {
    let waiting = Waiting(table, PhantomData);
    waiting.0.allocator().wait(true);
    waiting.0.try_reserve(additional).map_err(|error| {
        E::fail(match error {
            TryReserveError::CapacityOverflow => AllocError::CapacityOverflow,
            TryReserveError::AllocError { layout } => {
                let refusal = waiting.0.allocator().take_refusal();
                refusal.unwrap_or(AllocError::OutOfMemory { asked: layout.size() })
            }
        })
    })
}

impl<K: Eq + Hash, V, S: BuildHasher> FrameMap<'_, K, V, S> {
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

impl<T: Eq + Hash, S: BuildHasher> FrameSet<'_, T, S> {
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
    ($Table:ident, $under:ident, [$key:ident $(, $item:ident)*]) => {
        impl<'f, $key: Eq + Hash, $($item,)* S: BuildHasher> Table<'f> for $under<'f, $key, $($item,)* S> {
            fn allocator(&self) -> &FrameAllocator<'f> {
                self.allocator()
            }

            fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
                self.try_reserve(additional)
            }
        }

        impl<'f, $key, $($item,)* S> $Table<'f, $key, $($item,)* S> {
            /// Makes an empty one with a hasher of your own.
            #[must_use]
            pub fn with_hasher(frame: &'f Frame, hasher: S) -> Self {
                Self { table: $under::with_hasher_in(hasher, FrameAllocator::new(frame)) }
            }

            /// Returns the frame that it grows in.
            #[must_use]
            pub fn frame(&self) -> &'f Frame {
                self.table.allocator().frame()
            }
        }

        impl<'f, $key: Eq + Hash, $($item,)* S: BuildHasher> $Table<'f, $key, $($item,)* S> {
            pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E>
            where
                S: Default,
            {
                let mut made = Self::with_hasher(frame, S::default());
                reserve_more(&mut made.table, capacity)?;
                Ok(made)
            }

            /// Makes room for `additional` more.
            ///
            /// # Panics
            /// If a budget or the global allocator refuses.
            pub fn reserve(&mut self, additional: usize) {
                infallible(reserve_more(&mut self.table, additional));
            }

            #[doc = concat!("Like [`", stringify!($Table), "::reserve`].")]
            ///
            /// # Errors
            /// If a budget or the global allocator refuses; then nothing has changed.
            pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
                reserve_more(&mut self.table, additional)
            }
        }

        impl<'f, $key, $($item,)* S> Deref for $Table<'f, $key, $($item,)* S> {
            type Target = $under<'f, $key, $($item,)* S>;

            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.table
            }
        }

        impl<$key, $($item,)* S> DerefMut for $Table<'_, $key, $($item,)* S> {
            #[inline]
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.table
            }
        }

        /// The clone grows in the same frame.
        impl<$key: Clone, $($item: Clone,)* S: Clone> Clone for $Table<'_, $key, $($item,)* S> {
            fn clone(&self) -> Self {
                Self { table: self.table.clone() }
            }
        }

        impl<$key: fmt::Debug, $($item: fmt::Debug,)* S> fmt::Debug for $Table<'_, $key, $($item,)* S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.table.fmt(f)
            }
        }

        impl<'f, $key, $($item,)* S> IntoIterator for $Table<'f, $key, $($item,)* S> {
            type Item = <$under<'f, $key, $($item,)* S> as IntoIterator>::Item;
            type IntoIter = <$under<'f, $key, $($item,)* S> as IntoIterator>::IntoIter;

            fn into_iter(self) -> Self::IntoIter {
                self.table.into_iter()
            }
        }

        impl<'b, 'f, $key, $($item,)* S> IntoIterator for &'b $Table<'f, $key, $($item,)* S> {
            type Item = <&'b $under<'f, $key, $($item,)* S> as IntoIterator>::Item;
            type IntoIter = <&'b $under<'f, $key, $($item,)* S> as IntoIterator>::IntoIter;

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
