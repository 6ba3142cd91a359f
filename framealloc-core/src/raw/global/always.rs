//! A zone for each thread, from the first block that it asks for to its end, for this crate's own tests: `ci/ambient.sh` builds
//! them with `--cfg framealloc_always_ambient`, and everything that they ask of the heap is bumped, the harness's included.
//!
//! The library brings the global allocator then, so that its unit tests have it as well. Tests with one of their own cannot be
//! built so.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, RefCell};

use super::ambient::allocator::AmbientAlloc;
use super::zone::AmbientZone;

/// The harness keeps what it makes, names of symbols above all: with less to pin, its zones would be refused, and whether they were
/// (FA011) would be found in the frames of tests.
#[global_allocator]
static GLOBAL: Always = Always(AmbientAlloc::system().with_pinned_limit(usize::MAX));

struct Always(AmbientAlloc);

thread_local! {
    /// Whether the zone of the thread has begun. It begins once: what is asked for after its end is outside.
    static BEGAN: Cell<bool> = const { Cell::new(false) };
    /// Ends with the thread.
    static ZONE: RefCell<Option<AmbientZone>> = const { RefCell::new(None) };
}

impl Always {
    #[inline]
    fn here(&self) -> &AmbientAlloc {
        // First, as the destructor that ends the zone is noted in memory that may be asked for here.
        if !BEGAN.replace(true) {
            // Without an error: a thread whose destructors are over has no zone.
            let _ = ZONE.try_with(|zone| *zone.borrow_mut() = Some(AmbientZone::begin(0)));
        }
        &self.0
    }
}

// SAFETY: as `AmbientAlloc`'s; what is done besides neither unwinds nor asks for memory but through it.
unsafe impl GlobalAlloc for Always {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { self.here().alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { self.here().alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { self.here().realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's contract.
        unsafe { self.0.dealloc(block, layout) }
    }
}
