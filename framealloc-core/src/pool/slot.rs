//! `PoolSlot`: a place in a pool without a value.

use core::fmt;
use core::mem::MaybeUninit;

use super::boxed::PoolBox;
use crate::raw::owner::Vacant;
use crate::raw::route::PoolMemory;

/// A place for a `T` in a pool, uninitialised. Dropping it frees the place.
///
/// ```
/// let slot = framealloc_core::pool::slot::<[u64; 4]>();
/// let value = slot.write([1, 2, 3, 4]);
/// assert_eq!(value.iter().sum::<u64>(), 10);
/// ```
#[repr(transparent)]
#[must_use = "dropping the slot frees it"]
pub struct PoolSlot<T>(pub(crate) Vacant<T, PoolMemory>);

impl<T> PoolSlot<T> {
    /// Moves `value` in.
    #[inline(always)]
    pub fn write(self, value: T) -> PoolBox<T> {
        PoolBox(self.0.write(value))
    }

    /// The memory itself, for writing a value in parts. `assume_init`, which is unsafe, makes a box of it.
    #[inline]
    pub fn as_uninit(&mut self) -> &mut MaybeUninit<T> {
        self.0.as_uninit()
    }
}

impl<T> fmt::Debug for PoolSlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolSlot").finish_non_exhaustive()
    }
}
