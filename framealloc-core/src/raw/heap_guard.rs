//! A global allocator that knows when it should not be called.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use std::alloc::System;

/// Calls of the global allocator where there should be none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapUse {
    /// Calls that asked for memory: allocations and reallocations.
    pub calls: usize,
    /// Bytes that were asked for.
    pub bytes: usize,
}

/// What a thread knows: whether the heap is off limits, and what was taken from it since.
#[derive(Clone, Copy)]
struct Zone {
    watched: bool,
    used: HeapUse,
}

thread_local! {
    /// Constant and without a destructor: the allocator reads it at any time in a thread's life.
    static ZONE: Cell<Zone> = const { Cell::new(Zone { watched: false, used: HeapUse { calls: 0, bytes: 0 } }) };
}

/// A global allocator that counts what is asked of it inside `#[frame_system(no_heap)]` and [`no_heap`], by system, and passes
/// every call on to `A`. Outside of them a call costs one thread-local flag more.
///
/// ```
/// use framealloc_core::{HeapGuard, no_heap};
///
/// #[global_allocator]
/// static GLOBAL: HeapGuard = HeapGuard::system();
///
/// let (sum, used) = no_heap(|| [1, 2, 3].iter().sum::<i32>());
/// assert_eq!((sum, used.calls), (6, 0));
/// let (text, used) = no_heap(|| format!("{sum}"));
/// assert!(text == "6" && used.calls > 0);
/// ```
#[derive(Debug, Default)]
pub struct HeapGuard<A = System> {
    inner: A,
}

impl HeapGuard {
    /// Guards the system's allocator.
    #[must_use]
    pub const fn system() -> Self {
        Self::new(System)
    }
}

impl<A> HeapGuard<A> {
    /// Guards `inner`.
    #[must_use]
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

#[inline(always)]
fn asked(bytes: usize) {
    let zone = ZONE.get();
    if zone.watched {
        let used = HeapUse { calls: zone.used.calls + 1, bytes: zone.used.bytes.saturating_add(bytes) };
        ZONE.set(Zone { used, ..zone });
    }
}

// SAFETY: every call goes on to `inner` unchanged. Counting neither allocates nor panics: the flag is a thread-local
// without initialiser and destructor, and calls do not overflow in the life of a machine.
unsafe impl<A: GlobalAlloc> GlobalAlloc for HeapGuard<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        asked(layout.size());
        // SAFETY: the caller's contract is `inner`'s.
        unsafe { self.inner.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        asked(layout.size());
        // SAFETY: as in `alloc`.
        unsafe { self.inner.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        asked(new_size);
        // SAFETY: as in `alloc`.
        unsafe { self.inner.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        unsafe { self.inner.dealloc(block, layout) }
    }
}

/// The time in which the heap is watched, or in which a system that may use it interrupts one that may not.
///
/// The flag is the thread's, since a global allocator has no other way to know. It is put back on every way out, and each
/// annotated system sets its own: one that Bevy runs on the stack of a waiting one is not booked to that one.
pub(crate) struct HeapZone {
    previous: Option<Zone>,
}

impl HeapZone {
    #[inline(always)]
    pub(crate) fn enter(watched: bool) -> Self {
        let previous = ZONE.get();
        if !watched && !previous.watched {
            return Self { previous: None };
        }
        ZONE.set(Zone { watched, used: HeapUse::default() });
        Self { previous: Some(previous) }
    }

    /// Ends the time and returns what was used in it.
    #[inline(always)]
    pub(crate) fn leave(&mut self) -> HeapUse {
        self.previous.take().map_or(HeapUse::default(), |previous| ZONE.replace(previous).used)
    }
}

impl Drop for HeapZone {
    #[inline(always)]
    fn drop(&mut self) {
        self.leave();
    }
}

/// Calls `body` and returns, beside its result, what it took from the heap on this thread. Counted only where a [`HeapGuard`]
/// is the program's global allocator; growth of frame memory counts too, which steady frames do not have.
pub fn no_heap<R>(body: impl FnOnce() -> R) -> (R, HeapUse) {
    let mut zone = HeapZone::enter(true);
    let result = body();
    (result, zone.leave())
}
