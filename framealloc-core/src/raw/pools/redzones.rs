//! The slots of pools as they are handed out and taken back: marked, and with the feature `debug` looked at and written down.

use core::ptr::NonNull;

use crate::raw::mem::poison::{poison, unpoison};

/// Whether anything here does anything.
pub(super) const WATCHES: bool = cfg!(any(framealloc_asan, feature = "debug"));

/// A slot was handed out for a value of `size` bytes.
#[inline(always)]
#[cfg_attr(not(feature = "debug"), expect(clippy::extra_unused_type_parameters, reason = "there is nothing to tell"))]
#[cfg_attr(feature = "debug", track_caller)]
pub(super) fn slot_taken<T: ?Sized>(slot: NonNull<u8>, size: usize) {
    #[cfg(feature = "debug")]
    known::slot_taken(slot, size, core::any::type_name::<T>());
    unpoison(slot.as_ptr(), size);
}

/// The value of `size` bytes in a slot is gone; the slot is about to be freed.
#[inline(always)]
pub(super) fn slot_freed(slot: NonNull<u8>, size: usize) {
    #[cfg(feature = "debug")]
    known::slot_freed(slot, size);
    poison(slot.as_ptr(), size);
}

/// A block of the heap was handed out for an object that no slot can hold.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
#[cfg_attr(not(feature = "debug"), expect(clippy::extra_unused_type_parameters, reason = "there is nothing to tell"))]
pub(super) fn block_taken<T: ?Sized>(block: NonNull<u8>, size: usize) {
    #[cfg(feature = "debug")]
    crate::debug::objects::made(block.addr().get(), size, core::any::type_name::<T>(), "heap");
    #[cfg(not(feature = "debug"))]
    let _ = (block, size);
}

/// Such a block is about to be freed.
#[inline(always)]
pub(super) fn block_freed(block: NonNull<u8>) {
    #[cfg(feature = "debug")]
    crate::debug::objects::gone(block.addr().get());
    #[cfg(not(feature = "debug"))]
    let _ = block;
}

#[cfg(feature = "debug")]
mod known {
    use core::ptr::NonNull;

    use super::super::pool::RawPool;
    use super::super::slab::header_of;
    use crate::debug::{corruption, objects};
    use crate::raw::mem::poison::{changed, poison};

    /// The pool of a slot that is not free.
    fn pool_of(slot: NonNull<u8>) -> &'static RawPool {
        // SAFETY: the slab of a slot that is not free is live (P9), and pools live for ever.
        unsafe { &*(*header_of(slot)).pool }
    }

    #[track_caller]
    pub(super) fn slot_taken(slot: NonNull<u8>, size: usize, type_name: &'static str) {
        let pool = pool_of(slot);
        let (stride, name) = (pool.shape().slot as usize, pool.settings().name);
        if !cfg!(framealloc_asan) {
            // SAFETY: the slot is ours and was overwritten when its slab was made, and each time it was freed (P1, I21).
            if let Some((first, _)) = unsafe { changed(slot.as_ptr(), stride) } {
                poison(slot.as_ptr(), stride);
                corruption::slot_written(slot.addr().get(), first, name);
            }
        }
        objects::made(slot.addr().get(), size, type_name, name);
    }

    pub(super) fn slot_freed(slot: NonNull<u8>, size: usize) {
        let pool = pool_of(slot);
        let rest = pool.shape().slot as usize - size;
        if !cfg!(framealloc_asan) {
            let behind = slot.as_ptr().wrapping_add(size);
            // SAFETY: the slot is ours and was overwritten before the value was made (P1, I21); the value is smaller
            // than the slot.
            if let Some((first, _)) = unsafe { changed(behind, rest) } {
                poison(behind, rest);
                corruption::object_overrun(slot.addr().get(), size, first, pool.settings().name);
            }
        }
        objects::freed(slot.addr().get());
    }
}
