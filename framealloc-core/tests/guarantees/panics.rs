//! Panics: a frame or scope closes on every way out; one drop that panics loses no other value, and no observer.
//!
//! A panic in any function that the program hands to the runtime leaves all as it was: the same frame, run again, has the same
//! figures, nothing is left open, nobody is deaf, and no heap is lost.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use framealloc_core::{AllocConfig, FrameEvent, SmartAlloc, kilobytes, no_heap, pool};

use crate::again::again;

type Entry = (&'static str, fn(&SmartAlloc, &mut dyn FnMut()));

/// Every way in, with a function of the program that is called in the middle of it.
const ENTRIES: &[Entry] = &[
    ("scoped", |alloc, call| alloc.scoped(|frame| drop((frame.frame_box(1), call())))),
    ("scoped in scoped", |alloc, call| alloc.scoped(|frame| frame.scoped(|frame| drop((frame.frame_box(1), call()))))),
    ("frame_scope", |alloc, call| {
        let scope = alloc.frame_scope();
        let _value = scope.frame_box(1);
        call();
    }),
    ("speculative", |alloc, call| {
        let _ = alloc.speculative(|frame| {
            let _value = frame.frame_box(1);
            call();
            Err::<(), ()>(())
        });
    }),
    ("with_tag", |alloc, call| alloc.with_tag("closures_tag", |frame| drop((frame.frame_box(1), call())))),
    ("with_tag in scoped", |alloc, call| {
        alloc.scoped(|frame| frame.with_tag("closures_tag", |frame| drop((frame.frame_box(1), call()))));
    }),
    ("phase_scope", |alloc, call| {
        let _phase = alloc.phase_scope("closures_phase");
        call();
    }),
    ("cursor", |alloc, call| {
        let mut cursor = alloc.cursor();
        let _value = cursor.alloc(1_u64);
        call();
    }),
    ("frame_slice_fill_with", |alloc, call| {
        alloc.frame_slice_fill_with(4, |index| {
            if index == 2 {
                call();
            }
            Box::new(index)
        });
    }),
    ("write_with", |alloc, call| drop(alloc.frame_alloc::<Box<u8>>().write_with(|| (call(), Box::new(1)).1))),
    ("pool_slice_fill_with", |alloc, call| drop(alloc.pool_slice_fill_with(4, |index| (call(), Box::new(index)).1))),
    ("heap_slice_fill_with", |alloc, call| drop(alloc.heap_slice_fill_with(4, |index| (call(), Box::new(index)).1))),
    ("for_each_tag", |alloc, call| alloc.for_each_tag(|_| call())),
    ("for_each_phase", |alloc, call| alloc.for_each_phase(|_| call())),
    ("for_each_own", |_, call| pool::for_each_own(|_| call())),
    ("no_heap", |alloc, call| no_heap(|| drop((alloc.frame_box(1), call()))).0),
    ("frame_share", |alloc, call| {
        let _ = alloc.frame_share(Box::new(1));
        call();
    }),
];

fn caught(call: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_err()
}

/// What a frame with all entries used: bytes, what was left open, and the tags.
fn frame(alloc: &mut SmartAlloc, entry: &Entry, call: &mut dyn FnMut()) -> (usize, usize, usize, usize) {
    alloc.begin_frame();
    let _ = caught(|| (entry.1)(alloc, call));
    // What comes after it finds all as before.
    alloc.scoped(|frame| assert_eq!(*frame.frame_box(7), 7));
    assert_eq!(alloc.current_phase(), None, "{}", entry.0);
    let report = alloc.end_frame();
    (report.bytes, report.scopes_left_open, report.phases_left_open, alloc.stats().tags.len())
}

#[test]
fn a_panic_in_every_closure_leaves_the_allocator_whole() {
    for entry in ENTRIES {
        let mut alloc = SmartAlloc::default();
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        let subscriber = move |_: &SmartAlloc, event: &FrameEvent| {
            count.fetch_add(usize::from(matches!(event, FrameEvent::Ended { .. })), Relaxed);
        };
        alloc.on_frame_event(subscriber).forever();
        // Twice: the arenas and tables have what they need then.
        for _ in 0..2 {
            frame(&mut alloc, entry, &mut || ());
        }
        let quiet = frame(&mut alloc, entry, &mut || ());
        let mut capacity = 0;
        for round in 0..10 {
            let panicked = frame(&mut alloc, entry, &mut || panic!("in {}", entry.0));
            assert_eq!((panicked.1, panicked.2), (0, 0), "{}: left open", entry.0);
            assert_eq!(frame(&mut alloc, entry, &mut || ()), quiet, "{}: after a panic", entry.0);
            if round == 0 {
                capacity = alloc.capacity();
            }
        }
        assert!(alloc.capacity() <= capacity, "{}: every panic keeps memory", entry.0);
        assert_eq!(heard.load(Relaxed), 23, "{}", entry.0);
    }
}

#[test]
fn a_closure_may_turn_another_allocator_and_use_its_own_again() {
    for entry in ENTRIES {
        let mut alloc = SmartAlloc::default();
        let mut other = SmartAlloc::default();
        let quiet = (0..3).map(|_| frame(&mut alloc, entry, &mut || ())).last();
        let turning = frame(&mut alloc, entry, &mut || {
            other.whole_frame(|other| other.scoped(|frame| drop(frame.frame_box(1))));
            assert!(caught(|| other.whole_frame(|other| other.scoped(|_| panic!("in the other one")))));
        });
        assert_eq!(Some(turning), quiet, "{}", entry.0);
    }
}

#[test]
fn threads_that_panic_in_the_middle_leave_nothing_behind() {
    for entry in ENTRIES {
        let mut alloc = SmartAlloc::default();
        for _ in 0..20 {
            alloc.begin_frame();
            let thread = std::thread::scope(|scope| {
                scope.spawn(|| (entry.1)(&alloc, &mut || panic!("in {}", entry.0))).join().is_err()
            });
            let report = alloc.end_frame();
            assert_eq!((report.scopes_left_open, report.phases_left_open), (0, 0), "{}", entry.0);
            // Some have nothing to visit, and call nothing.
            assert!(thread || entry.0.starts_with("for_each"), "{}", entry.0);
        }
    }
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
            DROPS.fetch_add(1, Relaxed);
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
    assert_eq!(DROPS.load(Relaxed), 10);
    assert!(!alloc.is_in_frame(), "the frame has ended all the same");
    alloc.begin_frame();
    alloc.end_frame();
    assert_eq!(DROPS.load(Relaxed), 10);
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
fn a_panic_unwinds_through_nested_systems_and_all_is_as_before() {
    let config = AllocConfig::default().with_thread_frame_budget(kilobytes(64)).with_tag_budget("ai", kilobytes(16));
    let mut alloc = SmartAlloc::new(config);
    alloc.begin_frame();
    let kept = alloc.frame_box(1_u64);
    let (used, left) = (alloc.frame().used_bytes(), alloc.frame_remaining());
    for depth in 0..20 {
        fn descend(frame: &framealloc_core::Frame, depth: u32) {
            let values = frame.frame_slice_fill_with(10, |n| n);
            frame.with_tag("ai", |tagged| {
                let more = tagged.frame_vec_with_capacity::<u64>(8);
                tagged.scoped(|inner| if depth == 0 { panic!("on purpose") } else { descend(inner, depth - 1) });
                drop(more);
            });
            drop(values);
        }
        assert!(catch_unwind(AssertUnwindSafe(|| alloc.scoped(|frame| descend(frame, depth)))).is_err());
        assert_eq!((alloc.frame().used_bytes(), alloc.frame_remaining()), (used, left), "depth {depth}");
        assert!(format!("{alloc:?}").contains("(untagged)"), "{alloc:?}");
    }
    drop(kept);
    assert_eq!(alloc.end_frame().scopes_left_open, 0);
}

#[test]
fn a_second_panic_in_one_drop_ends_the_program_as_std_does() {
    const CHILD: &str = "FRAMEALLOC_TWO_PANICS";
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    if std::env::var_os(CHILD).is_some() {
        let alloc = SmartAlloc::default();
        // The second element drops while the panic of the first unwinds.
        let both = alloc.frame_slice_fill_with(2, |_| Bomb);
        let _ = catch_unwind(AssertUnwindSafe(|| drop(both)));
        std::process::exit(7);
    }
    let child = again(module_path!(), "a_second_panic_in_one_drop_ends_the_program_as_std_does")
        .env(CHILD, "1")
        .output()
        .expect("it starts");
    assert!(!child.status.success() && child.status.code() != Some(7), "{:?}", child.status);
}
