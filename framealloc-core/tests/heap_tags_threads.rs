//! Threads that come after each other take each other's rows over: a process of its own, which counts what rows are made of.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use framealloc_core::{AmbientAlloc, SmartAlloc, Tag, Tags, heap_tag};

/// The system's allocator, which counts large requests for zeroes: only rows are.
struct CountsRows;

/// Less than the rows of a thread have, on any target.
const ROWS: usize = 8 << 10;

static MADE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: calls go on unchanged.
unsafe impl GlobalAlloc for CountsRows {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= ROWS {
            MADE.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static GLOBAL: AmbientAlloc<CountsRows, Tags> = AmbientAlloc::new(CountsRows);

#[test]
fn threads_after_each_other_need_no_more_rows_than_threads_at_once() {
    static TAG: Tag = Tag::new("tests_after_each_other");
    const THREADS: usize = 2000;
    for _ in 0..THREADS {
        std::thread::spawn(|| heap_tag(&TAG, || drop(vec![1_u8; 50]))).join().expect("no panic");
    }
    let made = MADE.load(Ordering::Relaxed);
    // Where a thread's variables lie is the system's to say: some are used again.
    assert!((1..=THREADS / 4).contains(&made), "{made} of {THREADS}");
    let tag = SmartAlloc::default().stats().heap_tag(TAG.path()).expect("used");
    assert_eq!((tag.bytes, tag.blocks), (0, 0));
}
