//! `PoolKey`: the name of a value in a `PoolMap`.

use core::fmt;
use core::marker::PhantomData;
use core::num::NonZeroU32;

/// The name of a value in a [`PoolMap`](super::PoolMap): `Copy`, 8 bytes, as is an `Option` of it.
///
/// A key finds its value until that is removed, and nothing afterwards: the place may hold another value by then, but of
/// another generation. A key is good for the map it comes from; another map of the same type may take it for one of its own.
pub struct PoolKey<T> {
    pub(super) index: u32,
    pub(super) generation: NonZeroU32,
    value: PhantomData<fn() -> T>,
}

impl<T> PoolKey<T> {
    pub(super) fn new(index: u32, generation: NonZeroU32) -> Self {
        Self { index, generation, value: PhantomData }
    }
}

impl<T> Clone for PoolKey<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PoolKey<T> {}

impl<T> PartialEq for PoolKey<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.index, self.generation) == (other.index, other.generation)
    }
}

impl<T> Eq for PoolKey<T> {}

impl<T> PartialOrd for PoolKey<T> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for PoolKey<T> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        (self.index, self.generation).cmp(&(other.index, other.generation))
    }
}

impl<T> core::hash::Hash for PoolKey<T> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        (self.index, self.generation).hash(state);
    }
}

impl<T> fmt::Debug for PoolKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PoolKey({} v{})", self.index, self.generation)
    }
}
