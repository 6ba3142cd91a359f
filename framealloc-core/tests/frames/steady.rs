//! Steady frames make no call to the system allocator, and a failing one leaves everything as it was. Counted is what the thread of
//! the frames calls: the test harness has a thread of its own, which allocates when it gets to it.

use std::alloc::Layout;

use framealloc_core::{CountingAlloc, SmartAlloc};

use crate::allocator::refusing;

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
    let before = CountingAlloc::thread_calls();
    for frame in 0..200 {
        game_frame(&mut alloc, frame);
    }
    let calls = (CountingAlloc::thread_calls() - before).total();
    assert_eq!(calls, 0, "calls to the system allocator in 200 steady frames");

    // Out of memory: an error, and all that was there stays.
    alloc.begin_frame();
    let kept = alloc.frame_box([3_u64; 16]);
    let used = alloc.frame().used_bytes();
    refusing(1024, || {
        assert!(alloc.try_frame_slice_zeroed::<u8>(100 << 20).is_err());
        assert!(alloc.cursor().try_bytes(Layout::new::<[u8; 50 << 20]>()).is_err());
        assert!(alloc.try_frame_alloc::<[u8; 50 << 20]>().is_err());
    });
    assert_eq!(alloc.frame().used_bytes(), used);
    assert_eq!(*kept, [3; 16]);
    drop(kept);
    for _ in 0..100 {
        drop(alloc.frame_box([1_u8; 10_000]));
    }
    // A frame that cannot consolidate still ends.
    refusing(1024, || alloc.end_frame());
    game_frame(&mut alloc, 0);
}
