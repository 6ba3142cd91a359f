//! The global allocator of tests that take memory away: it refuses a thread what that says, and knows what lives.
#![allow(dead_code, reason = "each program uses a part")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// A global allocator over the system's.
pub(crate) struct Watching {
    alignment: Alignment,
}

/// How much blocks are aligned.
enum Alignment {
    AsTheSystemDoes,
    NoMoreThanAskedFor,
}

impl Watching {
    pub(crate) const fn new() -> Self {
        Self { alignment: Alignment::AsTheSystemDoes }
    }

    /// Gives addresses that are multiples of the alignment asked for and of no larger power of two.
    pub(crate) const fn aligning_no_more_than_asked_for() -> Self {
        Self { alignment: Alignment::NoMoreThanAskedFor }
    }
}

/// What a thread is refused.
#[derive(Clone, Copy)]
struct Refusal {
    /// Blocks of so many bytes and more.
    from: usize,
    /// So many of them are granted before.
    granted: u32,
}

thread_local! {
    static REFUSAL: Cell<Option<Refusal>> = const { Cell::new(None) };
    static HELD: Cell<isize> = const { Cell::new(0) };
    static HELD_LARGE: Cell<isize> = const { Cell::new(0) };
}

pub(crate) const LARGE: usize = 64 << 10;

/// Bytes that this thread took and did not give back.
pub(crate) fn held() -> isize {
    HELD.get()
}

/// The same, in blocks of at least [`LARGE`] bytes.
pub(crate) fn held_in_large_blocks() -> isize {
    HELD_LARGE.get()
}

fn count(bytes: usize, sign: isize) {
    let signed = sign * isize::try_from(bytes).expect("a block has less than half of the memory");
    HELD.set(HELD.get() + signed);
    if bytes >= LARGE {
        HELD_LARGE.set(HELD_LARGE.get() + signed);
    }
}

/// Calls `body` while this thread is refused blocks of `from` bytes and more.
pub(crate) fn refusing<R>(from: usize, body: impl FnOnce() -> R) -> R {
    refusing_after(0, from, body)
}

/// The same, but the first `granted` of these requests are served.
pub(crate) fn refusing_after<R>(granted: u32, from: usize, body: impl FnOnce() -> R) -> R {
    struct Again;
    impl Drop for Again {
        fn drop(&mut self) {
            REFUSAL.set(None);
        }
    }
    REFUSAL.set(Some(Refusal { from, granted }));
    let _again = Again;
    body()
}

/// Whether this request is refused; one that is granted counts. What the message and the backtrace of a panic take is granted:
/// std ends the program if it is not, and may wait for itself on the way.
fn is_refused(bytes: usize) -> bool {
    match REFUSAL.get().filter(|_| !std::thread::panicking()) {
        Some(Refusal { from, .. }) if bytes < from => false,
        Some(Refusal { granted: 0, .. }) => true,
        Some(Refusal { from, granted }) => {
            REFUSAL.set(Some(Refusal { from, granted: granted - 1 }));
            false
        }
        None => false,
    }
}

/// Room before a block, so that its address is as little aligned as it may be.
fn shifted(layout: Layout) -> Option<Layout> {
    Layout::from_size_align(layout.size().checked_add(layout.align())?, layout.align() * 2).ok()
}

// SAFETY: blocks are as large and as aligned as asked for, or refused, which is allowed.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_refused(layout.size()) {
            return std::ptr::null_mut();
        }
        let block = match self.alignment {
            // SAFETY: as the caller promises.
            Alignment::AsTheSystemDoes => unsafe { System.alloc(layout) },
            Alignment::NoMoreThanAskedFor => {
                let Some(larger) = shifted(layout) else { return std::ptr::null_mut() };
                // SAFETY: the layout is larger than that of the caller.
                let block = unsafe { System.alloc(larger) };
                if block.is_null() { block } else { block.wrapping_add(layout.align()) }
            }
        };
        if !block.is_null() {
            count(layout.size(), 1);
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        match self.alignment {
            // SAFETY: as the caller promises.
            Alignment::AsTheSystemDoes => unsafe { System.dealloc(block, layout) },
            Alignment::NoMoreThanAskedFor => {
                let larger = shifted(layout).expect("`alloc` had one");
                // SAFETY: `alloc` took it with this layout.
                unsafe { System.dealloc(block.wrapping_sub(layout.align()), larger) };
            }
        }
    }
}
