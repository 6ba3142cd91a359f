//! What hash maps and sets in frame memory have in common: hashbrown's tables over an arena.

use core::alloc::Layout;
use core::marker::PhantomData;

use hashbrown::{HashMap, HashSet, TryReserveError};

pub use crate::raw::collections::allocator::FrameAllocator;

use crate::error::{AllocError, Failure};

/// The hasher of frame maps and sets unless another is named: fast, and the same in every run.
///
/// It does not resist keys that an attacker chooses; [`FrameMap::with_hasher`](crate::FrameMap::with_hasher) takes one that does.
pub type FrameHasher = rustc_hash::FxBuildHasher;

/// The table under a [`FrameMap`](crate::FrameMap).
pub type Map<'f, K, V, S = FrameHasher> = HashMap<K, V, S, FrameAllocator<'f>>;

/// The table under a [`FrameSet`](crate::FrameSet).
pub type Set<'f, T, S = FrameHasher> = HashSet<T, S, FrameAllocator<'f>>;

/// A table that can grow.
pub(crate) trait Growable<'f> {
    fn allocator(&self) -> &FrameAllocator<'f>;
    fn is_full(&self) -> bool;
    fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError>;
}

/// A table whose refusals are returned. A panic in the hash of a key must not leave it so.
struct Waiting<'t, 'f, W: Growable<'f>>(&'t mut W, PhantomData<FrameAllocator<'f>>);

impl<'f, W: Growable<'f>> Drop for Waiting<'_, 'f, W> {
    fn drop(&mut self) {
        self.0.allocator().panic_on_refusal();
    }
}

/// Makes room for `additional` more.
#[cfg_attr(feature = "debug", track_caller)]
pub(super) fn reserve_more<'f, E: Failure>(table: &mut impl Growable<'f>, additional: usize) -> Result<(), E> {
    let waiting = Waiting(table, PhantomData);
    waiting.0.allocator().return_refusals();
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

/// Makes room for one more.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(super) fn reserve_one<'f, E: Failure>(table: &mut impl Growable<'f>) -> Result<(), E> {
    if table.is_full() { reserve_more(table, 1) } else { Ok(()) }
}

/// The layout of a table of `bytes` bytes with entries of type `T`, as strictly aligned as hashbrown's ever is.
///
/// # Errors
/// Never for the size of a table that exists.
pub(super) fn table_layout<T>(bytes: usize) -> Result<Layout, AllocError> {
    // Control bytes are read 16 at a time at most.
    Layout::from_size_align(bytes, align_of::<T>().max(16)).map_err(|_| AllocError::CapacityOverflow)
}

/// How many more an iterator with this hint may bring to `len` entries: half of it where there is something to replace.
pub(super) fn expected(hint: usize, len: usize) -> usize {
    if len == 0 { hint } else { hint.div_ceil(2) }
}

/// Implements what does not depend on what the collection looks like.
macro_rules! table_methods {
    ($Frame:ident, $under:ident, $entry:ty, [$key:ident $(, $item:ident)*]) => {
        impl<'f, $key: Eq + Hash, $($item,)* S: BuildHasher> Growable<'f> for $under<'f, $key, $($item,)* S> {
            #[inline(always)]
            fn allocator(&self) -> &FrameAllocator<'f> {
                self.allocator()
            }

            #[inline(always)]
            fn is_full(&self) -> bool {
                self.len() == self.capacity()
            }

            fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
                self.try_reserve(additional)
            }
        }

        impl<'f, $key, $($item,)* S> $Frame<'f, $key, $($item,)* S> {
            /// Makes an empty one with a hasher of your own. It takes no memory before the first insertion.
            #[must_use]
            pub fn with_hasher(frame: &'f Frame, hasher: S) -> Self {
                Self { table: Table::new($under::with_hasher_in(hasher, FrameAllocator::new(frame))) }
            }

            /// Returns the frame that it grows in.
            #[must_use]
            pub fn frame(&self) -> &'f Frame {
                self.table.allocator().frame()
            }

            fn taken(&mut self) -> Self
            where
                S: Clone,
            {
                let empty = Self::with_hasher(self.frame(), self.hasher().clone());
                core::mem::replace(self, empty)
            }

            /// Drops all that it holds. The memory stays.
            pub fn clear(&mut self) {
                if needs_drop::<$entry>() {
                    drop_each(&mut self.table.drain());
                } else {
                    self.table.clear();
                }
            }
        }

        impl<'f, $key: Eq + Hash, $($item,)* S: BuildHasher> $Frame<'f, $key, $($item,)* S> {
            #[cfg_attr(feature = "debug", track_caller)]
            pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, capacity: usize) -> Result<Self, E>
            where
                S: Default,
            {
                Self::with_room(frame, capacity, S::default())
            }

            #[cfg_attr(feature = "debug", track_caller)]
            fn with_room<E: Failure>(frame: &'f Frame, capacity: usize, hasher: S) -> Result<Self, E> {
                let mut made = Self::with_hasher(frame, hasher);
                reserve_more(&mut *made.table, capacity)?;
                Ok(made)
            }

            /// Makes an empty one with room for `capacity` and a hasher of your own.
            ///
            /// # Panics
            /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
            #[must_use]
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn with_capacity_and_hasher(frame: &'f Frame, capacity: usize, hasher: S) -> Self {
                infallible(Self::with_room(frame, capacity, hasher))
            }

            #[doc = concat!("Like [`", stringify!($Frame), "::with_capacity_and_hasher`].")]
            ///
            /// # Errors
            /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn try_with_capacity_and_hasher(
                frame: &'f Frame,
                capacity: usize,
                hasher: S,
            ) -> Result<Self, AllocError> {
                Self::with_room(frame, capacity, hasher)
            }

            /// Makes room for `additional` more.
            ///
            /// # Panics
            /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn reserve(&mut self, additional: usize) {
                infallible(reserve_more(&mut *self.table, additional));
            }

            #[doc = concat!("Like [`", stringify!($Frame), "::reserve`].")]
            ///
            /// # Errors
            /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`; then nothing has changed.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn try_reserve(&mut self, additional: usize) -> Result<(), AllocError> {
                reserve_more(&mut *self.table, additional)
            }

            /// Moves all into a table with no more room than needed, if the frame has room for that one; else all stays as it is.
            ///
            /// The memory of the larger table comes back to the frame only if nothing younger is above it, and the smaller table
            /// is: this is for memory that is read often, not for memory that is short.
            pub fn shrink_to_fit(&mut self) {
                self.shrink_to(0);
            }

            #[doc = concat!("Like [`", stringify!($Frame), "::shrink_to_fit`], with room for at least `capacity`.")]
            pub fn shrink_to(&mut self, capacity: usize) {
                let kept = capacity.max(self.len());
                if kept >= self.capacity() {
                    return;
                }
                let mut smaller =
                    $under::<'f, $key, $($item,)* _>::with_hasher_in(FrameHasher::default(), FrameAllocator::new(self.frame()));
                if reserve_more::<AllocError>(&mut smaller, kept).is_err() {
                    return;
                }
                let bytes = smaller.allocation_size();
                drop(smaller);
                if bytes >= self.table.allocation_size() {
                    return;
                }
                // As for clones: shrinking a table cannot be refused in a way that comes back.
                let layout = table_layout::<$entry>(bytes);
                if bytes == 0 || layout.and_then(|layout| self.table.allocator().set_aside(layout)).is_ok() {
                    self.table.shrink_to(kept);
                }
            }

            #[cfg_attr(feature = "debug", track_caller)]
            fn copied<E: Failure>(&self) -> Result<Self, E>
            where
                $key: Clone,
                $($item: Clone,)*
                S: Clone,
            {
                // Cloning a table cannot be refused in a way that comes back: its memory is there before it is asked for.
                let bytes = self.table.allocation_size();
                if bytes != 0 {
                    let layout = table_layout::<$entry>(bytes).map_err(E::fail)?;
                    self.table.allocator().set_aside(layout).map_err(E::fail)?;
                }
                let _unused = self.table.allocator().return_unused();
                Ok(Self { table: Table::new((*self.table).clone()) })
            }

            /// Like `clone`.
            ///
            /// # Errors
            /// If a budget or the global allocator refuses; then nothing was cloned.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn try_clone(&self) -> Result<Self, AllocError>
            where
                $key: Clone,
                $($item: Clone,)*
                S: Clone,
            {
                self.copied()
            }
        }

        /// Reading goes to the table itself, with hashbrown's whole vocabulary.
        impl<'f, $key, $($item,)* S> Deref for $Frame<'f, $key, $($item,)* S> {
            type Target = $under<'f, $key, $($item,)* S>;

            #[inline(always)]
            fn deref(&self) -> &Self::Target {
                &self.table
            }
        }

        /// The clone grows in the same frame.
        impl<$key: Eq + Hash + Clone, $($item: Clone,)* S: BuildHasher + Clone> Clone for $Frame<'_, $key, $($item,)* S> {
            #[cfg_attr(feature = "debug", track_caller)]
            fn clone(&self) -> Self {
                infallible(self.copied())
            }
        }

        impl<$key: fmt::Debug, $($item: fmt::Debug,)* S> fmt::Debug for $Frame<'_, $key, $($item,)* S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (*self.table).fmt(f)
            }
        }
    };
}
pub(super) use table_methods;
