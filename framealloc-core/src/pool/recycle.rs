//! `RecyclePool`: values that come back emptied but with their buffers.

use core::fmt;
use core::ops::{Deref, DerefMut};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::path::PathBuf;
use std::thread;

use crate::sync::{Mutex, const_unless_loom};

/// A value that can be emptied for its next use, and keeps the memory it has.
///
/// ```
/// use framealloc_core::pool::Recycle;
///
/// #[derive(Default)]
/// struct Mesh { vertices: Vec<[f32; 3]>, indices: Vec<u32> }
///
/// impl Recycle for Mesh {
///     fn recycle(&mut self) {
///         self.vertices.recycle();
///         self.indices.recycle();
///     }
/// }
/// ```
pub trait Recycle {
    /// Empties the value. It is called when its guard is dropped, with no lock held. If it panics, the value is dropped and not
    /// kept.
    fn recycle(&mut self);
}

/// A pool of values that keep their buffers between uses: a `Vec` comes back empty, with its capacity.
///
/// What [`take`](Self::take) lends comes back when the guard is dropped, on whatever thread. So many values are kept as the pool was
/// made for; one that comes back to a full pool is dropped, and so is one whose guard is dropped by a panic, since nobody
/// knows what state it is in. The value that came back last is handed out first.
///
/// A pool of objects ([`Pool`](super::Pool)) reuses the memory of a value, this one the value with all that it owns. Taking and
/// giving back are one short lock each, which no code of the value runs under.
///
/// ```
/// use framealloc_core::pool::RecyclePool;
///
/// static PATHS: RecyclePool<Vec<u32>> = RecyclePool::new(16);
///
/// let mut path = PATHS.take();
/// path.extend(0..1000);
/// drop(path);
/// let path = PATHS.take();
/// assert!(path.is_empty() && path.capacity() >= 1000);
/// ```
pub struct RecyclePool<T> {
    kept: Mutex<Kept<T>>,
    most: usize,
}

struct Kept<T> {
    idle: Vec<T>,
    made: u64,
    reused: u64,
}

/// Figures of a [`RecyclePool`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecycleStats {
    /// Values that wait for their next use.
    pub idle: usize,
    /// Values that were made, as none was idle.
    pub made: u64,
    /// Values that were used again.
    pub reused: u64,
}

impl<T> RecyclePool<T> {
    const_unless_loom! {
        /// A pool that keeps at most `most` idle values.
        #[must_use]
        pub fn new(most: usize) -> Self {
            Self { kept: Mutex::new(Kept { idle: Vec::new(), made: 0, reused: 0 }), most }
        }
    }

    /// An idle value.
    fn idle(&self) -> Option<T> {
        let mut kept = self.kept.lock();
        let value = kept.idle.pop();
        if value.is_some() {
            kept.reused += 1;
        } else {
            kept.made += 1;
        }
        value
    }

    /// Keeps a value, or gives it back if there are enough.
    fn keep(&self, value: T) -> Option<T> {
        let mut kept = self.kept.lock();
        // No room is no failure: the value is dropped, as if there were enough.
        if kept.idle.len() >= self.most || kept.idle.try_reserve(1).is_err() {
            return Some(value);
        }
        kept.idle.push(value);
        None
    }

    /// Figures of the pool.
    #[must_use]
    pub fn stats(&self) -> RecycleStats {
        let kept = self.kept.lock();
        RecycleStats { idle: kept.idle.len(), made: kept.made, reused: kept.reused }
    }

    /// Drops all idle values, with the memory that they keep, and returns how many there were.
    ///
    /// # Panics
    /// If a drop panics. All other idle values are dropped all the same.
    pub fn trim(&self) -> usize {
        // In a statement of its own: the lock is not held while values are dropped.
        let idle = core::mem::take(&mut self.kept.lock().idle);
        idle.len()
    }
}

impl<T: Recycle> RecyclePool<T> {
    /// Lends an idle value, or a new one.
    #[must_use = "the value goes back with its guard"]
    pub fn take(&self) -> Recycled<'_, T>
    where
        T: Default,
    {
        self.take_with(T::default)
    }

    /// Lends an idle value, or what `make` returns if there is none.
    ///
    /// ```
    /// # use framealloc_core::pool::RecyclePool;
    /// let buffers = RecyclePool::new(4);
    /// let buffer = buffers.take_with(|| Vec::<u8>::with_capacity(4096));
    /// assert!(buffer.capacity() >= 4096);
    /// ```
    #[must_use = "the value goes back with its guard"]
    pub fn take_with(&self, make: impl FnOnce() -> T) -> Recycled<'_, T> {
        Recycled { value: Some(self.idle().unwrap_or_else(make)), pool: self }
    }

    /// Lends an idle value, or what `make` returns if there is none.
    ///
    /// # Errors
    /// That of `make`.
    pub fn try_take_with<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Recycled<'_, T>, E> {
        let value = self.idle().map_or_else(make, Ok)?;
        Ok(Recycled { value: Some(value), pool: self })
    }
}

impl<T> fmt::Debug for RecyclePool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecyclePool").field("most", &self.most).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// A value that goes back to its [`RecyclePool`], emptied, when this is dropped.
pub struct Recycled<'p, T: Recycle> {
    /// There until the guard is dropped.
    value: Option<T>,
    pool: &'p RecyclePool<T>,
}

impl<T: Recycle> Recycled<'_, T> {
    /// Takes the value out for good: it does not go back.
    #[must_use]
    pub fn into_inner(mut this: Self) -> T {
        this.value.take().unwrap_or_else(|| gone())
    }
}

#[cold]
#[inline(never)]
fn gone() -> ! {
    unreachable!("the value is there until the guard is dropped")
}

impl<T: Recycle> Deref for Recycled<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value.as_ref().unwrap_or_else(|| gone())
    }
}

impl<T: Recycle> DerefMut for Recycled<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().unwrap_or_else(|| gone())
    }
}

impl<T: Recycle> Drop for Recycled<'_, T> {
    fn drop(&mut self) {
        let Some(mut value) = self.value.take() else { return };
        if thread::panicking() {
            return;
        }
        value.recycle();
        // What the pool does not want is dropped here, after its lock was released.
        drop(self.pool.keep(value));
    }
}

impl<T: Recycle + fmt::Debug> fmt::Debug for Recycled<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Collections whose `clear` keeps their capacity. The trees have none: they come back empty.
macro_rules! cleared {
    ($($Type:ident<$($parameter:ident),*>)*) => {$(
        impl<$($parameter),*> Recycle for $Type<$($parameter),*> {
            fn recycle(&mut self) {
                self.clear();
            }
        }
    )*};
}

cleared! {
    Vec<T> VecDeque<T> BinaryHeap<T> HashMap<K, V, S> HashSet<T, S> BTreeMap<K, V> BTreeSet<T>
    String<> OsString<> PathBuf<>
}

impl<T: Recycle, const N: usize> Recycle for [T; N] {
    fn recycle(&mut self) {
        self.iter_mut().for_each(T::recycle);
    }
}

impl<T: ?Sized + Recycle> Recycle for Box<T> {
    fn recycle(&mut self) {
        (**self).recycle();
    }
}

impl<T: ?Sized + Recycle> Recycle for crate::raw::pools::boxes::PoolBox<T> {
    fn recycle(&mut self) {
        (**self).recycle();
    }
}
