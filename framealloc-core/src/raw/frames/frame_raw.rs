//! The unsafe doors of `FrameBox` and `FrameSlot`, and what goes through them safely: other types for the same value.

use core::any::Any;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::owned::Owned;
use crate::raw::frames::boxes::{FrameBox, FrameSlot};

impl<T: ?Sized> FrameBox<'_, T> {
    /// Gives the value up without dropping it; [`from_raw`](Self::from_raw) takes it back while the frame lasts.
    #[inline]
    #[must_use = "the value is never dropped if nobody takes the pointer back"]
    pub fn into_raw(this: Self) -> *mut T {
        this.into_owned().into_raw().as_ptr()
    }

    /// Takes charge of a value that [`into_raw`](Self::into_raw) gave up, or of one that is in frame memory otherwise.
    ///
    /// # Safety
    /// `value` is a valid value in frame memory, with no other owner, and its frame or scope is borrowed for as long as the
    /// lifetime of the box, which the compiler takes from wherever the box goes.
    #[inline]
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub unsafe fn from_raw(value: *mut T) -> Self {
        // SAFETY: by the contract; a valid value is not at null.
        Self::from_owned(unsafe { Owned::from_raw(NonNull::new_unchecked(value)) })
    }
}

impl<'f, T> FrameSlot<'f, T> {
    /// The box of a value that was written through [`as_uninit`](Self::as_uninit).
    ///
    /// # Safety
    /// The slot must hold a valid `T`.
    #[inline]
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub unsafe fn assume_init(mut self) -> FrameBox<'f, T> {
        let value = NonNull::from(self.as_uninit()).cast::<T>();
        // SAFETY: by the contract; the slot owns the place for `'f` and is gone.
        FrameBox::from_owned(unsafe { Owned::from_raw(value) })
    }
}

/// `downcast` of boxes of whatever type.
macro_rules! downcast {
    ($($any:ty),*) => {$(
        impl<'f> FrameBox<'f, $any> {
            /// The box with the type of its value, if that is `T`. The value does not move.
            ///
            /// # Errors
            /// The box as it was, if the value is not a `T`.
            #[inline]
            pub fn downcast<T: Any>(self) -> Result<FrameBox<'f, T>, Self> {
                if !(*self).is::<T>() {
                    return Err(self);
                }
                // SAFETY: just given up; the value is a `T`.
                Ok(FrameBox::from_owned(unsafe { Owned::from_raw(self.into_owned().into_raw().cast::<T>()) }))
            }
        }
    )*};
}

downcast!(dyn Any, dyn Any + Send, dyn Any + Send + Sync);

/// The lifetime of a box between its parts, so that nobody chooses another one.
#[derive(Clone, Copy, Debug)]
pub struct FrameLifetime<'f>(PhantomData<&'f ()>);

/// What [`frame_unsize!`](crate::frame_unsize) begins with.
#[inline(always)]
#[must_use]
pub fn into_parts<T: ?Sized>(value: FrameBox<'_, T>) -> (*mut T, FrameLifetime<'_>) {
    (FrameBox::into_raw(value), FrameLifetime(PhantomData))
}

/// What [`frame_unsize!`](crate::frame_unsize) ends with.
///
/// # Safety
/// Both come from one call of [`into_parts`]; the pointer may have been unsized meanwhile.
#[inline(always)]
#[must_use]
#[cfg_attr(feature = "debug", track_caller)]
pub unsafe fn from_parts<T: ?Sized>(value: *mut T, _: FrameLifetime<'_>) -> FrameBox<'_, T> {
    // SAFETY: passed on; the lifetime is that of the box that the pointer comes from.
    unsafe { FrameBox::from_raw(value) }
}

/// Turns a [`FrameBox`](crate::FrameBox) of a type into one of a trait object or slice. Nothing moves.
///
/// It works under `forbid(unsafe_code)`:
/// ```
/// #![forbid(unsafe_code)]
/// use core::fmt::Debug;
/// use framealloc_core::{FrameBox, SmartAlloc, frame_unsize};
///
/// let alloc = SmartAlloc::default();
/// let mut items: Vec<FrameBox<'_, dyn Debug>> = Vec::new();
/// items.push(frame_unsize!(alloc.frame_box(1) => dyn Debug));
/// items.push(frame_unsize!(alloc.frame_box(String::from("two")) => dyn Debug));
/// assert_eq!(format!("{items:?}"), r#"[1, "two"]"#);
/// let bytes: FrameBox<'_, [u8]> = frame_unsize!(alloc.frame_box([1, 2, 3]) => [u8]);
/// assert_eq!(bytes.len(), 3);
/// ```
///
/// A trait object that borrows says so: `FrameBox<'f, dyn Debug + 'f>`. A plain reference needs no macro:
/// `let shape: &mut dyn Debug = alloc.frame_ref(1);`.
///
/// Only what the compiler itself would coerce is accepted:
/// ```compile_fail,E0308
/// # use framealloc_core::{SmartAlloc, frame_unsize};
/// # let alloc = SmartAlloc::default();
/// let wrong = frame_unsize!(alloc.frame_box(1_u8) => u64);
/// ```
///
/// and the box lives no longer than before:
/// ```compile_fail,E0502
/// # use core::fmt::Debug;
/// # use framealloc_core::{SmartAlloc, frame_unsize};
/// let mut alloc = SmartAlloc::default();
/// let item = frame_unsize!(alloc.frame_box(1) => dyn Debug);
/// alloc.end_frame();
/// println!("{item:?}");
/// ```
#[macro_export]
macro_rules! frame_unsize {
    ($value:expr => $target:ty) => {{
        let (raw, lifetime) = $crate::__private::frame_unsize::into_parts($value);
        // Nothing but an unsizing coercion type-checks here: see `pool_unsize!`.
        let raw: *mut $target = raw;
        // SAFETY: the pointer and the lifetime were just given up by one box.
        unsafe { $crate::__private::frame_unsize::from_parts::<$target>(raw, lifetime) }
    }};
}
