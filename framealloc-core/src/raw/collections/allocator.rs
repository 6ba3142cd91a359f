//! Frame memory behind the `Allocator` trait: for the hash tables here, and for `&Frame` itself as a feature.

use core::alloc::Layout;
use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use allocator_api2::alloc::{AllocError as Refusal, Allocator};

use crate::error::AllocError;
use crate::raw::frames::frame::Frame;
use crate::raw::mem::poison::poison;
use crate::raw::mem::window::dangling;

/// What hash tables in frame memory allocate from. It appears in the types of the tables' iterators and entries.
pub struct FrameAllocator<'f> {
    frame: &'f Frame,
    /// Set while a caller waits for the error: then a refusal is returned, else it is a panic with the same words.
    ///
    /// Without the panic a refused `insert` would end the process: tables know of no budgets.
    waits: Cell<bool>,
    refused: Cell<Option<AllocError>>,
    /// A block of `frame` that nobody uses: the next request that it fits gets it.
    aside: Cell<Option<(NonNull<u8>, Layout)>>,
}

impl<'f> FrameAllocator<'f> {
    pub(crate) fn new(frame: &'f Frame) -> Self {
        Self { frame, waits: Cell::new(false), refused: Cell::new(None), aside: Cell::new(None) }
    }

    pub(crate) fn frame(&self) -> &'f Frame {
        self.frame
    }

    /// From now on returns refusals.
    pub(crate) fn return_refusals(&self) {
        self.waits.set(true);
    }

    /// From now on panics with refusals, as at first.
    pub(crate) fn panic_on_refusal(&self) {
        self.waits.set(false);
    }

    /// Why memory was last refused.
    pub(crate) fn take_refusal(&self) -> Option<AllocError> {
        self.refused.take()
    }

    /// Takes memory for the one request that comes next, here or of the next clone of this. That request cannot be refused then.
    ///
    /// For calls of tables that know no refusal.
    pub(crate) fn set_aside(&self, layout: Layout) -> Result<(), AllocError> {
        self.give_back();
        self.aside.set(Some((allocate(self.frame, layout)?.cast(), layout)));
        Ok(())
    }

    /// Gives back what was set aside and is not used when the guard drops.
    pub(crate) fn return_unused(&self) -> impl Drop + '_ {
        struct Unused<'a, 'f>(&'a FrameAllocator<'f>);
        impl Drop for Unused<'_, '_> {
            fn drop(&mut self) {
                self.0.give_back();
            }
        }
        Unused(self)
    }

    fn give_back(&self) {
        if let Some((start, layout)) = self.aside.take() {
            // SAFETY: `allocate` made it in this frame with this layout, and nobody was given it (V6, V8).
            unsafe { deallocate(self.frame, start, layout) };
        }
    }
}

impl Clone for FrameAllocator<'_> {
    fn clone(&self) -> Self {
        let clone = Self::new(self.frame);
        clone.aside.set(self.aside.take());
        clone
    }
}

impl Drop for FrameAllocator<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl fmt::Debug for FrameAllocator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameAllocator").field("frame", &self.frame).finish_non_exhaustive()
    }
}

fn allocate(frame: &Frame, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
    let start = if layout.size() == 0 { dangling(layout) } else { frame.arena().bump_growable(layout)? };
    Ok(NonNull::slice_from_raw_parts(start, layout.size()))
}

/// Takes the block back if it is the newest growable; else its bytes wait for the reset.
///
/// # Safety
/// `start` and `layout` are of a block that `allocate` made in this frame; it is not used again.
unsafe fn deallocate(frame: &Frame, start: NonNull<u8>, layout: Layout) {
    // SAFETY: by the contract; blocks come from the growable side (V6).
    if !unsafe { frame.arena().shrink_in_place(start, layout.size(), 0) } {
        poison(start.as_ptr(), layout.size());
    }
}

// SAFETY: blocks live as long as the frame is borrowed, which every copy does (I7, V6); copies are of one arena. A panic
// comes before any change.
unsafe impl Allocator for FrameAllocator<'_> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, Refusal> {
        if let Some((start, aside)) = self.aside.take() {
            if aside.size() == layout.size() && aside.align() >= layout.align() {
                return Ok(NonNull::slice_from_raw_parts(start, layout.size()));
            }
            self.aside.set(Some((start, aside)));
            self.give_back();
        }
        allocate(self.frame, layout).map_err(|error| {
            assert!(self.waits.get(), "{error}");
            self.refused.set(Some(error));
            Refusal
        })
    }

    #[inline]
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        // SAFETY: by the contract of the trait.
        unsafe { deallocate(self.frame, start, layout) };
    }
}

/// Any collection that takes an allocator can live in a frame. Features `allocator-api2` and `nightly`.
// SAFETY: blocks are growables of the arena of this frame, and live as long as it is borrowed (V6).
#[cfg(any(feature = "allocator-api2", feature = "nightly"))]
unsafe impl Allocator for &Frame {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, Refusal> {
        allocate(self, layout).map_err(|_| Refusal)
    }

    #[inline]
    unsafe fn deallocate(&self, start: NonNull<u8>, layout: Layout) {
        // SAFETY: by the contract of the trait.
        unsafe { deallocate(self, start, layout) };
    }

    unsafe fn grow(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, Refusal> {
        // SAFETY: by the contract of the trait: a block of this arena with `old`, and `new` is not smaller (V6).
        unsafe {
            if start.addr().get() & (new.align() - 1) == 0 && self.arena().grow_in_place(start, old.size(), new.size())
            {
                return Ok(NonNull::slice_from_raw_parts(start, new.size()));
            }
            let fresh = allocate(self, new).map_err(|_| Refusal)?;
            fresh.cast::<u8>().copy_from_nonoverlapping(start, old.size());
            deallocate(self, start, old);
            Ok(fresh)
        }
    }

    unsafe fn grow_zeroed(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, Refusal> {
        // The trait's own copies always.
        // SAFETY: by the contract of the trait; the bytes behind the old ones are of the grown block.
        unsafe {
            let grown = self.grow(start, old, new)?;
            grown.cast::<u8>().add(old.size()).write_bytes(0, new.size() - old.size());
            Ok(grown)
        }
    }

    unsafe fn shrink(&self, start: NonNull<u8>, old: Layout, new: Layout) -> Result<NonNull<[u8]>, Refusal> {
        // SAFETY: by the contract of the trait: a block of this arena with `old`, and `new` is not larger (V6); the
        // part that is copied is that which stays.
        unsafe {
            if start.addr().get() & (new.align() - 1) == 0 {
                self.arena().shrink_in_place(start, old.size(), new.size());
                return Ok(NonNull::slice_from_raw_parts(start, new.size()));
            }
            let fresh = allocate(self, new).map_err(|_| Refusal)?;
            fresh.cast::<u8>().copy_from_nonoverlapping(start, new.size());
            deallocate(self, start, old);
            Ok(fresh)
        }
    }
}
