//! The global allocator without zones and tags, which knows when it should not be called.

use core::alloc::{GlobalAlloc, Layout};
use core::panic::Location;
use std::alloc::System;

use super::by_tag::NoTags;
use super::heap_use::{self, HeapGuardMode, HeapSite};
use super::pass_on::PassOn;
use super::zone::{HeapUse, HeapZone, UNTAGGED, ZoneOwner};

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
    heap: PassOn<A, NoTags>,
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
        Self { heap: PassOn::new(inner, NoTags) }
    }
}

impl HeapGuard {
    /// Sets what guards do from now on, on all threads.
    ///
    /// At first it is [`HeapGuardMode::Count`], or [`HeapGuardMode::Abort`] where the environment variable
    /// `FRAMEALLOC_STRICT` says so: see [`Strict::from_environment`](crate::Strict::from_environment).
    /// [`SmartAlloc::set_strict`](crate::SmartAlloc::set_strict) does not change it: by that, FA007 is a panic at the
    /// end of the frame.
    ///
    /// ```
    /// use framealloc_core::{HeapGuard, HeapGuardMode};
    ///
    /// HeapGuard::set_mode(HeapGuardMode::Report);
    /// assert_eq!(HeapGuard::mode(), HeapGuardMode::Report);
    /// ```
    pub fn set_mode(mode: HeapGuardMode) {
        mode.set();
    }

    /// Returns what guards do.
    #[must_use]
    pub fn mode() -> HeapGuardMode {
        HeapGuardMode::prepare();
        HeapGuardMode::known()
    }

    /// Returns where the heap was used although it is off limits: the first four times of each system, 128 at most.
    ///
    /// ```
    /// use framealloc_core::{HeapGuard, no_heap};
    ///
    /// #[global_allocator]
    /// static GLOBAL: HeapGuard = HeapGuard::system();
    ///
    /// no_heap(|| vec![1_u8; 100].len());
    /// let sites = HeapGuard::sites();
    /// assert_eq!((sites[0].system, sites[0].bytes), ("no_heap", 100));
    /// ```
    #[must_use]
    pub fn sites() -> Vec<HeapSite> {
        heap_use::sites()
    }

    /// Forgets the sites, for example after a level was loaded.
    pub fn clear_sites() {
        heap_use::clear_sites();
    }
}

// SAFETY: the calls are those of `PassOn`, unchanged.
unsafe impl<A: GlobalAlloc> GlobalAlloc for HeapGuard<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { self.heap.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { self.heap.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { self.heap.realloc(block, layout, new_size) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract.
        unsafe { self.heap.dealloc(block, layout) }
    }
}

/// Calls `body` and returns, beside its result, what it took from the heap on this thread. Counted only where a [`HeapGuard`]
/// is the program's global allocator. The growth of frame memory and of pools is not counted: steady frames have none.
///
/// What the guard does besides counting is its [mode](HeapGuard::set_mode): it may report the place, or end the program.
#[track_caller]
pub fn no_heap<R>(body: impl FnOnce() -> R) -> (R, HeapUse) {
    let caller = Location::caller();
    let (file, line) = (caller.file(), caller.line());
    let owner = ZoneOwner { system: "no_heap", file, line, tag: UNTAGGED };
    HeapGuardMode::prepare();
    let mut zone = HeapZone::new();
    zone.watch(owner);
    let result = body();
    (result, zone.leave())
}
