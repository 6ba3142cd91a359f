//! Pools as methods of the allocator; a `Frame` has them too, since it derefs to it.

use super::Refused;
use crate::SmartAlloc;
use crate::error::{AllocError, infallible};
use crate::raw::pools::boxes::{PoolBox, PoolSlot};
use crate::raw::pools::request::PoolRequest;

/// Pool requests of fewer bytes are served by pools whatever the threshold: their hot path has no room for the question.
const ROUTED_FROM: usize = 1 << 10;

/// Memory that outlives the frame. What these return is `'static`: it may outlive the allocator too.
impl SmartAlloc {
    /// Who asks for so many bytes of pool memory. Small types do not look at the threshold: a constant tells them.
    #[inline(always)]
    fn request(&self, bytes: usize) -> PoolRequest {
        let slots_up_to = if bytes < ROUTED_FROM { usize::MAX } else { self.config().heap_threshold() };
        PoolRequest { tag: Some(self.tag_id()), slots_up_to }
    }

    /// Moves `value` into the pool of its size; what is over the heap threshold of the allocator
    /// ([`AllocConfig::with_heap_threshold`](crate::AllocConfig::with_heap_threshold)) goes to the heap.
    ///
    /// # Panics
    /// When the global allocator refuses a slab. The value is dropped.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let enemy = alloc.pool_box([1.0_f32; 4]);
    /// drop(alloc);
    /// assert_eq!(enemy[0], 1.0);
    /// ```
    #[inline]
    #[must_use = "dropping the box drops the value"]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn pool_box<T>(&self, value: T) -> PoolBox<T> {
        self.pool_alloc().write(value)
    }

    /// Moves `value` into the pool of its size.
    ///
    /// # Errors
    /// When the global allocator refuses a slab. The error has the value.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_pool_box<T>(&self, value: T) -> Result<PoolBox<T>, Refused<T>> {
        super::try_boxed_for(value, self.request(size_of::<T>()))
    }

    /// A place for a `T` in the pool of its size, without a value.
    ///
    /// # Panics
    /// When the global allocator refuses a slab.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn pool_alloc<T>(&self) -> PoolSlot<T> {
        super::slot_for(self.request(size_of::<T>()))
    }

    /// A place for a `T` in the pool of its size, without a value.
    ///
    /// # Errors
    /// When the global allocator refuses a slab.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_pool_alloc<T>(&self) -> Result<PoolSlot<T>, AllocError> {
        super::try_slot_for(self.request(size_of::<T>()))
    }

    /// A copy of `values` in the pool of its size.
    ///
    /// # Panics
    /// When the global allocator refuses.
    #[must_use = "dropping the box drops the values"]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn pool_slice_copy<T: Copy>(&self, values: &[T]) -> PoolBox<[T]> {
        infallible(super::copied(values, self.request(size_of_val(values))))
    }

    /// A copy of `values` in the pool of its size.
    ///
    /// # Errors
    /// When the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_pool_slice_copy<T: Copy>(&self, values: &[T]) -> Result<PoolBox<[T]>, AllocError> {
        super::copied(values, self.request(size_of_val(values)))
    }

    /// A copy of `text` in the pool of its size.
    ///
    /// # Panics
    /// When the global allocator refuses.
    #[must_use = "dropping the box drops the text"]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn pool_str(&self, text: &str) -> PoolBox<str> {
        infallible(super::written(text, self.request(text.len())))
    }

    /// A copy of `text` in the pool of its size.
    ///
    /// # Errors
    /// When the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_pool_str(&self, text: &str) -> Result<PoolBox<str>, AllocError> {
        super::written(text, self.request(text.len()))
    }

    /// A slice of `length` values in the pool of its size, each made by `value` from its index.
    ///
    /// # Panics
    /// As [`pool::slice_fill_with`](crate::pool::slice_fill_with).
    #[must_use = "dropping the box drops the values"]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn pool_slice_fill_with<T>(&self, length: usize, value: impl FnMut(usize) -> T) -> PoolBox<[T]> {
        infallible(super::filled(length, self.request(size_of::<T>().saturating_mul(length)), value))
    }

    /// A slice of `length` values in the pool of its size, each made by `value` from its index.
    ///
    /// # Errors
    /// As [`pool::try_slice_fill_with`](crate::pool::try_slice_fill_with).
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_pool_slice_fill_with<T>(
        &self,
        length: usize,
        value: impl FnMut(usize) -> T,
    ) -> Result<PoolBox<[T]>, AllocError> {
        super::filled(length, self.request(size_of::<T>().saturating_mul(length)), value)
    }
}
