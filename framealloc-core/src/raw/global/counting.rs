//! The global allocator without zones and tags that counts its calls, to show that a steady frame makes none.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ops::Sub;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::alloc::System;

use super::pass_on::{Mode, PassOn};

/// Calls of a [`CountingAlloc`], up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AllocCalls {
    /// Calls that asked for memory: allocations and reallocations.
    pub allocations: u64,
    /// Calls that gave memory back.
    pub frees: u64,
    /// Bytes that were asked for.
    pub bytes: u64,
}

impl AllocCalls {
    /// Returns the number of calls of any kind.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.allocations + self.frees
    }
}

impl Sub for AllocCalls {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            allocations: self.allocations - earlier.allocations,
            frees: self.frees - earlier.frees,
            bytes: self.bytes - earlier.bytes,
        }
    }
}

/// A global allocator that counts its calls, for the whole process and for each thread, and passes them on to `A`.
///
/// ```
/// use framealloc_core::{CountingAlloc, SmartAlloc};
///
/// #[global_allocator]
/// static ALLOC: CountingAlloc = CountingAlloc::system();
///
/// let mut alloc = SmartAlloc::default();
/// let mut frame = || alloc.whole_frame(|alloc| alloc.frame_slice_copy(&[1, 2, 3]).len());
/// frame();
/// let before = CountingAlloc::thread_calls();
/// frame();
/// assert_eq!((CountingAlloc::thread_calls() - before).total(), 0);
/// ```
#[derive(Debug, Default)]
pub struct CountingAlloc<A = System> {
    heap: PassOn<A, Counts>,
}

/// The mode: every call is counted, and none is attributed to a tag.
#[derive(Debug, Default)]
struct Counts {
    off: AtomicBool,
    allocations: AtomicU64,
    frees: AtomicU64,
    bytes: AtomicU64,
}

thread_local! {
    /// Constant and without a destructor: usable at any time in a thread's life, and asking for no memory itself.
    static CALLS: Cell<AllocCalls> = const { Cell::new(AllocCalls { allocations: 0, frees: 0, bytes: 0 }) };
}

impl CountingAlloc {
    /// Counts the calls of the system's allocator.
    #[must_use]
    pub const fn system() -> Self {
        Self::new(System)
    }

    /// Returns the calls that this thread has made to counting allocators.
    #[must_use]
    pub fn thread_calls() -> AllocCalls {
        CALLS.get()
    }
}

impl<A> CountingAlloc<A> {
    /// Counts the calls of `inner`.
    #[must_use]
    pub const fn new(inner: A) -> Self {
        Self { heap: PassOn::new(inner, Counts::new()) }
    }

    /// Returns the calls that all threads have made.
    #[must_use]
    pub fn calls(&self) -> AllocCalls {
        let Counts { allocations, frees, bytes, .. } = &self.heap.mode;
        AllocCalls {
            allocations: allocations.load(Ordering::Relaxed),
            frees: frees.load(Ordering::Relaxed),
            bytes: bytes.load(Ordering::Relaxed),
        }
    }

    /// Switches counting on, as it is at first, or off: threads that allocate much wait for each other's counts, so time
    /// is better taken without.
    pub fn set_counting(&self, counting: bool) {
        self.heap.mode.off.store(!counting, Ordering::Relaxed);
    }
}

impl Counts {
    const fn new() -> Self {
        Self {
            off: AtomicBool::new(false),
            allocations: AtomicU64::new(0),
            frees: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Whether a call counts: what the feature `debug` asks for its own lists is not the program's.
    #[inline]
    fn counts(&self) -> bool {
        #[cfg(feature = "debug")]
        if super::quiet::is_busy() {
            return false;
        }
        !self.off.load(Ordering::Relaxed)
    }
}

/// Counting neither allocates nor panics: the counters are atomics and a thread-local without initialiser and destructor, and
/// 64 bits of calls do not overflow in the life of a machine.
impl Mode for Counts {
    const GUARDS: bool = false;
    const TAGS: bool = false;

    #[inline]
    fn asked(&self, bytes: usize) {
        if !self.counts() {
            return;
        }
        self.allocations.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        let calls = CALLS.get();
        CALLS.set(AllocCalls { allocations: calls.allocations + 1, bytes: calls.bytes + bytes as u64, ..calls });
    }

    #[inline]
    fn given_back(&self) {
        if self.counts() {
            self.frees.fetch_add(1, Ordering::Relaxed);
            let calls = CALLS.get();
            CALLS.set(AllocCalls { frees: calls.frees + 1, ..calls });
        }
    }
}

// SAFETY: the calls are those of `PassOn`, unchanged.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAlloc<A> {
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
