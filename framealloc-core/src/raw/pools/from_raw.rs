//! The unsafe doors of the safe types: from raw pointers, and from memory that someone else has filled.

use core::any::Any;
use core::pin::Pin;

use crate::raw::pools::boxes::{HeapBox, HeapSlot, PoolBox, PoolSlot};

use super::owner::Owner;

impl<T: ?Sized> PoolBox<T> {
    /// Takes charge of a value that [`into_raw`](Self::into_raw) gave up.
    ///
    /// # Safety
    /// `value` must come from `into_raw` (not from a reference to the value), may have been unsized to another type meanwhile, and
    /// must have no other owner.
    #[inline]
    #[must_use]
    pub unsafe fn from_raw(value: *mut T) -> Self {
        // SAFETY: passed on.
        Self(unsafe { Owner::from_raw(value) })
    }
}

impl<T: ?Sized> HeapBox<T> {
    /// Takes charge of a value that [`into_raw`](Self::into_raw) gave up.
    ///
    /// # Safety
    /// As for [`PoolBox::from_raw`].
    #[inline]
    #[must_use]
    pub unsafe fn from_raw(value: *mut T) -> Self {
        // SAFETY: passed on.
        Self(unsafe { Owner::from_raw(value) })
    }
}

impl<T> PoolSlot<T> {
    /// The box of a value that was written through [`as_uninit`](Self::as_uninit).
    ///
    /// # Safety
    /// The slot must hold a valid `T`.
    #[inline]
    #[must_use]
    pub unsafe fn assume_init(self) -> PoolBox<T> {
        // SAFETY: passed on.
        PoolBox(unsafe { self.0.assume_init() })
    }
}

impl<T> HeapSlot<T> {
    /// The box of a value that was written through [`as_uninit`](Self::as_uninit).
    ///
    /// # Safety
    /// The slot must hold a valid `T`.
    #[inline]
    #[must_use]
    pub unsafe fn assume_init(self) -> HeapBox<T> {
        // SAFETY: passed on.
        HeapBox(unsafe { self.0.assume_init() })
    }
}

/// `downcast` of boxes of whatever type.
macro_rules! downcast {
    ($($Box:ident<$any:ty>)*) => {$(
        impl $Box<$any> {
            /// The box with the type of its value, if that is `T`. The value does not move.
            ///
            /// # Errors
            /// The box as it was, if the value is not a `T`.
            #[inline]
            pub fn downcast<T: Any>(self) -> Result<$Box<T>, Self> {
                if !(*self).is::<T>() {
                    return Err(self);
                }
                // SAFETY: just given up; the value is a `T`, and the address, with its provenance, is that of the value.
                Ok(unsafe { $Box::from_raw($Box::into_raw(self).cast::<T>()) })
            }
        }
    )*};
}

downcast! {
    PoolBox<dyn Any> PoolBox<dyn Any + Send> PoolBox<dyn Any + Send + Sync>
    HeapBox<dyn Any> HeapBox<dyn Any + Send> HeapBox<dyn Any + Send + Sync>
}

/// Pins a value in a pool.
#[inline]
pub(crate) fn pin_pool_box<T: ?Sized>(this: PoolBox<T>) -> Pin<PoolBox<T>> {
    // SAFETY: the slot is reused only after the value was dropped (P8), a leaked one never; nothing moves the value out of a pin,
    // and the box gives its value to nobody by any other way.
    unsafe { Pin::new_unchecked(this) }
}

/// Pins a value on the heap.
#[inline]
pub(crate) fn pin_heap_box<T: ?Sized>(this: HeapBox<T>) -> Pin<HeapBox<T>> {
    // SAFETY: the memory is used again only after the value was dropped, a leaked one's never; nothing moves the value
    // out of a pin.
    unsafe { Pin::new_unchecked(this) }
}

/// Turns a [`PoolBox`](crate::pool::PoolBox) of a type into one of a trait object or slice.
///
/// It works under `forbid(unsafe_code)`:
/// ```
/// #![forbid(unsafe_code)]
/// use core::fmt::Debug;
/// use framealloc_core::pool::{self, PoolBox};
/// use framealloc_core::pool_unsize;
///
/// let items: [PoolBox<dyn Debug>; 2] = [pool_unsize!(pool::boxed(1) => dyn Debug), pool_unsize!(pool::boxed("two") => dyn Debug)];
/// assert_eq!(format!("{items:?}"), r#"[1, "two"]"#);
/// let bytes: PoolBox<[u8]> = pool_unsize!(pool::boxed([1, 2, 3]) => [u8]);
/// assert_eq!(bytes.len(), 3);
/// ```
///
/// Only what the compiler itself would coerce is accepted:
/// ```compile_fail
/// # use framealloc_core::{pool, pool_unsize};
/// let wrong = pool_unsize!(pool::boxed(1_u8) => u64);
/// ```
#[macro_export]
macro_rules! pool_unsize {
    ($value:expr => $target:ty) => {{
        let raw = $crate::pool::PoolBox::into_raw($value);
        // Nothing but an unsizing coercion type-checks here. A function from one pointer to another would not do: safe code can
        // forge those.
        let raw: *mut $target = raw;
        // SAFETY: the pointer was just given up by `into_raw`.
        unsafe { $crate::pool::PoolBox::<$target>::from_raw(raw) }
    }};
}

/// Turns a [`HeapBox`](crate::heap::HeapBox) of a type into one of a trait object or slice, as
/// [`pool_unsize!`](crate::pool_unsize) does for pools.
///
/// ```
/// #![forbid(unsafe_code)]
/// use core::any::Any;
/// use framealloc_core::{HeapBox, heap_unsize};
///
/// let value: HeapBox<dyn Any> = heap_unsize!(HeapBox::new([1_u8; 4]) => dyn Any);
/// assert_eq!(value.downcast::<[u8; 4]>().map(HeapBox::into_inner).ok(), Some([1; 4]));
/// ```
#[macro_export]
macro_rules! heap_unsize {
    ($value:expr => $target:ty) => {{
        let raw = $crate::heap::HeapBox::into_raw($value);
        // As in `pool_unsize!`: an unsizing coercion and nothing else.
        let raw: *mut $target = raw;
        // SAFETY: the pointer was just given up by `into_raw`.
        unsafe { $crate::heap::HeapBox::<$target>::from_raw(raw) }
    }};
}
