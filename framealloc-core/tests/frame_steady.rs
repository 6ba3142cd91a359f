//! Steady frames make no call to the system allocator, and a failing one leaves everything as it was.
//!
//! One test: the counters are those of the whole process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use framealloc_core::SmartAlloc;

/// Counts calls, and fails the next `FAIL_AFTER`-th one for more than a KiB.
struct Watching;

static CALLS: AtomicUsize = AtomicUsize::new(0);
static FAIL: AtomicUsize = AtomicUsize::new(0);

// SAFETY: forwards to the system allocator, or returns null, which is allowed.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Relaxed);
        if FAIL.load(Relaxed) != 0 && layout.size() >= 1024 {
            return std::ptr::null_mut();
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        CALLS.fetch_add(1, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static GLOBAL: Watching = Watching;

fn game_frame(alloc: &mut SmartAlloc, frame: usize) {
    alloc.whole_frame(|alloc| {
        let shared = alloc.frame_share([frame; 4]);
        alloc.with_tag("physics", |a| {
            for i in 0..500 {
                a.frame_box([i; 8]);
            }
        });
        // A cursor and the frame at once: each needs a window of its own, whoever takes more of it.
        for (tag, by_cursor, by_frame) in [("even", 5000, 5000), ("cursor", 20_000, 10), ("frame", 0, 20_000_u64)] {
            let frame = alloc.tagged(tag);
            let mut cursor = frame.cursor();
            let mut list = frame.frame_vec();
            (0..by_frame).for_each(|i| list.push(i));
            for i in 0..by_cursor {
                cursor.alloc([i; 2]);
            }
        }
        for depth in 0..10 {
            alloc.scoped(|frame| {
                frame.frame_slice_zeroed::<u32>(100 * depth);
                let mut cursor = frame.cursor();
                for i in 0..1000_u64 {
                    cursor.alloc(i);
                }
                frame.scoped(|inner| inner.with_tag("ai", |a| a.frame_str("some text").len()));
            });
        }
        // More names below one tag than a thread remembers.
        let parent = alloc.tagged("letters");
        for at in 0..LETTERS.len() {
            parent.with_tag(&LETTERS[at..=at], |a| *a.frame_ref(at));
        }
        assert_eq!(shared.get(alloc), Some(&[frame; 4]));
    });
}

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz_0123456789abcdefghijklmnopqrstuvwxyz";

#[test]
fn steady_frames_call_no_allocator_and_refusals_change_nothing() {
    let mut alloc = SmartAlloc::default();
    for frame in 0..5 {
        game_frame(&mut alloc, frame);
    }
    let before = CALLS.load(Relaxed);
    for frame in 0..200 {
        game_frame(&mut alloc, frame);
    }
    assert_eq!(CALLS.load(Relaxed), before, "calls to the system allocator in 200 steady frames");

    // Out of memory: an error, and all that was there stays.
    alloc.begin_frame();
    let kept = alloc.frame_box([3_u64; 16]);
    FAIL.store(1, Relaxed);
    let used = alloc.frame().used_bytes();
    let refused = alloc.try_frame_slice_zeroed::<u8>(100 << 20).map(drop);
    let refused_cursor = alloc.cursor().try_bytes(Layout::new::<[u8; 50 << 20]>()).map(drop);
    let refused_slot = alloc.try_frame_alloc::<[u8; 50 << 20]>().map(drop);
    let used_after = alloc.frame().used_bytes();
    // A frame that cannot consolidate still ends.
    FAIL.store(0, Relaxed);
    assert!(refused.is_err() && refused_cursor.is_err() && refused_slot.is_err());
    assert_eq!(used, used_after);
    assert_eq!(*kept, [3; 16]);
    drop(kept);
    for _ in 0..100 {
        drop(alloc.frame_box([1_u8; 10_000]));
    }
    FAIL.store(1, Relaxed);
    alloc.end_frame();
    FAIL.store(0, Relaxed);
    game_frame(&mut alloc, 0);
}
