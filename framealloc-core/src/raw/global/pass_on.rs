//! What every global allocator here does with a call that it does not serve itself: it looks whether the heap is off limits,
//! counts or attributes the call as its mode says, and passes it on.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::NonNull;

use super::by_tag::header::{self, Mark};
use super::by_tag::rows::Rows;
use super::by_tag::thread;
use super::{followed, heap_use, zone};

/// What an allocator does beside passing calls on. None of it is a switch: a block is freed as it was made.
pub trait Mode {
    /// Whether calls where the heap is off limits are reported.
    const GUARDS: bool;
    /// Whether blocks are attributed to tags, and have a header.
    const TAGS: bool;

    /// A block of so many bytes is asked for.
    #[inline(always)]
    fn asked(&self, _bytes: usize) {}

    /// A block is given back.
    #[inline(always)]
    fn given_back(&self) {}
}

/// Passes calls on to `A`.
#[derive(Debug, Default)]
pub(super) struct PassOn<A, M> {
    pub(super) inner: A,
    pub(super) mode: M,
}

impl<A: GlobalAlloc, M: Mode> PassOn<A, M> {
    /// Has `call` ask the allocator inside for a block.
    ///
    /// # Safety
    /// The layout has a size, and `call` asks for the layout that it is given.
    #[inline(always)]
    unsafe fn make(&self, layout: Layout, call: impl FnOnce(&A, Layout) -> *mut u8) -> *mut u8 {
        self.mode.asked(layout.size());
        if !M::TAGS {
            return call(&self.inner, layout);
        }
        let Some(whole) = header::whole(layout) else { return core::ptr::null_mut() };
        let Some(start) = NonNull::new(call(&self.inner, whole)) else { return core::ptr::null_mut() };
        let mark = thread::took(thread::open_row(), layout.size(), || self.rows());
        // SAFETY: that is what was asked for.
        unsafe { header::begin(start, layout.align(), mark) }.as_ptr()
    }

    /// As `realloc`, which the caller's contract is that of.
    #[inline(always)]
    unsafe fn resize(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        self.mode.asked(new_size);
        if !M::TAGS {
            // SAFETY: the caller's contract is the inner allocator's (G1).
            return unsafe { self.inner.realloc(block, layout, new_size) };
        }
        // SAFETY: the caller says that it is a layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        let (Some(new), Some(block)) = (header::whole(new_layout), NonNull::new(block)) else {
            return core::ptr::null_mut();
        };
        // SAFETY: the block is one of `make`, for this alignment.
        let (start, mark) = unsafe { header::end(block, layout.align()) };
        // SAFETY: the allocator inside gave it for this layout, and the new size is one of a layout.
        let start = unsafe { self.inner.realloc(start.as_ptr(), header::whole_of(layout), new.size()) };
        let Some(start) = NonNull::new(start) else { return core::ptr::null_mut() };
        // It stays its tag's, and goes on being followed: the header has moved with it.
        let (row, place) = mark.parts();
        thread::freed(Mark::of(row), layout.size(), || self.rows());
        let mut new = thread::took(row, new_size, || self.rows());
        if let Some(place) = place {
            match new.parts() {
                (_, Some(_)) => followed::died(place),
                (_, None) => new = mark,
            }
        }
        // SAFETY: that is what was asked for.
        unsafe { header::begin(start, layout.align(), new) }.as_ptr()
    }

    /// Rows for a thread, of the allocator inside: they are not the program's, and never given back.
    pub(super) fn rows(&self) -> Option<&'static Rows> {
        let layout = Layout::new::<Rows>();
        // SAFETY: the layout has a size.
        let rows = NonNull::new(unsafe { self.inner.alloc_zeroed(layout) })?.cast::<Rows>();
        if cfg!(framealloc_loom) {
            // SAFETY: it is large enough and aligned, and nobody else's.
            unsafe { rows.write(Rows::new()) };
        }
        // SAFETY: counts that are zeroes are counts; it stays for ever, shared (H2).
        let rows = unsafe { rows.as_ref() };
        rows.see_followed();
        Some(rows)
    }
}

/// Calls `call`, which asks for `bytes` bytes where the heap is off limits. What it asks for in turn is not reported again,
/// should the allocator inside be one of ours.
#[cold]
#[inline(never)]
fn watched(bytes: usize, call: impl FnOnce() -> *mut u8) -> *mut u8 {
    heap_use::report(bytes);
    let _told = zone::Told::begin();
    call()
}

// SAFETY: calls go on to `inner` with the caller's contract (G1), or with room in front of the block for a header, which is the
// same for each call about the block, and keeps it as large and aligned as was asked for (H1). What is done besides neither
// unwinds nor allocates (G2, H3).
unsafe impl<A: GlobalAlloc, M: Mode> GlobalAlloc for PassOn<A, M> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        let make = || unsafe { self.make(layout, |inner, layout| inner.alloc(layout)) };
        if M::GUARDS && zone::is_watched() { watched(layout.size(), make) } else { make() }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        let make = || unsafe { self.make(layout, |inner, layout| inner.alloc_zeroed(layout)) };
        if M::GUARDS && zone::is_watched() { watched(layout.size(), make) } else { make() }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract.
        let resize = || unsafe { self.resize(block, layout, new_size) };
        if M::GUARDS && zone::is_watched() { watched(new_size, resize) } else { resize() }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.mode.given_back();
        if !M::TAGS {
            // SAFETY: the caller's contract is the inner allocator's (G1).
            return unsafe { self.inner.dealloc(block, layout) };
        }
        // SAFETY: a block is nowhere null.
        let block = unsafe { NonNull::new_unchecked(block) };
        // SAFETY: the block is one of `make`, for this alignment.
        let (start, mark) = unsafe { header::end(block, layout.align()) };
        thread::freed(mark, layout.size(), || self.rows());
        // SAFETY: the allocator inside gave it for this layout.
        unsafe { self.inner.dealloc(start.as_ptr(), header::whole_of(layout)) };
    }
}
