//! What a handle of a shared value is made of (I25).

use core::marker::PhantomData;
use core::ptr::NonNull;

/// The name of a value that lives until the frame ends.
pub(crate) struct Shared<T: ?Sized> {
    pub(super) allocator: u64,
    pub(super) frames_ended: u64,
    pub(super) value: NonNull<T>,
    owner: PhantomData<T>,
}

// SAFETY: a handle only gives out `&T`, and only while the value lives. The value is dropped by whichever thread ends
// the frame, hence `Send`, and read by any thread, hence `Sync`.
unsafe impl<T: ?Sized + Send + Sync> Send for Shared<T> {}
// SAFETY: a handle gives out `&T` only, while the value lives, to any thread.
unsafe impl<T: ?Sized + Send + Sync> Sync for Shared<T> {}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: ?Sized> Copy for Shared<T> {}

impl<T: ?Sized> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.allocator, self.frames_ended) == (other.allocator, other.frames_ended)
            // Both the address and the length: a slice may begin where another one does.
            && core::ptr::eq(self.value.as_ptr(), other.value.as_ptr())
    }
}

impl<T: ?Sized> Shared<T> {
    #[inline]
    pub(super) fn new(allocator: u64, frames_ended: u64, value: NonNull<T>) -> Self {
        Self { allocator, frames_ended, value, owner: PhantomData }
    }
}
