//! Models of the pools: magazines, depot, thread exit and statistics, over the code that programs run.
//!
//! Every object stands for a cell that loom watches: whoever takes a slot writes to its cell, so that a slot handed out twice,
//! or handed on without an ordering in between, is a race that fails the model. The magazines themselves are watched too.

use framealloc_core::model::{MAGAZINE, Object, Pool, Thread, Unused};
use loom::cell::UnsafeCell;
use loom::sync::atomic::AtomicBool;
use loom::sync::atomic::Ordering::{Acquire, Release};
use loom::sync::{Arc, Mutex};
use loom::thread;

/// A cell for each slot of the slab.
struct Cells(Vec<UnsafeCell<u32>>);

// Shared on purpose: loom reports what is not ordered.
#[expect(clippy::non_send_fields_in_send_ty, reason = "as above")]
unsafe impl Send for Cells {}
unsafe impl Sync for Cells {}

impl Cells {
    fn new() -> Arc<Self> {
        Arc::new(Self((0..16).map(|_| UnsafeCell::new(0)).collect()))
    }

    /// Uses the object as its only owner.
    fn touch(&self, object: &Object) {
        self.0[object.number()].with_mut(|value| unsafe { *value += 1 });
    }
}

fn take(thread: &Thread, cells: &Cells) -> Object {
    let object = thread.take();
    cells.touch(&object);
    object
}

fn give(thread: &Thread, cells: &Cells, object: Object) {
    cells.touch(&object);
    thread.give(object);
}

fn model(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// When all threads have ended nothing is live, nothing is lost, and all memory can go.
fn assert_all_back(pool: &Arc<Pool>) {
    assert_eq!((pool.live(), pool.outside(), pool.caches()), (0, 0, 0));
    let _ = pool.trim();
    assert_eq!(pool.slabs(), 0);
}

/// Enough objects that a thread which gives them all must bring a full magazine to the depot.
const MANY: usize = 2 * MAGAZINE + 1;

#[test]
fn objects_made_on_one_thread_are_freed_on_another() {
    model(4, || {
        let (pool, cells) = (Pool::new(), Cells::new());
        let here = Thread::new(&pool);
        let objects: Vec<_> = (0..MANY).map(|_| take(&here, &cells)).collect();
        let other = thread::spawn({
            let (pool, cells) = (pool.clone(), cells.clone());
            move || {
                let there = Thread::new(&pool);
                for object in objects {
                    give(&there, &cells, object);
                }
            }
        });
        // What comes back meanwhile is used again at once.
        let again: Vec<_> = (0..MAGAZINE + 1).map(|_| take(&here, &cells)).collect();
        other.join().unwrap();
        for object in again {
            give(&here, &cells, object);
        }
        drop(here);
        assert_all_back(&pool);
    });
}

#[test]
fn two_threads_exchange_magazines_both_ways() {
    model(4, || {
        let (pool, cells) = (Pool::new(), Cells::new());
        let run = |pool: &Arc<Pool>, cells: &Arc<Cells>| {
            let thread = Thread::new(pool);
            let objects: Vec<_> = (0..MANY).map(|_| take(&thread, cells)).collect();
            for object in objects {
                give(&thread, cells, object);
            }
            let object = take(&thread, cells);
            give(&thread, cells, object);
        };
        let other = thread::spawn({
            let (pool, cells) = (pool.clone(), cells.clone());
            move || run(&pool, &cells)
        });
        run(&pool, &cells);
        other.join().unwrap();
        assert_all_back(&pool);
    });
}

#[test]
fn a_thread_ends_while_another_takes_and_a_third_frees() {
    model(3, || {
        let (pool, cells) = (Pool::new(), Cells::new());
        let shelf = Arc::new(Mutex::new(Vec::new()));
        let ending = thread::spawn({
            let (pool, cells, shelf) = (pool.clone(), cells.clone(), shelf.clone());
            move || {
                let there = Thread::new(&pool);
                let (kept, back) = (take(&there, &cells), take(&there, &cells));
                shelf.lock().unwrap().push(kept);
                give(&there, &cells, back);
            }
        });
        let freeing = thread::spawn({
            let (pool, cells, shelf) = (pool.clone(), cells.clone(), shelf.clone());
            move || {
                let there = Thread::new(&pool);
                let object = shelf.lock().unwrap().pop();
                if let Some(object) = object {
                    give(&there, &cells, object);
                }
            }
        });
        let here = Thread::new(&pool);
        let objects = [take(&here, &cells), take(&here, &cells), take(&here, &cells)];
        ending.join().unwrap();
        freeing.join().unwrap();
        for object in objects {
            give(&here, &cells, object);
        }
        for object in shelf.lock().unwrap().drain(..) {
            give(&here, &cells, object);
        }
        drop(here);
        assert_all_back(&pool);
    });
}

#[test]
fn statistics_are_read_while_threads_work_and_end() {
    model(3, || {
        let (pool, cells) = (Pool::new(), Cells::new());
        let worker = thread::spawn({
            let (pool, cells) = (pool.clone(), cells.clone());
            move || {
                let there = Thread::new(&pool);
                let kept = take(&there, &cells);
                let back = take(&there, &cells);
                give(&there, &cells, back);
                kept
            }
        });
        // Off by what is on its way, and by a magazine in a swap, but never by more.
        assert!(pool.live() <= 2 * MAGAZINE);
        let kept = worker.join().unwrap();
        assert_eq!(pool.live(), 1);
        let here = Thread::new(&pool);
        give(&here, &cells, kept);
        assert_eq!(pool.live(), 0);
        drop(here);
        assert_all_back(&pool);
    });
}

#[test]
fn a_thread_that_ends_while_another_counts_is_counted_once() {
    model(2, || {
        let (pool, cells) = (Pool::new(), Cells::new());
        let is_quiet = Arc::new(AtomicBool::new(false));
        let worker = thread::spawn({
            let (pool, cells, is_quiet) = (pool.clone(), cells.clone(), is_quiet.clone());
            move || {
                let there = Thread::new(&pool);
                let kept = take(&there, &cells);
                is_quiet.store(true, Release);
                // From here on it uses the pool no more: its magazine goes back, and it ends.
                kept
            }
        });
        let was_quiet = is_quiet.load(Acquire);
        let live = pool.live();
        if was_quiet {
            assert_eq!(live, 1);
        }
        let kept = worker.join().unwrap();
        pool.give_one(kept);
        assert_all_back(&pool);
    });
}

#[test]
fn two_threads_end_while_another_counts() {
    model(2, || {
        let (pool, cells) = (Pool::new(), Cells::new());
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let (pool, cells) = (pool.clone(), cells.clone());
                thread::spawn(move || {
                    let there = Thread::new(&pool);
                    let object = take(&there, &cells);
                    give(&there, &cells, object);
                })
            })
            .collect();
        assert!(pool.live() <= 4 * MAGAZINE);
        for worker in workers {
            worker.join().unwrap();
        }
        assert_all_back(&pool);
    });
}

#[test]
fn threads_without_magazines_share_the_depot_with_those_that_have_some() {
    model(4, || {
        let (pool, cells) = (Pool::new(), Cells::new());
        let without = thread::spawn({
            let (pool, cells) = (pool.clone(), cells.clone());
            move || {
                let objects: Vec<_> = (0..MAGAZINE + 1).map(|_| pool.take_one()).collect();
                for object in objects {
                    cells.touch(&object);
                    pool.give_one(object);
                }
            }
        });
        let here = Thread::new(&pool);
        let objects: Vec<_> = (0..MAGAZINE + 1).map(|_| take(&here, &cells)).collect();
        for object in objects {
            give(&here, &cells, object);
        }
        here.flush();
        let _ = pool.trim();
        without.join().unwrap();
        drop(here);
        assert_all_back(&pool);
    });
}

#[test]
fn a_fixed_pool_lets_in_exactly_its_capacity() {
    model(5, || {
        let pool = Pool::fixed(2);
        assert!(pool.admit());
        let others: Vec<_> = (0..2)
            .map(|_| {
                let pool = pool.clone();
                thread::spawn(move || {
                    let admitted = pool.admit();
                    if admitted {
                        pool.dismiss();
                    }
                    admitted
                })
            })
            .collect();
        let admitted: Vec<_> = others.into_iter().map(|other| other.join().unwrap()).collect();
        // There is room for one: a failed attempt must not have kept the other out.
        assert!(admitted.contains(&true));
        assert!(pool.admit());
        assert!(!pool.admit());
    });
}

#[test]
fn an_attempt_that_fails_does_not_make_another_fail() {
    model(5, || {
        let pool = Pool::fixed(1);
        assert!(pool.admit());
        let other = thread::spawn({
            let pool = pool.clone();
            move || pool.admit()
        });
        pool.dismiss();
        let here = pool.admit();
        // The one place was free: one of the two has it.
        assert!(here != other.join().unwrap());
    });
}

#[test]
fn threads_that_use_a_pool_for_the_first_time_agree_on_its_index() {
    model(5, || {
        let pool = Unused::new();
        let other = thread::spawn({
            let pool = pool.clone();
            // Who knows the index must find the pool, or its magazines would be lost at the end of the thread.
            move || (pool.enter(), pool.listed())
        });
        assert_eq!((pool.enter(), pool.listed()), (1, 1));
        assert_eq!(other.join().unwrap(), (1, 1));
    });
}
