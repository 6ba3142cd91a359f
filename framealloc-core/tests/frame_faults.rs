//! One test per way in which frame memory could go wrong, named after what is promised.

use std::alloc::Layout;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};

use framealloc_core::{AllocConfig, AllocError, FrameBox, FrameHandle, FrameScope, SmartAlloc};

/// Counts its drops.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn scopes_closed_out_of_order_share_no_memory() {
    let alloc = SmartAlloc::default();
    let first = alloc.frame_scope();
    let second = alloc.frame_scope();
    let third = alloc.frame_scope();
    let value = third.frame_box(3);
    let kept = second.frame_slice_copy(&[2; 100]);
    drop(first);
    let late = alloc.frame_scope();
    let other = late.frame_slice_copy(&[9; 1000]);
    assert_eq!(*value, 3);
    assert!(kept.iter().all(|v| *v == 2));
    assert_eq!(other[999], 9);
}

#[test]
fn a_forgotten_scope_keeps_its_bytes_until_the_turn_and_is_reported() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    {
        let scope: &FrameScope<'_> = Box::leak(Box::new(alloc.frame_scope()));
        let value = scope.frame_box([7_u64; 8]);
        let other = alloc.frame_scope();
        let _noise = other.frame_slice_copy(&[1_u64; 64]);
        assert_eq!(*value, [7; 8]);
    }
    assert_eq!(alloc.end_frame().scopes_left_open, 1);
    alloc.begin_frame();
    assert_eq!(alloc.end_frame().scopes_left_open, 0);
}

#[test]
fn a_scope_leaked_to_static_outlives_its_thread() {
    let alloc: &'static SmartAlloc = Box::leak(Box::default());
    let value: &'static [u64; 32] = std::thread::spawn(move || {
        let scope: &'static FrameScope<'static> = Box::leak(Box::new(alloc.frame_scope()));
        &*scope.frame_ref([5; 32])
    })
    .join()
    .expect("the thread does not panic");
    for _ in 0..50 {
        std::thread::spawn(move || {
            let _noise = alloc.frame_slice_copy(&[1_u64; 100]);
        })
        .join()
        .expect("the thread does not panic");
    }
    assert_eq!(*value, [5; 32]);
}

#[test]
fn the_drop_of_a_box_runs_exactly_once() {
    let drops = AtomicUsize::new(0);
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| {
        drop(alloc.frame_box(Counted(&drops)));
        let _slice = alloc.frame_slice_fill_with(3, |_| Counted(&drops));
        let taken = FrameBox::into_inner(alloc.frame_box(Counted(&drops)));
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        core::mem::forget(taken);
    });
    assert_eq!(drops.load(Ordering::Relaxed), 4);
}

#[test]
fn a_drop_that_panics_leaves_the_frame_usable() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("planned");
        }
    }
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let panic = catch_unwind(AssertUnwindSafe(|| alloc.scoped(|frame| drop(frame.frame_box(Bomb)))));
    assert!(panic.is_err());
    assert_eq!(*alloc.frame_box(1), 1);
    assert_eq!(alloc.end_frame().scopes_left_open, 0);
}

#[test]
fn a_panicking_shared_value_does_not_keep_the_others_from_dropping() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Bomb(bool);
    impl Drop for Bomb {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
            assert!(!self.0, "planned");
        }
    }
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    for i in 0..10 {
        alloc.frame_share(Bomb(i % 3 == 0));
    }
    let ended = catch_unwind(AssertUnwindSafe(|| alloc.end_frame()));
    assert!(ended.is_err());
    assert_eq!(DROPS.load(Ordering::Relaxed), 10);
    assert!(!alloc.is_in_frame(), "the frame has ended all the same");
    alloc.begin_frame();
    alloc.end_frame();
    assert_eq!(DROPS.load(Ordering::Relaxed), 10);
}

#[test]
fn a_panic_in_the_frame_and_one_in_a_drop_do_not_abort() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("planned, in a drop");
        }
    }
    let mut alloc = SmartAlloc::default();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        alloc.whole_frame(|alloc| {
            alloc.frame_share(Bomb);
            panic!("planned, in the frame");
        })
    }));
    assert_eq!(panic.err().and_then(|payload| payload.downcast_ref().copied()), Some("planned, in the frame"));
    assert!(!alloc.is_in_frame());
}

#[test]
fn shared_values_of_a_dropped_allocator_are_dropped() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    let alloc = SmartAlloc::default();
    let handle = alloc.frame_share(Counted(&DROPS));
    std::thread::scope(|threads| {
        threads.spawn(|| alloc.scoped(|frame| frame.frame_share(Counted(&DROPS))));
    });
    drop(alloc);
    assert_eq!(DROPS.load(Ordering::Relaxed), 2);
    assert!(handle.get(&SmartAlloc::default()).is_none());
}

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
fn systems_recurse_ten_thousand_deep() {
    fn descend(alloc: &SmartAlloc, depth: u32) -> u32 {
        alloc.scoped(|frame| {
            let value = frame.frame_box(depth);
            if depth == 0 { 0 } else { descend(frame, depth - 1) + u32::from(*value == depth) }
        })
    }
    let worker = std::thread::Builder::new().stack_size(64 << 20);
    let sum = worker.spawn(|| descend(&SmartAlloc::default(), 10_000)).expect("the thread starts").join();
    assert_eq!(sum.ok(), Some(10_000));
}

#[test]
fn values_without_size_take_no_memory_and_are_aligned_and_dropped() {
    #[repr(align(64))]
    struct Wide;
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    impl Drop for Wide {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }
    let alloc = SmartAlloc::default();
    for _ in 0..10_000 {
        let value = alloc.frame_box(Wide);
        assert_eq!(FrameBox::as_ptr(&value).addr() % 64, 0);
    }
    assert_eq!(DROPS.load(Ordering::Relaxed), 10_000);
    assert_eq!(alloc.frame().used_bytes(), 0);
    let slice = alloc.frame_slice_copy(&[(); usize::MAX]);
    assert_eq!(slice.len(), usize::MAX);
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
fn sizes_beyond_isize_max_are_errors_and_change_nothing() {
    let alloc = SmartAlloc::default();
    let kept = alloc.frame_box(7);
    let used = alloc.frame().used_bytes();
    for len in [usize::MAX, usize::MAX / 2, isize::MAX as usize, isize::MAX as usize / 8 + 1] {
        let error = alloc.try_frame_slice_fill_with(len, |_| 0_u64).expect_err("too large");
        assert_eq!(error, AllocError::CapacityOverflow, "{len}");
    }
    let huge = Layout::from_size_align(isize::MAX as usize - 63, 64).expect("a valid layout");
    assert!(alloc.try_frame_bytes(huge).is_err());
    assert!(alloc.cursor().try_bytes(huge).is_err());
    // Half of the address space is more than a chunk may have, on machines that could serve it, too.
    let error = alloc.try_frame_slice_zeroed::<u8>(isize::MAX as usize / 2 + 1).map(drop).expect_err("too large");
    assert!(matches!(error, AllocError::OutOfMemory { .. }), "{error}");
    assert!(error.to_string().starts_with("out of memory: "));
    assert_eq!((alloc.frame().used_bytes(), *kept), (used, 7));
}

#[test]
fn the_panicking_form_says_what_the_error_says() {
    let alloc = SmartAlloc::default();
    let error = alloc.try_frame_slice_zeroed::<u64>(usize::MAX).expect_err("too large");
    let panic = catch_unwind(AssertUnwindSafe(|| alloc.frame_slice_zeroed::<u64>(usize::MAX)));
    let payload = panic.map(drop).expect_err("it panics");
    assert_eq!(payload.downcast_ref::<String>(), Some(&error.to_string()));
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
fn a_cursor_and_its_frame_allocate_side_by_side() {
    let alloc = SmartAlloc::default();
    let mut cursor = alloc.cursor();
    let mut from_cursor: Vec<(&mut [u64; 5], u64)> = Vec::new();
    let mut from_frame = Vec::new();
    for i in 0..5000 {
        from_cursor.push((cursor.alloc([i; 5]), i));
        from_frame.push(alloc.frame_box([!i; 3]));
    }
    let boxed = cursor.boxed(String::from("dropped"));
    drop(cursor);
    let after = alloc.frame_box([1_u64; 4]);
    assert!(from_cursor.iter().all(|(value, i)| **value == [*i; 5]));
    assert!(from_frame.iter().zip(0..).all(|(value, i): (_, u64)| **value == [!i; 3]));
    assert_eq!((boxed.as_str(), after[3]), ("dropped", 1));
}

#[test]
fn frame_values_are_sent_to_and_dropped_on_other_threads() {
    let drops = AtomicUsize::new(0);
    let alloc = SmartAlloc::default();
    let values: Vec<_> = (0..100).map(|_| alloc.frame_box(Counted(&drops))).collect();
    std::thread::scope(|threads| {
        for value in values {
            threads.spawn(move || drop(value));
        }
    });
    assert_eq!(drops.load(Ordering::Relaxed), 100);
}

#[test]
fn ten_thousand_short_threads_reuse_heaps() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..500 {
        alloc.begin_frame();
        std::thread::scope(|threads| {
            for i in 0..20_u64 {
                let alloc = &alloc;
                threads.spawn(move || assert_eq!(*alloc.scoped(|frame| alloc.frame_box(*frame.frame_box(i))), i));
            }
        });
        alloc.end_frame();
    }
    assert!(alloc.capacity() < 4 << 20, "{} bytes for at most some 40 heaps", alloc.capacity());
}

thread_local! {
    static LATE: RefCell<Vec<Late>> = const { RefCell::new(Vec::new()) };
}

/// Allocates while its thread's locals are being destroyed.
struct Late(Arc<RwLock<SmartAlloc>>);

impl Drop for Late {
    fn drop(&mut self) {
        let alloc = self.0.read().expect("no writer panics");
        let value = alloc.frame_box([3_u64; 10]);
        let scope = alloc.frame_scope();
        let other = scope.frame_slice_copy(&[4_u64; 10]);
        assert_eq!((value[9], other[9]), (3, 4));
    }
}

#[test]
fn destructors_of_thread_locals_may_allocate_before_and_after_ours() {
    let alloc = Arc::new(RwLock::new(SmartAlloc::default()));
    for round in 0..50 {
        let shared = Arc::clone(&alloc);
        let worker = std::thread::spawn(move || {
            if round % 2 == 0 {
                // Registered first, so destroyed after the sentinel.
                LATE.with_borrow_mut(|late| late.push(Late(Arc::clone(&shared))));
                shared.read().expect("no writer panics").frame_box(1);
            } else {
                shared.read().expect("no writer panics").frame_box(1);
                LATE.with_borrow_mut(|late| late.push(Late(Arc::clone(&shared))));
            }
        });
        // Ends while the worker may be in its destructors.
        alloc.write().expect("no reader panics").end_frame();
        worker.join().expect("the worker does not panic");
        alloc.write().expect("no reader panics").end_frame();
    }
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
fn an_allocator_may_die_before_its_threads() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let alloc = Arc::new(SmartAlloc::default());
    let shared = Arc::clone(&alloc);
    let (ready_sender, ready) = std::sync::mpsc::channel();
    let worker = std::thread::spawn(move || {
        shared.frame_box(1);
        drop(shared);
        ready_sender.send(()).expect("the test waits");
        // Ends after the allocator has gone: the sentinel must not touch its heap.
        let _ = receiver.recv();
    });
    ready.recv().expect("the worker reports");
    drop(alloc);
    drop(sender);
    worker.join().expect("the worker does not panic");
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
