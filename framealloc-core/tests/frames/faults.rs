//! One test per way in which frame memory could go wrong, named after what is promised.

use std::alloc::Layout;
#[cfg(all(unix, not(feature = "debug")))]
use std::process::Command;

use framealloc_core::{AllocConfig, FrameHandle, SmartAlloc};

#[test]
fn a_handle_resolves_in_its_frame_and_allocator_only() {
    let mut alloc = SmartAlloc::default();
    let other = SmartAlloc::default();
    alloc.begin_frame();
    let handle: FrameHandle<String> = alloc.scoped(|frame| frame.frame_share("navmesh".to_owned()));
    std::thread::scope(|threads| {
        threads.spawn(|| assert_eq!(handle.get(&alloc).map(String::as_str), Some("navmesh")));
    });
    assert_eq!(handle.get(&other), None);
    alloc.end_frame();
    assert_eq!(handle.get(&alloc), None);
    alloc.begin_frame();
    let next = alloc.frame_share("other".to_owned());
    assert_eq!(handle.get(&alloc), None);
    assert_eq!(next.get(&alloc).map(String::as_str), Some("other"));
}

#[test]
fn every_alignment_up_to_64_kib_is_kept() {
    let alloc = SmartAlloc::default();
    for shift in 0..=16 {
        for size in [1, 7, 8, 100, 5000] {
            let layout = Layout::from_size_align(size, 1 << shift).expect("a valid layout");
            let bytes = alloc.frame_bytes(layout);
            assert_eq!(bytes.as_ptr().addr() % (1 << shift), 0, "{layout:?}");
            assert_eq!(bytes.len(), size);
            let bytes = alloc.cursor().bytes(layout);
            assert_eq!(bytes.as_ptr().addr() % (1 << shift), 0, "{layout:?} from a cursor");
            bytes.fill(core::mem::MaybeUninit::new(1));
        }
    }
}

#[test]
fn tiny_and_odd_chunk_sizes_work() {
    for bytes in [0, 1, 15, 63, 65, 4097] {
        let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(bytes));
        for _ in 0..3 {
            alloc.whole_frame(|alloc| {
                let values: Vec<_> = (0..500_u64).map(|i| alloc.frame_box(i)).collect();
                assert!((0..).zip(&values).all(|(i, value)| i == **value));
            });
        }
    }
}

#[test]
fn prefault_and_huge_pages_serve_the_same_memory() {
    let config = AllocConfig::default().with_frame_chunk(5 << 20).with_prefault(true).with_huge_pages(true);
    let mut alloc = SmartAlloc::new(config);
    alloc.whole_frame(|alloc| assert!(alloc.frame_slice_zeroed::<u8>(3 << 20).iter().all(|byte| *byte == 0)));
    assert_eq!(alloc.capacity() % (2 << 20), 0);
}

#[test]
fn memory_settles_at_the_high_water_mark_and_decays() {
    let mut alloc = SmartAlloc::default();
    let frame = |alloc: &mut SmartAlloc, bytes: usize| {
        alloc.whole_frame(|alloc| {
            for _ in 0..bytes / 1024 {
                alloc.frame_box([0_u8; 1024]);
            }
        });
        alloc.capacity()
    };
    frame(&mut alloc, 8 << 20);
    let settled = frame(&mut alloc, 8 << 20);
    assert!((8 << 20..10 << 20).contains(&settled), "{settled} bytes for frames of 8 MiB");
    for _ in 0..100 {
        assert_eq!(frame(&mut alloc, 8 << 20), settled, "steady frames change nothing");
    }
    let mut last = settled;
    for _ in 0..3000 {
        last = frame(&mut alloc, 64 << 10);
    }
    assert!(last <= 1 << 20, "{last} bytes are still held long after the burst");
}

#[test]
fn forgotten_cursors_do_not_make_the_arena_grow() {
    let mut alloc = SmartAlloc::default();
    let mut last = 0;
    for frame in 0..300 {
        alloc.whole_frame(|alloc| {
            let mut cursor = alloc.cursor();
            cursor.alloc(1_u64);
            core::mem::forget(cursor);
            alloc.frame_box([0_u64; 100]);
            let mut second = alloc.cursor();
            second.alloc(1_u64);
            core::mem::forget(second);
            alloc.frame_box([0_u64; 100]);
        });
        last = alloc.capacity();
        assert!(last < 1 << 20, "{last} bytes after {frame} frames");
    }
    assert!(last > 0);
}

#[test]
fn allocators_on_one_thread_do_not_touch_each_other() {
    let mut first = SmartAlloc::default();
    let mut allocators: Vec<SmartAlloc> = (0..20).map(|_| SmartAlloc::default()).collect();
    let kept = allocators[0].frame_box([1_u64; 16]);
    for _ in 0..100 {
        first.whole_frame(|alloc| {
            alloc.frame_box([2_u64; 16]);
        });
        for alloc in &allocators[1..] {
            alloc.frame_box([3_u64; 16]);
        }
        assert_eq!(*kept, [1; 16]);
    }
    drop(kept);
    let ids: Vec<_> = allocators.iter().map(SmartAlloc::id).collect();
    allocators.truncate(1);
    let fresh = SmartAlloc::default();
    assert!(!ids.contains(&fresh.id()), "ids are never used again");
    fresh.frame_box([4_u64; 16]);
}

#[test]
fn bytes_per_tag_are_exact() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    alloc.with_tag("physics", |a| {
        a.frame_box([0_u64; 4]);
        a.with_tag("contacts", |a| a.frame_box([0_u64; 2]));
    });
    alloc.scoped(|frame| {
        frame.frame_box(0_u64);
        frame.with_tag("physics", |a| a.frame_box([0_u64; 8]));
        frame.tagged("physics").scoped(|scratch| drop(scratch.frame_box([0_u64; 16])));
    });
    std::thread::scope(|threads| {
        threads.spawn(|| alloc.tagged("physics").frame_box([0_u64; 32]));
    });
    alloc.end_frame();
    let stats = alloc.stats();
    let redzones = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };
    let bytes = |path: &str| stats.tag(path).map_or(0, |tag| tag.bytes);
    assert_eq!(bytes("physics"), 8 * (4 + 8 + 16 + 32) + 4 * redzones);
    assert_eq!(bytes("physics::contacts"), 16 + redzones);
    assert_eq!(bytes("(untagged)"), 8 + redzones);
    assert_eq!(stats.bytes, stats.tags.iter().map(|tag| tag.bytes).sum::<usize>());
    alloc.begin_frame();
    alloc.end_frame();
    let stats = alloc.stats();
    assert_eq!(stats.tag("physics").map(|tag| (tag.bytes, tag.high_water > 0)), Some((0, true)));
}

#[test]
fn a_nested_system_inherits_the_tag_of_its_caller() {
    fn helper(alloc: &SmartAlloc) {
        alloc.frame_box([0_u64; 64]);
    }
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    alloc.with_tag("ai", |a| helper(a));
    alloc.scoped(|frame| frame.with_tag("ai", |a| helper(a)));
    alloc.end_frame();
    assert!(alloc.stats().tag("ai").is_some_and(|tag| tag.bytes >= 1024));
}

#[test]
fn the_same_program_takes_the_same_bytes() {
    let run = || {
        let mut alloc = SmartAlloc::default();
        let mut figures = Vec::new();
        for frame in 0..20 {
            alloc.begin_frame();
            for i in 0..200 {
                alloc.tagged(if i % 2 == 0 { "a" } else { "b" }).frame_slice_zeroed::<u8>(i * frame % 97);
            }
            alloc.end_frame();
            figures.push(alloc.stats().tags);
        }
        (figures, alloc.capacity())
    };
    assert_eq!(run(), run());
}

#[test]
fn attempts_that_fail_again_and_again_hold_no_more_memory() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(4096));
    alloc.begin_frame();
    let attempt = |alloc: &SmartAlloc| {
        let failed: Result<(), ()> = alloc.speculative(|frame| {
            frame.frame_slice_zeroed::<u8>(10_000);
            frame.with_tag("attempt", |tagged| tagged.frame_slice_zeroed::<u8>(3000).len());
            Err(())
        });
        assert!(failed.is_err());
        assert!(alloc.try_frame_slice_zeroed::<u64>(isize::MAX as usize / 16 + 1).is_err());
    };
    (0..10).for_each(|_| attempt(&alloc));
    let held = alloc.capacity();
    (0..1000).for_each(|_| attempt(&alloc));
    assert_eq!(alloc.capacity(), held);
}

#[test]
fn requests_that_no_kept_chunk_can_hold_are_served() {
    // Each is larger than anything before: the search for a chunk must end.
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(64));
    for _ in 0..3 {
        let mut size = 60;
        while size < 4 << 20 {
            assert_eq!(alloc.frame_slice_fill_with(size, |_| 1_u8).len(), size);
            let mut cursor = alloc.cursor();
            assert_eq!(cursor.copy(&vec![1_u8; size + 1]).len(), size + 1);
            drop(cursor);
            size = size * 3 / 2;
        }
        alloc.end_frame();
    }
}

// With `debug` the tables of sites have locks, which another thread may hold when the child is forked.
#[cfg(all(unix, not(feature = "debug")))]
#[test]
fn a_forked_child_uses_the_memory_that_its_thread_had() {
    use framealloc_core::pool;
    use std::os::unix::process::CommandExt;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    use std::sync::mpsc;
    use std::time::Duration;

    static DONE: AtomicBool = AtomicBool::new(false);
    // Threads that take and give all the time: a child may be forked while they hold the locks of pools and of the registry.
    let alloc = std::sync::Arc::new(SmartAlloc::default());
    let busy: Vec<_> = (0..3)
        .map(|_| {
            let alloc = std::sync::Arc::clone(&alloc);
            std::thread::spawn(move || {
                while !DONE.load(Relaxed) {
                    let values: Vec<_> = (0..500_u64).map(|n| pool::boxed([n; 4])).collect();
                    drop(values);
                    alloc.scoped(|frame| frame.frame_slice_zeroed::<u8>(100).len());
                    pool::flush_thread();
                }
            })
        })
        .collect();
    let (sender, outcome) = mpsc::channel();
    let parent = std::thread::spawn(move || {
        // This thread has a heap, and a magazine with room either way.
        drop((0..40_u64).map(|n| pool::boxed([n; 4])).collect::<Vec<_>>());
        alloc.frame_slice_zeroed::<u8>(1000);
        let mut all = true;
        for _ in 0..20 {
            let alloc = std::sync::Arc::clone(&alloc);
            let mut child = Command::new("true");
            // SAFETY: the closure uses memory that this thread has already, and takes no lock.
            unsafe {
                child.pre_exec(move || {
                    let values = [1, 2, 3, 4, 5].map(|n: u64| (pool::boxed([n; 4]), alloc.frame_box(n)));
                    let whole = values.iter().all(|(pooled, framed)| pooled[3] == **framed);
                    alloc.scoped(|frame| assert_eq!(*frame.frame_box(1), 1));
                    if whole { Ok(()) } else { Err(std::io::Error::other("the values of the child are not whole")) }
                });
            }
            all &= child.status().is_ok_and(|status| status.success());
        }
        sender.send(all).expect("the test waits");
    });
    let all = outcome.recv_timeout(Duration::from_secs(60));
    DONE.store(true, Relaxed);
    assert_eq!(all, Ok(true), "a child hung or failed");
    parent.join().expect("no panic");
    for thread in busy {
        thread.join().expect("no panic");
    }
}
