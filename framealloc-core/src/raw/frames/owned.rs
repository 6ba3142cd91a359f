//! Values that own their drop and borrow their memory: what `FrameBox` and `FrameSlot` are made of.

use core::alloc::Layout;
use core::marker::PhantomData;
#[cfg(feature = "debug")]
use core::mem::needs_drop;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::frame::Frame;
#[cfg(feature = "debug")]
use crate::debug::frames;
use crate::error::{AllocError, Failure};

/// A value in memory that lives for `'f`. It is dropped with this, exactly once; the memory is not given back.
///
/// Nothing makes a `Pin` of it: memory of a forgotten one is used again without its drop (I17).
#[repr(transparent)]
pub(crate) struct Owned<'f, T: ?Sized> {
    value: NonNull<T>,
    /// Covariant in both; owns a `T` for the drop check, which must not be relaxed.
    owns: PhantomData<(&'f (), T)>,
}

// SAFETY: like `Box<T>`: dropping the value touches nothing of the arena or its thread.
unsafe impl<T: ?Sized + Send> Send for Owned<'_, T> {}
// SAFETY: like `Box<T>`: a shared one gives out `&T` only.
unsafe impl<T: ?Sized + Sync> Sync for Owned<'_, T> {}

impl<'f, T: ?Sized> Owned<'f, T> {
    /// # Safety
    /// `value` is initialised, lives for `'f` and is owned by nobody else.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) unsafe fn from_raw(value: NonNull<T>) -> Self {
        #[cfg(feature = "debug")]
        if needs_drop::<T>() {
            // SAFETY: by the contract it is a value.
            let bytes = size_of_val(unsafe { value.as_ref() });
            frames::value_made(value.addr().get(), bytes, core::any::type_name::<T>());
        }
        Self { value, owns: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn into_raw(self) -> NonNull<T> {
        self.let_go();
        ManuallyDrop::new(self).value
    }

    #[inline(always)]
    pub(crate) fn leak(self) -> &'f mut T {
        // SAFETY: initialised, ours, alive for `'f`, and no longer dropped by us.
        unsafe { ManuallyDrop::new(self).value.as_mut() }
    }

    /// The value is dropped, or somebody else's from here on. One that is leaked is still known to wait for its drop.
    #[inline(always)]
    #[cfg_attr(not(feature = "debug"), expect(clippy::unused_self, reason = "nothing is known of it"))]
    fn let_go(&self) {
        #[cfg(feature = "debug")]
        if needs_drop::<T>() {
            frames::value_gone(self.value.addr().get());
        }
    }

    #[inline(always)]
    pub(crate) fn as_ptr(&self) -> *mut T {
        self.value.as_ptr()
    }
}

impl<T> Owned<'_, T> {
    #[inline(always)]
    pub(crate) fn into_inner(self) -> T {
        // SAFETY: initialised and ours; the memory is not read again.
        unsafe { self.into_raw().read() }
    }
}

impl<'f, T> Owned<'f, [T]> {
    /// The same values as an array of their number, if that is `N`.
    #[inline]
    pub(crate) fn into_array<const N: usize>(self) -> Result<Owned<'f, [T; N]>, Self> {
        if self.len() != N {
            return Err(self);
        }
        // SAFETY: just given up; `N` values have the layout of an array of them.
        Ok(unsafe { Owned::from_raw(self.into_raw().cast::<[T; N]>()) })
    }
}

impl<'f, T, const N: usize> Owned<'f, [T; N]> {
    #[inline]
    pub(crate) fn into_slice(self) -> Owned<'f, [T]> {
        // SAFETY: just given up; an unsizing coercion.
        unsafe { Owned::from_raw(self.into_raw() as NonNull<[T]>) }
    }
}

impl<'f> Owned<'f, str> {
    #[inline]
    pub(crate) fn into_bytes(self) -> Owned<'f, [u8]> {
        let text = self.into_raw();
        // SAFETY: just given up; `str` and `[u8]` have the same layout, and every `str` is a `[u8]`.
        unsafe { Owned::from_raw(NonNull::new_unchecked(text.as_ptr() as *mut [u8])) }
    }
}

impl<T: ?Sized> Deref for Owned<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: initialised, alive, and borrowed as `self` is.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized> DerefMut for Owned<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the value is live and has no other owner.
        unsafe { self.value.as_mut() }
    }
}

impl<T: ?Sized> Drop for Owned<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        self.let_go();
        // SAFETY: initialised, ours, and not used again.
        unsafe { self.value.drop_in_place() };
    }
}

/// Finds a place for one `T`.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn place<T, E: Failure>(frame: &Frame) -> Result<NonNull<T>, E> {
    if size_of::<T>() == 0 {
        return Ok(NonNull::dangling());
    }
    Ok(frame.arena().bump_object::<E>(Layout::new::<T>())?.cast())
}

/// Finds a place for `len` values of type `T`.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn place_slice<T, E: Failure>(frame: &Frame, len: usize) -> Result<NonNull<T>, E> {
    let Ok(layout) = Layout::array::<T>(len) else { return Err(E::fail(AllocError::CapacityOverflow)) };
    if layout.size() == 0 {
        return Ok(NonNull::dangling());
    }
    Ok(frame.arena().bump_object::<E>(layout)?.cast())
}

/// Moves `value` into the frame.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn boxed<T, E: Failure>(frame: &Frame, value: T) -> Result<Owned<'_, T>, E> {
    // SAFETY: the block fits a `T` and is ours, or `T` has no size; a move runs no code of the user's.
    let fill = |block: NonNull<u8>| unsafe { block.cast::<T>().write(value) };
    let place = if size_of::<T>() == 0 {
        let place = NonNull::<T>::dangling();
        fill(place.cast());
        place
    } else {
        frame.arena().bump_filled::<E>(Layout::new::<T>(), fill)?.cast()
    };
    // SAFETY: initialised, ours, and alive as long as the borrow of the frame (I7).
    Ok(unsafe { Owned::from_raw(place) })
}

/// Copies a slice into the frame.
#[inline(always)]
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn copied<'f, T: Copy, E: Failure>(frame: &'f Frame, source: &[T]) -> Result<&'f mut [T], E> {
    let layout = Layout::for_value(source);
    let place = if layout.size() == 0 {
        NonNull::dangling()
    } else {
        // SAFETY: the block has room for the slice and is fresh, so they do not overlap.
        let copy = |block: NonNull<u8>| unsafe {
            block.cast().copy_from_nonoverlapping(NonNull::from(source).cast::<T>(), source.len());
        };
        frame.arena().bump_filled::<E>(layout, copy)?.cast()
    };
    // SAFETY: initialised, ours, and alive as long as the borrow of the frame (I7).
    Ok(unsafe { NonNull::slice_from_raw_parts(place, source.len()).as_mut() })
}

/// Copies a string into the frame.
#[inline(always)]
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn copied_str<'f, E: Failure>(frame: &'f Frame, source: &str) -> Result<&'f mut str, E> {
    let bytes = copied::<u8, E>(frame, source.as_bytes())?;
    // SAFETY: the bytes are those of a `str`.
    Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
}

/// As [`copied_str`], owned.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn boxed_str<'f, E: Failure>(frame: &'f Frame, source: &str) -> Result<Owned<'f, str>, E> {
    let text = copied_str::<E>(frame, source)?;
    // SAFETY: a `str` that nobody else has, as long as the borrow of the frame.
    Ok(unsafe { Owned::from_raw(NonNull::from(text)) })
}

/// A slice of zeroes. The type has no drop glue: the caller has checked.
#[inline(always)]
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn zeroed<T: bytemuck::Zeroable, E: Failure>(frame: &Frame, len: usize) -> Result<&mut [T], E> {
    let place = place_slice::<T, E>(frame, len)?;
    // SAFETY: the place has room for `len` values, for which all zeroes is a value; it is ours, and lives as long as the
    // borrow of the frame (I7).
    unsafe {
        place.write_bytes(0, len);
        Ok(NonNull::slice_from_raw_parts(place, len).as_mut())
    }
}

/// Uninitialised places for `len` values.
#[inline(always)]
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn uninit<T, E: Failure>(frame: &Frame, len: usize) -> Result<&mut [MaybeUninit<T>], E> {
    let place = place_slice::<MaybeUninit<T>, E>(frame, len)?;
    // SAFETY: the place has room for the values, is ours, and lives as long as the borrow of the frame (I7); any bytes are
    // values of the element type.
    Ok(unsafe { NonNull::slice_from_raw_parts(place, len).as_mut() })
}

/// Uninitialised bytes of any layout.
#[inline(always)]
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn bytes<E: Failure>(frame: &Frame, layout: Layout) -> Result<&mut [MaybeUninit<u8>], E> {
    let place = frame.arena().bump_dynamic::<E>(layout)?;
    // SAFETY: fresh, ours, as long as the borrow of the frame; uninitialised bytes are values of the element type.
    Ok(unsafe { NonNull::slice_from_raw_parts(place.cast(), layout.size()).as_mut() })
}

/// An uninitialised place for a value.
#[repr(transparent)]
pub(crate) struct Place<'f, T> {
    place: NonNull<MaybeUninit<T>>,
    lives: PhantomData<(&'f (), T)>,
}

// SAFETY: it is a place as `Owned` is a value: it touches nothing of the arena or its thread.
unsafe impl<T: Send> Send for Place<'_, T> {}
// SAFETY: it is a place as `Owned` is a value: it touches nothing of the arena or its thread; a shared place gives
// nothing out.
unsafe impl<T: Sync> Sync for Place<'_, T> {}

impl<'f, T> Place<'f, T> {
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn find<E: Failure>(frame: &'f Frame) -> Result<Self, E> {
        Ok(Self { place: place::<T, E>(frame)?.cast(), lives: PhantomData })
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn write(self, value: T) -> Owned<'f, T> {
        let place = self.place.cast::<T>();
        // SAFETY: the place fits a `T` and is ours for `'f`.
        unsafe {
            place.write(value);
            Owned::from_raw(place)
        }
    }

    #[inline(always)]
    pub(crate) fn zeroed(self) -> &'f mut T
    where
        T: bytemuck::Zeroable,
    {
        let mut place = self.place.cast::<T>();
        // SAFETY: the place fits a `T` and is ours; all zeroes is a value of `T`.
        unsafe {
            place.write_bytes(0, 1);
            place.as_mut()
        }
    }

    #[inline(always)]
    pub(crate) fn as_mut(&mut self) -> &mut MaybeUninit<T> {
        // SAFETY: ours, and any bytes are a value of `MaybeUninit`.
        unsafe { self.place.as_mut() }
    }
}
