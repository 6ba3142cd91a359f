//! Threads that get no rows of their own count all the same: a process of its own, whose allocator has no memory for rows.
#![allow(clippy::vec_box, reason = "blocks are what is tested")]

use std::alloc::{GlobalAlloc, Layout, System};

use framealloc_core::{AmbientAlloc, SmartAlloc, Tag, Tags, heap_tag};

/// The system's allocator, which refuses large requests for zeroes that are aligned as rows are.
struct NoRows;

// SAFETY: calls go on unchanged, or are refused.
unsafe impl GlobalAlloc for NoRows {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() >= 8 << 10 && layout.align() == 64 {
            return std::ptr::null_mut();
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
static GLOBAL: AmbientAlloc<NoRows, Tags> = AmbientAlloc::new(NoRows);

#[test]
fn threads_without_rows_of_their_own_count_exactly() {
    static TAGS: [Tag; 2] = [Tag::new("tests_shared_a"), Tag::new("tests_shared_b")];
    let mut alloc = SmartAlloc::default();
    let kept: Vec<Vec<Box<[u8; 24]>>> = std::thread::scope(|scope| {
        let threads = (0..8).map(|thread| {
            scope.spawn(move || {
                let mut kept = Vec::with_capacity(1000);
                for round in 0..1000 {
                    heap_tag(&TAGS[(thread + round) % 2], || {
                        drop(vec![0_u8; 10]);
                        kept.push(Box::new([1; 24]));
                    });
                }
                kept
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    alloc.whole_frame(|_| ());
    for tag in &TAGS {
        let tag = alloc.stats().heap_tag(tag.path()).expect("used");
        assert_eq!((tag.bytes, tag.blocks, tag.allocations, tag.frees), (4000 * 24, 4000, 8000, 4000));
        assert!(tag.peak_bytes >= tag.bytes);
    }
    drop(kept);
    let stats = alloc.stats();
    assert!(TAGS.iter().all(|tag| stats.heap_tag(tag.path()).is_some_and(|tag| (tag.bytes, tag.blocks) == (0, 0))));
}
