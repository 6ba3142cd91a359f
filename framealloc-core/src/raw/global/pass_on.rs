//! What every global allocator here does with a call that it does not serve itself: it looks whether the heap is off limits,
//! counts or attributes the call as its mode says, and passes it on.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::NonNull;

use super::by_tag::header::{self, Mark};
use super::by_tag::magazines::{KEEPS, Keeper};
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

/// What a new block has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Anything,
    Zeroes,
}

/// Passes calls on to `A`.
#[derive(Debug, Default)]
pub(super) struct PassOn<A, M> {
    pub(super) inner: A,
    pub(super) mode: M,
    keeper: Keeper,
}

impl<A, M> PassOn<A, M> {
    pub(super) const fn new(inner: A, mode: M) -> Self {
        Self { inner, mode, keeper: Keeper::new() }
    }
}

impl<A: GlobalAlloc, M: Mode> PassOn<A, M> {
    /// Makes a block: one that the thread kept, or one that `call` asks the allocator inside for.
    ///
    /// # Safety
    /// The layout has a size, and `call` asks for the layout that it is given, in zeroes if that is what `holds` says.
    #[inline(always)]
    unsafe fn make(&self, layout: Layout, holds: Holds, call: impl FnOnce(&A, Layout) -> *mut u8) -> *mut u8 {
        self.mode.asked(layout.size());
        if !M::TAGS {
            return call(&self.inner, layout);
        }
        if KEEPS && layout.align() <= header::ROW {
            if let Some((start, mark)) = thread::take_kept(&self.keeper, layout.size()) {
                // SAFETY: the allocator inside gave it for this layout, and it is nobody else's (H4).
                let block = unsafe { header::begin(start, header::ROW, mark) }.as_ptr();
                if holds == Holds::Zeroes {
                    // SAFETY: it has so many bytes.
                    unsafe { block.write_bytes(0, layout.size()) };
                }
                return block;
            }
        }
        // SAFETY: the caller's contract.
        unsafe { self.make_anew(layout, call) }
    }

    /// Has `call` ask the allocator inside for a block.
    ///
    /// # Safety
    /// The layout has a size, and `call` asks for the layout that it is given.
    #[inline(never)]
    unsafe fn make_anew(&self, layout: Layout, call: impl FnOnce(&A, Layout) -> *mut u8) -> *mut u8 {
        if layout.align() <= header::ROW {
            if let Some(mark) = thread::take(layout.size()) {
                // Counted before, so that little has to be kept for after the call.
                // SAFETY: what is counted so is small.
                let aligned = unsafe { Layout::from_size_align_unchecked(layout.size(), header::ROW) };
                // SAFETY: it is small.
                let Some(start) = NonNull::new(call(&self.inner, unsafe { header::whole_of(aligned) })) else {
                    thread::took_nothing(mark, layout.size());
                    return core::ptr::null_mut();
                };
                // SAFETY: that is what was asked for.
                return unsafe { header::begin(start, header::ROW, mark) }.as_ptr();
            }
        }
        // SAFETY: the caller's contract.
        unsafe { self.make_and_settle(layout, call) }
    }

    /// As [`make_anew`](Self::make_anew), where it takes more to count a block than one addition, or the room in front of it is larger.
    ///
    /// # Safety
    /// As for that.
    #[inline(never)]
    unsafe fn make_and_settle(&self, layout: Layout, call: impl FnOnce(&A, Layout) -> *mut u8) -> *mut u8 {
        let Some(whole) = header::whole(layout) else { return core::ptr::null_mut() };
        let Some(start) = NonNull::new(call(&self.inner, whole)) else { return core::ptr::null_mut() };
        let mark = thread::took(thread::open_row(), layout.size(), || self.rows());
        // SAFETY: that is what was asked for.
        unsafe { header::begin(start, layout.align(), mark) }.as_ptr()
    }

    /// As [`make`](Self::make), where the heap is watched.
    ///
    /// # Safety
    /// As for that.
    #[cold]
    #[inline(never)]
    unsafe fn make_watched(&self, layout: Layout, holds: Holds, call: impl FnOnce(&A, Layout) -> *mut u8) -> *mut u8 {
        // SAFETY: the caller's contract.
        watched(layout.size(), || unsafe { self.make(layout, holds, call) })
    }

    /// Gives a block back to the allocator inside.
    ///
    /// # Safety
    /// The caller's contract is that of `dealloc`.
    #[inline(never)]
    unsafe fn give_back(&self, block: NonNull<u8>, layout: Layout) {
        if layout.align() <= header::ROW {
            // SAFETY: the size is that of a block; the room in front of it is that of this alignment, too.
            let aligned = unsafe { Layout::from_size_align_unchecked(layout.size(), header::ROW) };
            // SAFETY: the block is one of `make`, for this room.
            let (start, mark) = unsafe { header::end(block, header::ROW) };
            if thread::free(mark, layout.size()) {
                // SAFETY: the allocator inside gave it for this layout.
                return unsafe { self.inner.dealloc(start.as_ptr(), header::whole_of(aligned)) };
            }
        }
        // SAFETY: the caller's contract.
        unsafe { self.settle_and_free(block, layout) };
    }

    /// Frees a block where it takes more to count it than one addition, or the room in front of it is larger.
    ///
    /// # Safety
    /// The caller's contract is that of `dealloc`.
    #[inline(never)]
    unsafe fn settle_and_free(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the block is one of `make`, for this alignment.
        let (start, mark) = unsafe { header::end(block, layout.align()) };
        thread::freed(mark, layout.size(), || self.rows());
        // SAFETY: the allocator inside gave it for this layout.
        unsafe { self.inner.dealloc(start.as_ptr(), header::whole_of(layout)) };
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
        // SAFETY: a block was made with it.
        let old = unsafe { header::whole_of(layout) };
        let moved = if old == new {
            start.as_ptr()
        } else {
            // SAFETY: the allocator inside gave it for this layout, and the new size is one of a layout.
            unsafe { self.inner.realloc(start.as_ptr(), old, new.size()) }
        };
        let Some(start) = NonNull::new(moved) else { return core::ptr::null_mut() };
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
        rows.begin(&self.keeper);
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
// same for each call about the block, and keeps it as large and aligned as was asked for (H1). Or a block is served that was
// given for the same, and was freed since (H4). What is done besides neither unwinds nor allocates (G2, H3).
unsafe impl<A: GlobalAlloc, M: Mode> GlobalAlloc for PassOn<A, M> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let call = |inner: &A, layout| {
            // SAFETY: the caller's contract.
            unsafe { inner.alloc(layout) }
        };
        if M::GUARDS && zone::is_watched() {
            // SAFETY: the caller's contract.
            return unsafe { self.make_watched(layout, Holds::Anything, call) };
        }
        // SAFETY: the caller's contract.
        unsafe { self.make(layout, Holds::Anything, call) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let call = |inner: &A, layout| {
            // SAFETY: the caller's contract.
            unsafe { inner.alloc_zeroed(layout) }
        };
        if M::GUARDS && zone::is_watched() {
            // SAFETY: the caller's contract.
            return unsafe { self.make_watched(layout, Holds::Zeroes, call) };
        }
        // SAFETY: the caller's contract.
        unsafe { self.make(layout, Holds::Zeroes, call) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if M::GUARDS && zone::is_watched() {
            // SAFETY: the caller's contract.
            return watched(new_size, || unsafe { self.resize(block, layout, new_size) });
        }
        // SAFETY: the caller's contract.
        unsafe { self.resize(block, layout, new_size) }
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
        if KEEPS && layout.align() <= header::ROW {
            // SAFETY: the block is one of `make`, for this room.
            let (start, mark) = unsafe { header::end(block, header::ROW) };
            if thread::keep(&self.keeper, start, mark, layout.size()) {
                return;
            }
        }
        // SAFETY: the caller's contract.
        unsafe { self.give_back(block, layout) };
    }
}
