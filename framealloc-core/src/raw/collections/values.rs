//! Elements on their way out: owned by an iterator, no longer by the vector or box they were in.

use core::marker::PhantomData;
use core::ptr::NonNull;

use crate::raw::frames::owned::Owned;

/// Elements in memory that lives for `'f`; those that are not taken are dropped with this.
pub(crate) struct Values<'f, T> {
    start: NonNull<T>,
    front: usize,
    back: usize,
    owns: PhantomData<(&'f (), T)>,
}

// SAFETY: like `Owned<[T]>`: dropping the elements touches nothing of the arena or its thread.
unsafe impl<T: Send> Send for Values<'_, T> {}
// SAFETY: a shared one gives out `&T` only.
unsafe impl<T: Sync> Sync for Values<'_, T> {}

impl<'f, T> Values<'f, T> {
    /// # Safety
    /// The elements `front..back` after `start` are initialised, owned by nobody else and alive for `'f`.
    #[inline(always)]
    pub(super) unsafe fn new(start: NonNull<T>, front: usize, back: usize) -> Self {
        Self { start, front, back, owns: PhantomData }
    }

    #[inline]
    pub(crate) fn of(slice: Owned<'f, [T]>) -> Self {
        let slice = slice.into_raw();
        Self { start: slice.cast(), front: 0, back: slice.len(), owns: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn remaining(&self) -> usize {
        self.back - self.front
    }

    #[inline(always)]
    pub(crate) fn first(&mut self) -> Option<T> {
        if self.front == self.back {
            return None;
        }
        let at = self.front;
        self.front += 1;
        // SAFETY: the element is initialised, and from here on the caller's.
        Some(unsafe { self.start.add(at).read() })
    }

    #[inline(always)]
    pub(crate) fn last(&mut self) -> Option<T> {
        if self.front == self.back {
            return None;
        }
        self.back -= 1;
        // SAFETY: it was an element, and is in nobody's range any more.
        Some(unsafe { self.start.add(self.back).read() })
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        // SAFETY: `front..back` are initialised; borrowed as `self` is.
        unsafe { NonNull::slice_from_raw_parts(self.start.add(self.front), self.remaining()).as_ref() }
    }

    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: what is between `front` and `back` is initialised and ours.
        unsafe { NonNull::slice_from_raw_parts(self.start.add(self.front), self.remaining()).as_mut() }
    }
}

impl<T> Drop for Values<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: nobody took these, and they are not used again.
        unsafe { NonNull::slice_from_raw_parts(self.start.add(self.front), self.remaining()).drop_in_place() };
    }
}
