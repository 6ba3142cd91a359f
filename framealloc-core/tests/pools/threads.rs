//! What pools promise when threads come, go, and hand values to each other.

use std::cell::RefCell;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Barrier};
use std::thread;

use framealloc_core::pool::{self, Pool, PoolBox, PoolSpec};

/// Slots in the two magazines of a thread.
const PER_THREAD: usize = 124;
const BATCH: usize = 62;

/// Runs `job` on so many threads and waits until they have ended. `thread::scope` alone only waits for their closures, not for
/// their thread-local destructors.
fn at_once(threads: usize, job: impl Fn(u64) + Sync) {
    thread::scope(|scope| {
        let job = &job;
        let handles: Vec<_> = (0..threads as u64).map(|thread| scope.spawn(move || job(thread))).collect();
        for handle in handles {
            handle.join().unwrap();
        }
    });
}

#[test]
fn producer_and_consumer_hold_no_more_than_what_is_in_flight() {
    static MESSAGES: Pool<[u64; 8]> = Pool::new(PoolSpec::new("messages"));
    const IN_FLIGHT: usize = 100;
    // `ci/soak.sh` sends ten million.
    let count: u64 = std::env::var("FRAMEALLOC_SOAK").map_or(1_000_000, |count| count.parse().unwrap());
    let (sender, receiver) = sync_channel::<PoolBox<[u64; 8]>>(IN_FLIGHT);
    let consumer = thread::spawn(move || {
        let mut next = 0;
        for message in receiver {
            assert_eq!(message[0], next);
            next += 1;
        }
        next
    });
    for n in 0..count {
        sender.send(MESSAGES.boxed([n; 8])).unwrap();
    }
    drop(sender);
    assert_eq!(consumer.join().unwrap(), count);
    let stats = MESSAGES.stats();
    // In the channel, one on either side of it, the other thread's magazines, and the batch of this one.
    assert!(stats.high_water <= IN_FLIGHT + 2 + PER_THREAD + PER_THREAD, "{stats}");
    assert!(stats.slabs <= 1, "{stats}");
    assert_eq!(stats.live, 0);
}

#[test]
fn ten_thousand_short_threads_leave_nothing_behind() {
    static SHORT: Pool<[u64; 4]> = Pool::new(PoolSpec::new("short"));
    for n in 0..2500 {
        at_once(4, |_| {
            let values: Vec<_> = (0..3).map(|_| SHORT.boxed([n; 4])).collect();
            assert!(values.iter().all(|value| value[3] == n));
        });
    }
    let stats = SHORT.stats();
    assert_eq!(stats.live, 0);
    assert!(stats.high_water <= 4 * (PER_THREAD + BATCH), "{stats}");
    assert_eq!(stats.slabs, 1);
    SHORT.trim();
    assert_eq!(SHORT.stats().bytes, 0, "{}", SHORT.stats());
}

#[test]
fn values_in_thread_locals_are_served_after_the_magazines_are_gone() {
    static LATE: Pool<[u64; 3]> = Pool::new(PoolSpec::new("late"));
    static LATE_FIXED: Pool<[u64; 3]> = Pool::new(PoolSpec::new("late fixed").capacity(1000).fixed());
    #[derive(Default)]
    struct Keeper(Vec<PoolBox<[u64; 3]>>);
    impl Drop for Keeper {
        fn drop(&mut self) {
            // Enough to go through several magazines one slot at a time.
            for round in 0..300_u64 {
                self.0.push(LATE.boxed([round; 3]));
                self.0.push(LATE_FIXED.boxed([round; 3]));
                drop(pool::boxed([round; 5]));
            }
            // No slot was handed out twice.
            let new = &self.0[self.0.len() - 600..];
            assert!(new.iter().enumerate().all(|(n, value)| **value == [n as u64 / 2; 3]));
            self.0.truncate(250);
            let other = self.0.split_off(100);
            // On Windows a thread ends under the loader's lock, which another needs to begin and end: waiting for it never ends.
            if cfg!(windows) {
                drop(other);
            } else {
                thread::spawn(move || drop(other)).join().unwrap();
            }
            self.0.clear();
        }
    }
    thread_local! {
        static BEFORE: RefCell<Keeper> = RefCell::default();
        static AFTER: RefCell<Keeper> = RefCell::default();
    }
    for first in [true, false] {
        thread::spawn(move || {
            // Registered before and after the thread's own destructor, which the first allocation registers.
            if first {
                BEFORE.with_borrow_mut(|keeper| keeper.0.clear());
            }
            let value = LATE.boxed([1; 3]);
            AFTER.with_borrow_mut(|keeper| keeper.0.push(value));
            if !first {
                BEFORE.with_borrow_mut(|keeper| keeper.0.push(LATE_FIXED.boxed([1; 3])));
            }
        })
        .join()
        .unwrap();
    }
    assert_eq!((LATE.stats().live, LATE_FIXED.stats().live), (0, 0));
    LATE.trim();
    LATE_FIXED.trim();
    assert_eq!((LATE.stats().bytes, LATE_FIXED.stats().bytes), (0, 0));
}

#[test]
fn statistics_are_exact_when_no_thread_is_at_work() {
    static MIXED: Pool<[u64; 5]> = Pool::new(PoolSpec::new("mixed"));
    let mut kept = Vec::new();
    for n in 0..2000_usize {
        kept.push(MIXED.boxed([n as u64; 5]));
        if n % 3 == 0 {
            kept.swap_remove(n * 7 % kept.len());
        }
        assert_eq!(MIXED.stats().live, kept.len());
    }
    assert!(MIXED.stats().high_water >= kept.len());
    let others = kept.split_off(500);
    thread::spawn(move || drop(others)).join().unwrap();
    assert_eq!(MIXED.stats().live, 500);
    let start = Arc::new(Barrier::new(2));
    let worker = thread::spawn({
        let start = start.clone();
        move || {
            let kept: Vec<_> = (0..100_u64).map(|n| MIXED.boxed([n; 5])).collect();
            start.wait();
            start.wait();
            drop(kept);
        }
    });
    start.wait();
    assert_eq!(MIXED.stats().live, 600);
    start.wait();
    worker.join().unwrap();
    drop(kept);
    assert_eq!(MIXED.stats().live, 0);
}

#[test]
fn a_fixed_pool_holds_exactly_its_capacity_whoever_asks() {
    static EXACT: Pool<[u64; 2]> = Pool::new(PoolSpec::new("exact").capacity(500).fixed());
    const THREADS: usize = 4;
    let barrier = Barrier::new(THREADS);
    at_once(THREADS, |thread| {
        for round in 0..200 {
            // All of the capacity goes, whichever thread freed the slots before, and each time in other shares.
            let share = [50, 100, 150, 200][(round + usize::try_from(thread).unwrap()) % THREADS];
            let held: Vec<_> =
                (0..share).map(|_| EXACT.try_boxed([1, 2]).expect("there is room for every one of these")).collect();
            barrier.wait();
            assert_eq!(EXACT.stats().live, 500);
            let refused = EXACT.try_boxed([8, 9]).expect_err("the pool is full");
            assert_eq!(refused.into_value(), [8, 9]);
            assert!(EXACT.try_slot().is_err());
            barrier.wait();
            drop(held);
            barrier.wait();
        }
    });
    let stats = EXACT.stats();
    assert_eq!((stats.live, stats.high_water, stats.capacity), (0, 500, 500));
    // Two per thread and round, and not one more.
    assert_eq!(stats.refused, 2 * THREADS * 200);
}

#[test]
fn a_pool_may_be_used_first_while_a_thread_ends() {
    static FIRST: Pool<u64> = Pool::new(PoolSpec::new("first").capacity(100).prewarm());
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            assert_eq!(*FIRST.boxed(5), 5);
        }
    }
    thread_local!(static LATE: Late = const { Late });
    thread::spawn(|| LATE.with(|_| drop(pool::boxed(1_u8)))).join().unwrap();
    assert_eq!(FIRST.stats().live, 0);
    assert_eq!(*FIRST.boxed(6), 6);
}
