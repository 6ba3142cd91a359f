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

fn low_byte(number: usize) -> u8 {
    number.to_le_bytes()[0]
}

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
    (0..2).for_each(round);
    let before = CountingAlloc::thread_calls();
    (0..500).for_each(round);
    assert_eq!((CountingAlloc::thread_calls() - before).total(), 0);
}

#[test]
fn steady_retirement_of_values_of_all_sizes_calls_no_allocator() {
    let queue = RetireQueue::new();
    let mut state = 7_u32;
    let mut round = || {
        for _ in 0..500 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match state >> 30 {
                0 => queue.retire([0_u64; 32]),
                1 => queue.retire([0_u64; 29]),
                2 => queue.retire([0_u64; 17]),
                _ => queue.retire(0_u8),
            }
        }
        assert_eq!(queue.drain(Drain::all()).dropped, 500);
    };
    // As many as ever wait, and of the largest: then it does not matter which come.
    (0..500).for_each(|_| queue.retire([0_u64; 32]));
    queue.drain(Drain::all());
    let before = CountingAlloc::thread_calls();
    (0..200).for_each(|_| round());
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

/// Tells its number when it drops.
struct Tells(usize, Arc<Mutex<Vec<usize>>>);

impl Drop for Tells {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
    }
}

#[test]
fn threads_take_turns_and_none_waits_for_what_another_retires_meanwhile() {
    let (told, queue) = (Arc::<Mutex<Vec<usize>>>::default(), Arc::new(RetireQueue::new()));
    let retire = |numbers: core::ops::Range<usize>| numbers.for_each(|n| queue.retire(Tells(n, Arc::clone(&told))));
    let (more, go) = std::sync::mpsc::channel::<()>();
    thread::scope(|threads| {
        let keeps = threads.spawn(move || {
            retire(2000..2003);
            let _over = go.recv();
        });
        while queue.drain(Drain::all().at_most(0)).left < 3 {
            thread::yield_now();
        }
        threads.spawn(|| retire(1000..1003)).join().unwrap();
        // The lane of that one is free, and this thread takes it over: as if it had been one thread. Its turn is the first.
        retire(0..10);
        // As many come as go: the other one has its turn all the same.
        for round in 0..12 {
            retire(10 + 2 * round..12 + 2 * round);
            assert_eq!(queue.drain(Drain::all().at_most(2)).dropped, 2);
        }
        assert_eq!(told.lock().unwrap().iter().filter(|n| **n >= 1000).count(), 6, "{told:?}");
        drop(more);
        keeps.join().unwrap();
    });
    drop(queue);
    let told = told.lock().unwrap();
    for thread in [0..1000_usize, 1000..2000, 2000..3000] {
        let numbers: Vec<_> = told.iter().filter(|n| thread.contains(*n)).collect();
        assert!(numbers.is_sorted(), "the oldest first: {told:?}");
    }
}

#[test]
fn a_drain_takes_all_that_waited_though_others_are_retired_in_its_drops() {
    struct Again(Arc<RetireQueue>, Drops);
    impl Drop for Again {
        fn drop(&mut self) {
            (0..3).for_each(|_| self.0.retire(self.1.value()));
        }
    }
    let (again, others, queue) = (Drops::default(), Drops::default(), Arc::new(RetireQueue::new()));
    // The newest has the first turn: its values retire on this thread, whose turn is the second.
    let both = std::sync::Barrier::new(2);
    let keeps = |retire: &dyn Fn()| {
        retire();
        both.wait();
        both.wait();
    };
    thread::scope(|threads| {
        let third = threads.spawn(|| keeps(&|| (0..100).for_each(|_| queue.retire(others.value()))));
        both.wait();
        (0..10).for_each(|_| queue.retire(others.value()));
        let first = threads.spawn(|| {
            (0..50).for_each(|_| queue.retire(Again(Arc::clone(&queue), again.clone())));
        });
        while queue.drain(Drain::all().at_most(0)).left < 160 {
            thread::yield_now();
        }
        let dropped = queue.drain(Drain::all()).dropped;
        let counts = (others.count(), again.count());
        // Before anything is said of it: a panic here would wait for them.
        both.wait();
        third.join().unwrap();
        first.join().unwrap();
        assert_eq!((dropped, counts), (160, (110, 0)));
    });
    assert_eq!(queue.drain(Drain::all()).dropped, 150);
    assert_eq!(again.count(), 150);
}

#[test]
fn a_thread_takes_over_the_memory_of_one_that_ended() {
    let (drops, queue) = (Drops::default(), RetireQueue::new());
    let calls = |_| {
        thread::scope(|threads| {
            let thread = threads.spawn(|| {
                let before = CountingAlloc::thread_calls();
                (0..5).for_each(|_| queue.retire(drops.value()));
                (CountingAlloc::thread_calls() - before).total()
            });
            thread.join().unwrap()
        })
    };
    let calls: Vec<u64> = (0..20).map(calls).collect();
    // The list of the lanes that the thread has: one call.
    assert!(calls[0] > 1 && calls[1..].iter().all(|calls| *calls <= 1), "{calls:?}");
    assert_eq!((queue.drain(Drain::all()).dropped, drops.count()), (100, 100));
}

#[test]
fn what_drops_when_its_thread_ends_may_retire() {
    struct Last(Arc<RetireQueue>, Drops);
    impl Drop for Last {
        fn drop(&mut self) {
            (0..2).for_each(|_| self.0.retire(self.1.value()));
        }
    }
    thread_local! { static LAST: std::cell::RefCell<Vec<Last>> = const { std::cell::RefCell::new(Vec::new()) } }
    let (drops, queue) = (Drops::default(), Arc::new(RetireQueue::new()));
    for first in [false, true] {
        let (drops, queue) = (drops.clone(), Arc::clone(&queue));
        let ends = thread::spawn(move || {
            // Before the thread-local of the lanes, and after it.
            if first {
                queue.retire(drops.value());
            }
            LAST.with_borrow_mut(|last| last.push(Last(Arc::clone(&queue), drops.clone())));
            queue.retire(drops.value());
        });
        ends.join().unwrap();
    }
    assert_eq!(queue.drain(Drain::all()).dropped, 7);
    assert_eq!((drops.count(), drops.holders()), (7, 1));
}

#[test]
fn what_drops_when_its_thread_ends_does_not_share_the_lane_of_another() {
    const VALUES: usize = 100_000;
    struct Last(Arc<RetireQueue>);
    impl Drop for Last {
        fn drop(&mut self) {
            // This thread has left its lane, and the other one finds it.
            let start = std::sync::Barrier::new(2);
            let retire = || {
                start.wait();
                (0..VALUES).for_each(|n| self.0.retire(n));
            };
            thread::scope(|threads| {
                threads.spawn(retire);
                retire();
            });
        }
    }
    thread_local! { static LAST: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) } }
    let queue = Arc::new(RetireQueue::new());
    let ends = thread::spawn({
        let queue = Arc::clone(&queue);
        move || {
            LAST.set(Some(Last(Arc::clone(&queue))));
            queue.retire(0_usize);
        }
    });
    ends.join().unwrap();
    assert_eq!(queue.drain(Drain::all()).dropped, 2 * VALUES + 1);
}

#[test]
fn one_thread_retires_into_many_queues_that_come_and_go() {
    let drops = Drops::default();
    let kept: Vec<_> = (0..10).map(|_| RetireQueue::new()).collect();
    for _ in 0..100 {
        let queue = RetireQueue::new();
        for kept in &kept {
            kept.retire(drops.value());
            queue.retire(drops.value());
        }
        assert_eq!(queue.drain(Drain::all().at_most(3)).left, 7);
    }
    assert_eq!(drops.count(), 1000);
    assert!(kept.iter().all(|kept| kept.drain(Drain::all()).dropped == 100));
    assert_eq!((drops.count(), drops.holders()), (2000, 1));
}

#[test]
fn values_of_any_size_and_alignment_drop_as_they_were() {
    #[repr(align(64))]
    struct Aligned<const N: usize>([u8; N]);
    struct Bytes<const N: usize>(Drops, [u8; N], usize);
    impl<const N: usize> Drop for Bytes<N> {
        fn drop(&mut self) {
            assert!(self.1.iter().enumerate().all(|(n, byte)| *byte == low_byte(n + self.2)));
            drop(self.0.value());
        }
    }
    struct Checked<const N: usize>(Drops, Aligned<N>);
    impl<const N: usize> Drop for Checked<N> {
        fn drop(&mut self) {
            assert!((&raw const self.1).addr() % 64 == 0 && self.1.0.iter().all(|byte| *byte == 7));
            drop(self.0.value());
        }
    }
    let (drops, queue) = (Drops::default(), RetireQueue::new());
    let round = |start: usize| {
        macro_rules! retire {
            ($($size:literal)*) => {$(
                queue.retire(Bytes::<$size>(drops.clone(), core::array::from_fn(|n| low_byte(n + start)), start));
                queue.retire(Checked::<$size>(drops.clone(), Aligned([7; $size])));
            )*};
        }
        retire!(0 1 7 8 9 63 100 200 230 231 232 233 239 240 241 248 255 256 257 300 4000 9000);
    };
    (0..20).for_each(round);
    assert_eq!(queue.drain(Drain::all()).dropped, 880);
    assert_eq!((drops.count(), drops.holders()), (880, 1));
}

#[test]
fn refused_memory_leaves_the_queue_as_it_was() {
    let (drops, queue) = (Drops::default(), RetireQueue::new());
    // Neither a lane nor a chunk; the value comes back.
    assert!(allocator::refusing(0, || queue.try_retire(drops.value())).is_err());
    let mut kept = 0;
    for _ in 0..3 {
        while allocator::refusing(0, || queue.try_retire(drops.value())).is_ok() {
            kept += 1;
        }
        queue.retire(drops.value());
        kept += 1;
    }
    let before = drops.count();
    assert_eq!(queue.drain(Drain::all()).dropped, kept);
    assert_eq!((drops.count() - before, drops.holders()), (kept, 1));
}
