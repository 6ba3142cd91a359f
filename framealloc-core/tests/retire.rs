//! Values that are retired drop once, on the thread that drains, as many as it asks for, by panics as well.
#![allow(clippy::result_large_err, reason = "the queue gives large values back, which no slot holds")]

#[path = "support/allocator.rs"]
mod allocator;
#[path = "support/drops.rs"]
mod drops;

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use drops::Drops;
use framealloc_core::{CountingAlloc, Drain, HeapBox, PoolBox, RetireQueue, TagId, heap};

#[global_allocator]
static GLOBAL: CountingAlloc<allocator::Watching> = CountingAlloc::new(allocator::Watching::new());

fn retired(drops: &Drops, count: usize) -> RetireQueue {
    let queue = RetireQueue::new();
    (0..count).for_each(|_| queue.retire(drops.value()));
    queue
}

#[test]
fn nothing_drops_before_the_drain_and_everything_by_it() {
    let drops = Drops::default();
    let queue = retired(&drops, 3);
    PoolBox::retire(PoolBox::new(drops.value()), &queue);
    HeapBox::retire(heap::boxed(drops.value(), TagId::NONE), &queue);
    queue.retire((drops.value(), [0_u8; 15_000]));
    queue.retire(());
    assert_eq!(drops.count(), 0);
    let report = queue.drain(Drain::all());
    assert_eq!((report.dropped, report.left, drops.count(), drops.holders()), (7, 0, 6, 1));
    assert_eq!(queue.drain(Drain::all()).dropped, 0);
}

#[test]
fn a_drain_stops_at_its_number_or_its_time_and_goes_on_by_age() {
    struct Tells(usize, Arc<Mutex<Vec<usize>>>);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.1.lock().unwrap().push(self.0);
        }
    }
    let (told, queue) = (Arc::<Mutex<Vec<usize>>>::default(), RetireQueue::new());
    (0..5).for_each(|n| queue.retire(Tells(n, Arc::clone(&told))));
    let report = queue.drain(Drain::all().at_most(2));
    assert_eq!((report.dropped, report.left), (2, 3));
    (5..8).for_each(|n| queue.retire(Tells(n, Arc::clone(&told))));
    assert_eq!(queue.drain(Drain::all().at_most(0)).left, 6);
    // No time: one value all the same.
    assert_eq!(queue.drain(Drain::all().for_at_most(Duration::ZERO)).dropped, 1);
    assert_eq!(queue.drain(Drain::all().for_at_most(Duration::MAX).at_most(4)).dropped, 4);
    drop(queue);
    assert_eq!(*told.lock().unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_panic_in_the_middle_stops_neither_the_drain_nor_the_count() {
    struct Bomb(Drops, usize);
    impl Drop for Bomb {
        fn drop(&mut self) {
            drop(self.0.value());
            panic_any(self.1);
        }
    }
    let drops = Drops::default();
    let queue = RetireQueue::new();
    for n in 0..6 {
        queue.retire(drops.value());
        queue.retire(Bomb(drops.clone(), n));
    }
    let drained = catch_unwind(AssertUnwindSafe(|| queue.drain(Drain::all().at_most(5))));
    assert_eq!((*drained.unwrap_err().downcast::<usize>().unwrap(), drops.count()), (0, 5));
    let drained = catch_unwind(AssertUnwindSafe(|| queue.drain(Drain::all().at_most(4))));
    assert_eq!((*drained.unwrap_err().downcast::<usize>().unwrap(), drops.count()), (2, 9));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(queue))).is_err());
    assert_eq!((drops.count(), drops.holders()), (12, 1));
}

#[test]
fn what_retires_in_its_drop_waits_for_the_next_drain() {
    struct Again(Drops, Weak<RetireQueue>, usize);
    impl Drop for Again {
        fn drop(&mut self) {
            drop(self.0.value());
            if let (Some(queue), left @ 1..) = (self.1.upgrade(), self.2) {
                queue.retire(Self(self.0.clone(), Weak::clone(&self.1), left - 1));
            }
        }
    }
    let (drops, queue) = (Drops::default(), Arc::new(RetireQueue::new()));
    queue.retire(Again(drops.clone(), Arc::downgrade(&queue), 3));
    for drained in 1..=4 {
        assert_eq!((queue.drain(Drain::all()).dropped, drops.count()), (1, drained));
    }
    // At the end of the queue nobody finds it any more.
    queue.retire(Again(drops.clone(), Arc::downgrade(&queue), 3));
    drop(queue);
    assert_eq!((drops.count(), drops.holders()), (5, 1));
}

#[test]
fn a_drop_may_drain_the_queue_that_it_is_in() {
    struct Drains(Drops, Arc<RetireQueue>);
    impl Drop for Drains {
        fn drop(&mut self) {
            drop(self.0.value());
            self.1.drain(Drain::all().at_most(1));
        }
    }
    let (drops, queue) = (Drops::default(), Arc::new(RetireQueue::new()));
    (0..5).for_each(|_| queue.retire(Drains(drops.clone(), Arc::clone(&queue))));
    queue.drain(Drain::all());
    assert_eq!((drops.count(), drops.holders(), Arc::strong_count(&queue)), (5, 1, 1));
}

#[test]
fn many_threads_retire_while_two_drain() {
    let (drops, queue) = (Drops::default(), RetireQueue::new());
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| (0..2000).for_each(|n| queue.retire((drops.value(), [n; 3]))));
        }
        for _ in 0..2 {
            threads.spawn(|| {
                while drops.count() < 6000 {
                    queue.drain(Drain::all().at_most(100));
                    thread::yield_now();
                }
            });
        }
    });
    drop(queue);
    assert_eq!((drops.count(), drops.holders()), (8000, 1));
}

#[test]
fn steady_retirement_calls_no_allocator() {
    let queue = RetireQueue::new();
    let round = |n: u64| {
        (0..100).for_each(|_| queue.retire([n; 5]));
        (0..100).for_each(|_| PoolBox::retire(PoolBox::new([n; 9]), &queue));
        assert_eq!(queue.drain(Drain::all()).dropped, 200);
    };
    (0..5).for_each(round);
    let before = CountingAlloc::thread_calls();
    (0..200).for_each(round);
    assert_eq!((CountingAlloc::thread_calls() - before).total(), 0);
}

#[test]
fn a_refused_value_is_not_dropped_by_who_retires_it() {
    struct Large(Drops, [u8; 15_000]);
    impl Drop for Large {
        fn drop(&mut self) {
            drop(self.0.value());
        }
    }
    let (drops, queue) = (Drops::default(), RetireQueue::new());
    let refused = allocator::refusing(10_000, || queue.try_retire(Large(drops.clone(), [0; 15_000])));
    let value = refused.unwrap_err().into_value();
    assert_eq!((drops.count(), value.1.len()), (0, 15_000));
    drop(value);
    let large = Large(drops.clone(), [0; 15_000]);
    assert!(catch_unwind(AssertUnwindSafe(|| allocator::refusing(10_000, || queue.retire(large)))).is_err());
    assert_eq!((drops.count(), drops.holders()), (1, 2), "leaked, as its destructor must not run there");
}
