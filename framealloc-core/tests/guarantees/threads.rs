//! Threads: values are sent and dropped wherever their type allows; heaps of threads that end are used again, after an end of a frame at the latest.
//!
//! An allocator that is shared and never ends its frame keeps no memory of threads that have ended, unless it could still be borrowed.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, RwLock};
use std::thread;

use framealloc_core::{AllocConfig, Frame, FrameBox, FrameScope, SmartAlloc, kilobytes};

use crate::drop_counts::Drops;

fn shared() -> Arc<SmartAlloc> {
    Arc::new(SmartAlloc::new(AllocConfig::default().with_frame_chunk(kilobytes(64))))
}

/// Bytes that the heaps of `threads` threads hold, which run one after the other.
fn held_after(threads: usize, job: fn(&SmartAlloc, usize)) -> usize {
    let alloc = shared();
    for number in 0..threads {
        let alloc = Arc::clone(&alloc);
        thread::spawn(move || job(&alloc, number)).join().expect("no panic");
    }
    Arc::try_unwrap(alloc).expect("all threads have ended").capacity()
}

#[test]
fn heaps_of_threads_that_only_used_scopes_go_to_the_next_without_an_end_of_frame() {
    let jobs: [fn(&SmartAlloc, usize); 5] = [
        |alloc, _| assert_eq!(alloc.scoped(|frame| frame.frame_slice_copy(&[1_u8; 100]).len()), 100),
        |alloc, _| assert_eq!(alloc.speculative(|frame| Err::<(), _>(frame.frame_box(2_u8).count_ones())), Err(1)),
        |alloc, number| {
            alloc.scoped(|frame| {
                let tag = if number % 2 == 0 { "ended_even" } else { "ended_odd" };
                frame.with_tag(tag, |frame| frame.scoped(|frame| assert_eq!(*frame.frame_box(number), number)));
            });
        },
        // A panic closes the scope.
        |alloc, _| {
            let panics = || alloc.scoped(|frame| assert_eq!(*frame.frame_box(1), 2));
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
        },
        // A scope that is forgotten is nobody's; the others are reused.
        |alloc, number| {
            alloc.scoped(|frame| {
                if number == 0 {
                    std::mem::forget(frame.frame_scope());
                }
                assert_eq!(*frame.frame_box(number), number);
            });
        },
    ];
    for (number, job) in jobs.into_iter().enumerate() {
        let few = held_after(4, job);
        let many = held_after(60, job);
        assert!(many <= few, "job {number}: {many} bytes after 60 threads, {few} after 4");
    }
}

#[test]
fn figures_of_threads_that_share_a_heap_are_all_there_at_the_end_of_the_frame() {
    let zone = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };
    let alloc = shared();
    for _ in 0..20 {
        let alloc = Arc::clone(&alloc);
        thread::spawn(move || alloc.scoped(|frame| drop(frame.frame_box(1_u64)))).join().expect("no panic");
    }
    let mut alloc = Arc::try_unwrap(alloc).expect("all threads have ended");
    assert_eq!(alloc.end_frame().bytes, 20 * (8 + zone));
}

#[test]
fn a_thread_begins_outside_of_the_phases_that_another_left_open() {
    let alloc = shared();
    for _ in 0..5 {
        let alloc = Arc::clone(&alloc);
        let job = move || {
            alloc.scoped(|frame| {
                assert_eq!(frame.current_phase(), None);
                assert!(frame.end_phase().is_none());
                frame.begin_phase("left_open");
                std::mem::forget(frame.phase_scope("forgotten"));
                assert_eq!(frame.current_phase(), Some("left_open::forgotten"));
            });
        };
        thread::spawn(job).join().expect("no panic");
    }
    let mut alloc = Arc::try_unwrap(alloc).expect("all threads have ended");
    assert_eq!(alloc.end_frame().phases_left_open, 10);
    let stats = alloc.stats();
    assert_eq!(stats.phase("left_open").map(|phase| phase.calls), Some(5));
}

#[test]
fn heaps_that_were_lent_wait_for_the_end_of_the_frame() {
    let jobs: [fn(&SmartAlloc, usize); 4] = [
        |alloc, _| drop(alloc.frame_box(1)),
        |alloc, _| drop(alloc.frame_scope()),
        |alloc, _| assert_eq!(alloc.frame().used_bytes(), 0),
        // Whatever came first.
        |alloc, number| {
            alloc.scoped(|frame| drop(frame.frame_box(number)));
            alloc.scoped(|frame| drop(frame.whole().frame_box(number)));
        },
    ];
    for (index, job) in jobs.into_iter().enumerate() {
        let alloc = shared();
        for number in 0..5 {
            let alloc = Arc::clone(&alloc);
            let thread = thread::Builder::new().name(format!("lender {number}"));
            thread.spawn(move || job(&alloc, number)).expect("it starts").join().expect("no panic");
        }
        let mut alloc = Arc::try_unwrap(alloc).expect("all threads have ended");
        alloc.end_frame();
        assert_eq!(alloc.stats().threads.len(), 5, "job {index}");
    }
}

/// What a thread does in the drop of a thread-local that was made before its heap: after the allocator was told of the end.
struct AtExit {
    lent: RefCell<Option<Lent>>,
    ended: RefCell<Option<(Sender<()>, Receiver<()>)>>,
}

enum Lent {
    Frame(&'static Frame),
    Value(FrameBox<'static, [u64; 4]>),
    Scope(FrameScope<'static>),
    Nothing,
}

static ALLOC: LazyLock<SmartAlloc> = LazyLock::new(SmartAlloc::default);

impl Drop for AtExit {
    fn drop(&mut self) {
        let Some((ended, go_on)) = self.ended.take() else { return };
        let use_late = |frame: &Frame| {
            let mut values = frame.frame_vec();
            values.push(7_u64);
            let block = frame.frame_box([7_u64; 4]);
            ended.send(()).expect("somebody waits");
            go_on.recv().expect("somebody goes on");
            values.extend([7; 100]);
            assert!(values.iter().chain(&*block).all(|value| *value == 7));
        };
        match self.lent.take().expect("it was set") {
            Lent::Frame(frame) => use_late(frame),
            Lent::Value(mut value) => {
                value[0] = 8;
                use_late(ALLOC.frame());
                assert_eq!(*value, [8, 7, 7, 7]);
            }
            Lent::Scope(scope) => use_late(&scope),
            Lent::Nothing => ALLOC.scoped(use_late),
        }
    }
}

thread_local! {
    static AT_EXIT: AtExit = const { AtExit { lent: RefCell::new(None), ended: RefCell::new(None) } };
}

#[test]
#[cfg_attr(windows, ignore = "it waits for other threads while its own ends: under the loader's lock, which they need")]
fn what_a_thread_uses_after_its_end_belongs_to_no_other() {
    for way in 0..4 {
        let (ended, has_ended) = channel();
        let (go_on, goes_on) = channel();
        let ending = thread::spawn(move || {
            AT_EXIT.with(|at_exit| {
                at_exit.ended.replace(Some((ended, goes_on)));
                let lent = match way {
                    0 => Lent::Frame(ALLOC.frame()),
                    1 => Lent::Value(ALLOC.frame_box([7; 4])),
                    2 => Lent::Scope(ALLOC.frame_scope()),
                    _ => {
                        ALLOC.scoped(|frame| drop(frame.frame_box(1)));
                        Lent::Nothing
                    }
                };
                at_exit.lent.replace(Some(lent));
            });
        });
        has_ended.recv().expect("it ends");
        // Some of these would get the heap, if it were free.
        let others: Vec<_> = (0..8_u64)
            .map(|mark| {
                thread::spawn(move || {
                    ALLOC.scoped(|frame| {
                        let values: Vec<_> = (0..200).map(|_| frame.frame_box([mark; 8])).collect();
                        thread::yield_now();
                        assert!(values.iter().all(|value| **value == [mark; 8]));
                    });
                })
            })
            .collect();
        for other in others {
            other.join().expect("its values are its own");
        }
        go_on.send(()).expect("it waits");
        ending.join().expect("its values are its own");
    }
}

/// Opens a scope in the drop of a thread-local that was made before its thread's heap, and waits in it.
struct Late(RefCell<Option<Wait>>);

/// What it opens a scope of, what it says then, and what it waits for.
type Wait = (Arc<SmartAlloc>, Sender<()>, Receiver<()>);

impl Drop for Late {
    fn drop(&mut self) {
        let Some((alloc, ended, go_on)) = self.0.take() else { return };
        alloc.scoped(|frame| {
            let value = frame.frame_box(7);
            ended.send(()).expect("somebody waits");
            go_on.recv().expect("somebody goes on");
            assert_eq!(*value, 7);
        });
    }
}

thread_local! {
    static LATE: Late = const { Late(RefCell::new(None)) };
}

#[test]
#[cfg_attr(windows, ignore = "it waits for other threads while its own ends: under the loader's lock, which they need")]
fn a_heap_that_is_used_after_the_end_goes_to_no_other_thread() {
    let (ended, has_ended) = channel();
    let (go_on, goes_on) = channel();
    let alloc = shared();
    let late = {
        let alloc = Arc::clone(&alloc);
        let job = move || {
            LATE.with(|late| late.0.replace(Some((Arc::clone(&alloc), ended, goes_on))));
            alloc.scoped(|frame| drop(frame.frame_box(1)));
        };
        thread::Builder::new().name("late".into()).spawn(job).expect("it starts")
    };
    has_ended.recv().expect("it ends");
    let other = Arc::clone(&alloc);
    thread::spawn(move || other.scoped(|frame| drop(frame.frame_box(1)))).join().expect("no panic");
    go_on.send(()).expect("it waits");
    late.join().expect("its value is its own");
    let mut alloc = Arc::try_unwrap(alloc).expect("all threads have ended");
    alloc.end_frame();
    let threads = alloc.stats().threads;
    assert_eq!(threads.len(), 2, "{threads:?}");
    assert!(threads.iter().any(|thread| thread.name == "late"), "{threads:?}");
}

#[test]
fn threads_that_come_and_go_at_once_have_heaps_of_their_own() {
    static SHORT: LazyLock<SmartAlloc> = LazyLock::new(SmartAlloc::default);
    let workers: Vec<_> = (0..4_u64)
        .map(|worker| {
            thread::spawn(move || {
                for round in 0..100 {
                    let mark = worker * 1000 + round;
                    let short = thread::spawn(move || {
                        for _ in 0..3 {
                            SHORT.scoped(|frame| {
                                let values: Vec<_> = (0..50).map(|_| frame.frame_box(mark)).collect();
                                thread::yield_now();
                                assert!(values.iter().all(|value| **value == mark));
                            });
                        }
                    });
                    if round % 2 == 0 {
                        short.join().expect("its values are its own");
                    }
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().expect("no panic");
    }
}

#[test]
fn frame_values_are_sent_to_and_dropped_on_other_threads() {
    let drops = Drops::default();
    let alloc = SmartAlloc::default();
    let values: Vec<_> = (0..100).map(|_| alloc.frame_box(drops.value())).collect();
    thread::scope(|threads| {
        for value in values {
            threads.spawn(move || drop(value));
        }
    });
    assert_eq!(drops.count(), 100);
}

#[test]
fn ten_thousand_short_threads_reuse_heaps() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..500 {
        alloc.begin_frame();
        thread::scope(|threads| {
            for i in 0..20_u64 {
                let alloc = &alloc;
                threads.spawn(move || assert_eq!(*alloc.scoped(|frame| alloc.frame_box(*frame.frame_box(i))), i));
            }
        });
        alloc.end_frame();
    }
    assert!(alloc.capacity() < 4 << 20, "{} bytes for at most some 40 heaps", alloc.capacity());
}

#[test]
fn an_allocator_may_die_before_its_threads() {
    let (sender, receiver) = channel::<()>();
    let alloc = Arc::new(SmartAlloc::default());
    let shared = Arc::clone(&alloc);
    let (ready_sender, ready) = channel();
    let worker = thread::spawn(move || {
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

thread_local! {
    static ALLOCATES_LATE: RefCell<Vec<AllocatesLate>> = const { RefCell::new(Vec::new()) };
}

/// Allocates while its thread's locals are being destroyed.
struct AllocatesLate(Arc<RwLock<SmartAlloc>>);

impl Drop for AllocatesLate {
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
        let worker = thread::spawn(move || {
            if round % 2 == 0 {
                // Registered first, so destroyed after the sentinel.
                ALLOCATES_LATE.with_borrow_mut(|late| late.push(AllocatesLate(Arc::clone(&shared))));
                shared.read().expect("no writer panics").frame_box(1);
            } else {
                shared.read().expect("no writer panics").frame_box(1);
                ALLOCATES_LATE.with_borrow_mut(|late| late.push(AllocatesLate(Arc::clone(&shared))));
            }
        });
        // Ends while the worker may be in its destructors.
        alloc.write().expect("no reader panics").end_frame();
        worker.join().expect("the worker does not panic");
        alloc.write().expect("no reader panics").end_frame();
    }
}
