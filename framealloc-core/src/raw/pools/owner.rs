//! The owner of a value in pool or heap memory: what `PoolBox` and `HeapBox` are made of.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit, needs_drop};
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

/// Where the memory of a value comes from and goes to.
///
/// # Safety
/// `release` is told the layout of the value only: it must find out by itself where the memory came from.
pub(crate) unsafe trait Memory {
    /// Frees the memory of a value.
    ///
    /// # Safety
    /// `memory` must have been allocated for this layout from this kind of memory, and hold no live value.
    unsafe fn release(memory: NonNull<u8>, layout: Layout);
}

/// A value that is dropped, and whose memory is released, with its owner.
///
/// One thin word. The pointer always keeps the provenance of the memory: it is never made from a reference to the value (P9).
#[repr(transparent)]
pub(crate) struct Owner<T: ?Sized, M: Memory> {
    value: NonNull<T>,
    owns: PhantomData<T>,
    memory: PhantomData<M>,
}

// SAFETY: it owns its value as a `Box` does, and releasing the memory works on any thread (P1).
unsafe impl<T: ?Sized + Send, M: Memory> Send for Owner<T, M> {}
// SAFETY: a shared owner gives nothing but shared references to the value.
unsafe impl<T: ?Sized + Sync, M: Memory> Sync for Owner<T, M> {}

// The value does not move with its owner.
impl<T: ?Sized, M: Memory> Unpin for Owner<T, M> {}

impl<T: ?Sized, M: Memory> Owner<T, M> {
    /// The memory of the value.
    #[inline(always)]
    pub(crate) fn memory(&self) -> NonNull<u8> {
        self.value.cast()
    }

    #[inline(always)]
    pub(crate) fn into_raw(self) -> *mut T {
        ManuallyDrop::new(self).value.as_ptr()
    }

    /// # Safety
    /// `value` must come from [`into_raw`](Self::into_raw) or [`Vacant::into_raw`] of the same memory, hold a live value, and have
    /// no other owner.
    #[inline(always)]
    pub(crate) unsafe fn from_raw(value: *mut T) -> Self {
        // SAFETY: passed on: what `into_raw` gives is never null.
        Self { value: unsafe { NonNull::new_unchecked(value) }, owns: PhantomData, memory: PhantomData }
    }

    #[inline]
    pub(crate) fn leak<'a>(self) -> &'a mut T
    where
        T: 'a,
    {
        // SAFETY: the value is live, and nobody will ever release its memory.
        unsafe { &mut *self.into_raw() }
    }
}

impl<T, M: Memory> Owner<T, M> {
    #[inline]
    pub(crate) fn into_inner(self) -> T {
        let this = ManuallyDrop::new(self);
        // SAFETY: the value is live and leaves its memory for good: `this` is not dropped.
        let value = unsafe { this.value.read() };
        // SAFETY: the memory is this owner's, and the value has moved out.
        unsafe { M::release(this.value.cast(), Layout::new::<T>()) };
        value
    }
}

impl<M: Memory> Owner<[u8], M> {
    /// The same bytes as text.
    ///
    /// # Safety
    /// They must be UTF-8.
    pub(crate) unsafe fn into_str(self) -> Owner<str, M> {
        // SAFETY: just given up; a `str` has the layout of its bytes, which are text by the contract.
        unsafe { Owner::from_raw(self.into_raw() as *mut str) }
    }
}

impl<T: ?Sized, M: Memory> Deref for Owner<T, M> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: an owner's value is live.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized, M: Memory> DerefMut for Owner<T, M> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: an owner's value is live, and it has no other one.
        unsafe { self.value.as_mut() }
    }
}

impl<T: ?Sized, M: Memory> Drop for Owner<T, M> {
    #[inline]
    fn drop(&mut self) {
        // Before the value is dropped: a dropped value need not tell its size any more (P8).
        let layout = Layout::for_value::<T>(self);
        if needs_drop::<T>() {
            let _release = Release::<M> { memory: self.value.cast(), layout, kind: PhantomData };
            // SAFETY: the value is live and its owner ends. The guard releases the memory, also if the drop panics.
            unsafe { self.value.drop_in_place() };
        } else {
            // Without the guard, which would keep this from being inlined.
            // SAFETY: the memory is this owner's, and the value needs no drop.
            unsafe { M::release(self.value.cast(), layout) };
        }
    }
}

/// Releases memory when it goes out of scope.
struct Release<M: Memory> {
    memory: NonNull<u8>,
    layout: Layout,
    kind: PhantomData<M>,
}

impl<M: Memory> Drop for Release<M> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: whoever makes a guard has the memory, with this layout, and no value in it when the guard ends.
        unsafe { M::release(self.memory, self.layout) };
    }
}

/// Memory for one value, without the value. Released on drop.
#[repr(transparent)]
pub(crate) struct Vacant<T, M: Memory> {
    memory: NonNull<MaybeUninit<T>>,
    kind: PhantomData<M>,
}

// SAFETY: there is no value, only memory, which any thread may release (P1).
unsafe impl<T: Send, M: Memory> Send for Vacant<T, M> {}
// SAFETY: a shared one gives access to nothing.
unsafe impl<T: Sync, M: Memory> Sync for Vacant<T, M> {}

impl<T, M: Memory> Vacant<T, M> {
    /// # Safety
    /// `memory` must have been allocated for a `T` from this kind of memory and have no other owner.
    #[inline(always)]
    pub(crate) unsafe fn from_memory(memory: NonNull<u8>) -> Self {
        Self { memory: memory.cast(), kind: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn write(self, value: T) -> Owner<T, M> {
        let memory = ManuallyDrop::new(self).memory.cast::<T>();
        // SAFETY: the memory is ours, large enough, aligned, and holds no value.
        unsafe { memory.write(value) };
        // SAFETY: the value was just written, and `self`, the only owner, is gone.
        unsafe { Owner::from_raw(memory.as_ptr()) }
    }

    /// Puts in what `make` returns. The value of an inlined `make` is built in the memory itself.
    #[inline(always)]
    pub(crate) fn write_with(self, make: impl FnOnce() -> T) -> Owner<T, M> {
        let value = make();
        self.write(value)
    }

    /// Fills the memory with zeroes.
    #[inline]
    pub(crate) fn zeroed(self) -> Owner<T, M>
    where
        T: bytemuck::Zeroable,
    {
        let memory = ManuallyDrop::new(self).memory.cast::<T>();
        // SAFETY: the memory is ours and large enough for a `T`.
        unsafe { memory.write_bytes(0, 1) };
        // SAFETY: all zeroes is a value of `T`, and `self`, the only owner, is gone.
        unsafe { Owner::from_raw(memory.as_ptr()) }
    }

    #[inline]
    pub(crate) fn as_uninit(&mut self) -> &mut MaybeUninit<T> {
        // SAFETY: the memory is ours, and uninitialised is a valid state of it.
        unsafe { self.memory.as_mut() }
    }

    /// # Safety
    /// The memory must hold a valid `T`.
    #[inline]
    pub(crate) unsafe fn assume_init(self) -> Owner<T, M> {
        let memory = ManuallyDrop::new(self).memory.cast::<T>();
        // SAFETY: passed on.
        unsafe { Owner::from_raw(memory.as_ptr()) }
    }
}

impl<T, M: Memory> Drop for Vacant<T, M> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the memory is ours and holds no value.
        unsafe { M::release(self.memory.cast(), Layout::new::<T>()) };
    }
}

/// Memory for a slice that is being filled: drops what it has and releases the memory if it does not get to the end.
pub(crate) struct Filling<T, M: Memory> {
    start: NonNull<T>,
    filled: usize,
    length: usize,
    kind: PhantomData<M>,
}

impl<T, M: Memory> Filling<T, M> {
    /// # Safety
    /// `memory` must have been allocated for a `[T]` of this length from this kind of memory and have no other owner.
    pub(crate) unsafe fn from_memory(memory: NonNull<u8>, length: usize) -> Self {
        Self { start: memory.cast(), filled: 0, length, kind: PhantomData }
    }

    /// Calls `value` for every element and returns the slice.
    pub(crate) fn fill(mut self, mut value: impl FnMut(usize) -> T) -> Owner<[T], M> {
        while self.filled < self.length {
            let element = value(self.filled);
            // SAFETY: the slice is longer than what is filled of it.
            let place = unsafe { self.start.add(self.filled) };
            // SAFETY: the memory is ours and holds no value there.
            unsafe { place.write(element) };
            self.filled += 1;
        }
        self.finish()
    }

    /// Copies `values`, for whose length the memory was asked.
    pub(crate) fn copy(mut self, values: &[T]) -> Owner<[T], M>
    where
        T: Copy,
    {
        assert!(values.len() == self.length, "the memory is for another length");
        // SAFETY: the memory is ours, fresh, and has room for that many values.
        unsafe { self.start.as_ptr().copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        self.filled = self.length;
        self.finish()
    }

    /// The slice, once all of it is filled.
    fn finish(self) -> Owner<[T], M> {
        debug_assert!(self.filled == self.length, "the slice has a hole");
        let this = ManuallyDrop::new(self);
        // SAFETY: all elements are live, and `this`, the only owner, is not dropped.
        unsafe { Owner::from_raw(NonNull::slice_from_raw_parts(this.start, this.length).as_ptr()) }
    }
}

impl<T, M: Memory> Drop for Filling<T, M> {
    fn drop(&mut self) {
        let Ok(layout) = Layout::array::<T>(self.length) else { return };
        let _release = Release::<M> { memory: self.start.cast(), layout, kind: PhantomData };
        // SAFETY: so many elements are live and nobody else has them. The guard releases the memory afterwards.
        unsafe { NonNull::slice_from_raw_parts(self.start, self.filled).drop_in_place() };
    }
}
