//! `PoolBox`: an owned value in a slot of a pool.

use core::pin::Pin;

use super::refused::Refused;
use crate::box_traits::box_traits;
use crate::box_values::box_values;
use crate::raw::pools::boxes::PoolBox;

box_traits!(PoolBox);
box_values!(PoolBox, clone_to_pool);

impl<T> PoolBox<T> {
    /// Moves `value` into the pool of its size, as [`pool::boxed`](super::boxed) does.
    ///
    /// # Panics
    /// When the global allocator refuses a slab. The value is dropped.
    ///
    /// ```
    /// use framealloc_core::PoolBox;
    ///
    /// let shield = PoolBox::new([1_u8; 16]);
    /// let copy = shield.clone();
    /// assert_eq!(shield, copy);
    /// ```
    #[inline]
    #[must_use = "dropping the box drops the value"]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn new(value: T) -> Self {
        super::boxed(value)
    }

    /// Moves `value` into the pool of its size.
    ///
    /// # Errors
    /// When the global allocator refuses a slab. The error has the value.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_new(value: T) -> Result<Self, Refused<T>> {
        super::try_boxed(value)
    }
}

impl<T> Default for PoolBox<[T]> {
    fn default() -> Self {
        super::slice_fill_with(0, |_| unreachable!("the slice is empty"))
    }
}

impl<T: Clone> From<&[T]> for PoolBox<[T]> {
    /// Clones the values into the pool of their size.
    fn from(values: &[T]) -> Self {
        super::slice_fill_with(values.len(), |index| values[index].clone())
    }
}

impl From<&str> for PoolBox<str> {
    /// Copies the text into the pool of its size.
    fn from(text: &str) -> Self {
        super::str_copy(text)
    }
}

impl<T: ?Sized> PoolBox<T> {
    /// Pins the value: its slot is not reused before it is dropped.
    #[inline]
    #[must_use]
    pub fn into_pin(this: Self) -> Pin<Self> {
        crate::raw::pools::from_raw::pin_pool_box(this)
    }
}

impl<T: ?Sized> From<PoolBox<T>> for Pin<PoolBox<T>> {
    fn from(this: PoolBox<T>) -> Self {
        PoolBox::into_pin(this)
    }
}
