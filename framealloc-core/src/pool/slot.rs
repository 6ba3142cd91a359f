//! `PoolSlot`: a place in a pool without a value.

use core::fmt;
use core::mem::MaybeUninit;

use crate::raw::pools::boxes::PoolBox;
use crate::raw::pools::boxes::PoolSlot;

impl<T> PoolSlot<T> {
    /// Moves `value` in.
    #[inline(always)]
    pub fn write(self, value: T) -> PoolBox<T> {
        PoolBox(self.0.write(value))
    }

    /// Puts in what `make` returns. In an optimised program a large value is built in place, where `make` can be inlined, and
    /// need not fit on the stack.
    ///
    /// ```
    /// let table = framealloc_core::pool::slot().write_with(|| [1_u8; 4000]);
    /// assert_eq!(table[3999], 1);
    /// ```
    #[inline(always)]
    pub fn write_with(self, make: impl FnOnce() -> T) -> PoolBox<T> {
        PoolBox(self.0.write_with(make))
    }

    /// Fills the place with zeroes, for types of which that is a value; nothing goes over the stack.
    ///
    /// ```
    /// let table = framealloc_core::pool::slot::<[u32; 1000]>().zeroed();
    /// assert_eq!(table[999], 0);
    /// ```
    #[inline]
    #[must_use = "dropping the box drops the value"]
    pub fn zeroed(self) -> PoolBox<T>
    where
        T: bytemuck::Zeroable,
    {
        PoolBox(self.0.zeroed())
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
