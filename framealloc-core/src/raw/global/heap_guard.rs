//! A global allocator that knows when it should not be called.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::panic::Location;
use std::alloc::System;
use std::panic::catch_unwind;

use crate::observe::heap_use::{HeapGuardMode, HeapUse, Watch, noticed};
use crate::site::Site;
use crate::tag::TagId;

/// What a thread knows: whether the heap is off limits, for whom, and what was taken from it since.
#[derive(Clone, Copy)]
struct Zone {
    watched: bool,
    used: HeapUse,
    watch: Watch,
}

impl Zone {
    const FREE: Self = Self { watched: false, used: HeapUse::NONE, watch: Watch::NOBODY };
}

thread_local! {
    /// Constant and without a destructor: the allocator reads it at any time in a thread's life.
    static ZONE: Cell<Zone> = const { Cell::new(Zone::FREE) };
}

/// A global allocator that counts what is asked of it inside `#[frame_system(no_heap)]` and [`no_heap`], by system and tag,
/// and passes every call on to `A`. Outside of them a call costs one thread-local flag more.
///
/// [`HeapGuard::set_mode`] makes it report the places or end the program. A backtrace that the program itself takes where
/// the heap is off limits must be taken in the mode [`HeapGuardMode::Count`], without the feature `debug`: the standard
/// library takes one at a time, and waits for itself.
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
    if ZONE.with(|zone| zone.get().watched) {
        used(bytes);
    }
}

#[cold]
#[inline(never)]
fn used(bytes: usize) {
    let mut zone = ZONE.get();
    zone.used.add(HeapUse { calls: 1, bytes });
    // Off meanwhile: telling takes from the heap itself.
    ZONE.set(Zone { watched: false, ..zone });
    // Nothing may unwind out of an allocator. Should telling fail, the call is counted all the same.
    let told = catch_unwind(|| noticed(zone.watch, bytes, zone.used.calls));
    if let Err(payload) = told {
        core::mem::forget(payload);
    }
    ZONE.set(zone);
}

// SAFETY: every call goes on to `inner` unchanged. The flag is a thread-local without initialiser and destructor. What is
// counted does not overflow in the life of a machine; telling runs with the flag off and under `catch_unwind`.
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
    /// No time yet.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self { previous: None }
    }

    /// Begins the time of a call of a function with `#[frame_system]`.
    ///
    /// In place: what it puts aside is large, and most systems put nothing aside.
    #[inline(always)]
    pub(crate) fn begin(&mut self, site: &'static Site, tag: TagId) {
        if site.is_no_heap() {
            self.watch_system(site, tag);
        } else if ZONE.with(|zone| zone.get().watched) {
            self.free();
        }
    }

    #[inline(never)]
    fn watch_system(&mut self, site: &'static Site, tag: TagId) {
        let (file, line) = site.location();
        self.watch(Watch { system: site.name(), file, line, tag: tag.path() });
    }

    fn watch(&mut self, watch: Watch) {
        // Here, since the allocator must not read the environment.
        HeapGuardMode::prepare();
        self.previous = Some(ZONE.replace(Zone { watched: true, used: HeapUse::NONE, watch }));
    }

    #[cold]
    #[inline(never)]
    fn free(&mut self) {
        self.previous = Some(ZONE.replace(Zone::FREE));
    }

    /// The allocator itself grows, in a cold path: that is not the system's doing, and passes. The event `Grew` tells of it.
    #[inline]
    pub(crate) fn growth() -> Self {
        let mut zone = Self::new();
        if ZONE.with(|zone| zone.get().watched) {
            zone.free();
        }
        zone
    }

    /// Ends the time and returns what was used in it.
    #[inline(always)]
    pub(crate) fn leave(&mut self) -> HeapUse {
        if self.previous.is_none() { HeapUse::NONE } else { self.put_back() }
    }

    #[inline(never)]
    fn put_back(&mut self) -> HeapUse {
        self.previous.take().map_or(HeapUse::NONE, |previous| ZONE.replace(previous).used)
    }
}

impl Drop for HeapZone {
    #[inline(always)]
    fn drop(&mut self) {
        self.leave();
    }
}

/// Calls `keep`, which asks for memory that is not the program's: it is not counted.
#[cfg(feature = "debug")]
pub(crate) fn unwatched<R>(keep: impl FnOnce() -> R) -> R {
    let _growth = HeapZone::growth();
    keep()
}

/// Calls `body` and returns, beside its result, what it took from the heap on this thread. Counted only where a [`HeapGuard`]
/// is the program's global allocator. The growth of frame memory and of pools is not counted: steady frames have none.
///
/// What the guard does besides counting is its [mode](HeapGuard::set_mode): it may report the place, or end the program.
#[track_caller]
pub fn no_heap<R>(body: impl FnOnce() -> R) -> (R, HeapUse) {
    let caller = Location::caller();
    let (file, line) = (caller.file(), caller.line());
    let watch = Watch { system: "no_heap", file, line, tag: TagId::NONE.path() };
    let mut zone = HeapZone::new();
    zone.watch(watch);
    let result = body();
    (result, zone.leave())
}
