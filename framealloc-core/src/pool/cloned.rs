//! `CloneBoxed`: values whose boxes can be cloned.

use crate::error::AllocError;
use crate::raw::pools::beside;
use crate::raw::pools::boxes::{HeapBox, PoolBox};

/// A value whose [`PoolBox`] and [`HeapBox`] can be cloned: every `T: Clone`, slices of them, and `str`.
///
/// Implement it for a trait object to clone boxes of it:
/// ```
/// use framealloc_core::pool::{self, CloneBoxed, PoolBox};
/// use framealloc_core::{AllocError, HeapBox, TagId, heap, heap_unsize, pool_unsize};
///
/// trait Weapon {
///     fn damage(&self) -> u32;
///     fn to_pool(&self) -> Result<PoolBox<dyn Weapon>, AllocError>;
///     fn to_heap(&self) -> Result<HeapBox<dyn Weapon>, AllocError>;
/// }
///
/// struct Bow;
///
/// impl Weapon for Bow {
///     fn damage(&self) -> u32 { 7 }
///     fn to_pool(&self) -> Result<PoolBox<dyn Weapon>, AllocError> {
///         Ok(pool_unsize!(pool::try_slot()?.write(Bow) => dyn Weapon))
///     }
///     fn to_heap(&self) -> Result<HeapBox<dyn Weapon>, AllocError> {
///         Ok(heap_unsize!(heap::try_slot(TagId::NONE)?.write(Bow) => dyn Weapon))
///     }
/// }
///
/// impl CloneBoxed for dyn Weapon {
///     fn clone_to_pool(from: &PoolBox<Self>) -> Result<PoolBox<Self>, AllocError> { from.to_pool() }
///     fn clone_to_heap(from: &HeapBox<Self>) -> Result<HeapBox<Self>, AllocError> { from.to_heap() }
/// }
///
/// let bow: PoolBox<dyn Weapon> = pool_unsize!(pool::boxed(Bow) => dyn Weapon);
/// assert_eq!(bow.clone().damage(), 7);
/// ```
pub trait CloneBoxed {
    /// Clones the value to where the box has its memory from.
    ///
    /// # Errors
    /// When there is no memory. The value is not cloned then.
    fn clone_to_pool(from: &PoolBox<Self>) -> Result<PoolBox<Self>, AllocError>;

    /// Clones the value to the heap, for the tag of the box.
    ///
    /// # Errors
    /// When there is no memory. The value is not cloned then.
    fn clone_to_heap(from: &HeapBox<Self>) -> Result<HeapBox<Self>, AllocError>;
}

impl<T: Clone> CloneBoxed for T {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_to_pool(from: &PoolBox<Self>) -> Result<PoolBox<Self>, AllocError> {
        Ok(PoolBox(beside::vacant(&from.0)?.write_with(|| T::clone(from))))
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_to_heap(from: &HeapBox<Self>) -> Result<HeapBox<Self>, AllocError> {
        Ok(HeapBox(beside::vacant(&from.0)?.write_with(|| T::clone(from))))
    }
}

impl<T: Clone> CloneBoxed for [T] {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_to_pool(from: &PoolBox<Self>) -> Result<PoolBox<Self>, AllocError> {
        Ok(PoolBox(beside::filling(&from.0)?.fill(|index| from[index].clone())))
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_to_heap(from: &HeapBox<Self>) -> Result<HeapBox<Self>, AllocError> {
        Ok(HeapBox(beside::filling(&from.0)?.fill(|index| from[index].clone())))
    }
}

impl CloneBoxed for str {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_to_pool(from: &PoolBox<Self>) -> Result<PoolBox<Self>, AllocError> {
        Ok(PoolBox(beside::text(&from.0)?))
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_to_heap(from: &HeapBox<Self>) -> Result<HeapBox<Self>, AllocError> {
        Ok(HeapBox(beside::text(&from.0)?))
    }
}
