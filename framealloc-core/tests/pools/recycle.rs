//! What a `RecyclePool` promises: buffers come back empty, values are dropped exactly once, user code runs under no lock.

use std::cell::Cell;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use framealloc_core::pool::{Recycle, RecyclePool, Recycled};

#[test]
fn a_vector_comes_back_empty_with_its_buffer() {
    static LISTS: RecyclePool<Vec<String>> = RecyclePool::new(2);
    let mut list = LISTS.take();
    list.extend((0..100).map(|n| n.to_string()));
    let (buffer, capacity) = (list.as_ptr(), list.capacity());
    drop(list);
    let list = LISTS.take();
    assert_eq!((list.as_ptr(), list.capacity(), list.len()), (buffer, capacity, 0));
    let stats = LISTS.stats();
    assert_eq!((stats.idle, stats.made, stats.reused), (0, 1, 1));
    // Taken out for good, it does not go back.
    let mine: Vec<String> = Recycled::into_inner(list);
    assert_eq!((mine.capacity(), LISTS.stats().idle), (capacity, 0));
}

#[test]
fn collections_keep_their_capacity() {
    fn check<T: Recycle + Default>(fill: impl Fn(&mut T), capacity: impl Fn(&T) -> usize, len: impl Fn(&T) -> usize) {
        let pool = RecyclePool::new(1);
        let mut value: Recycled<'_, T> = pool.take();
        fill(&mut value);
        let had = capacity(&value);
        assert!(had >= 50);
        drop(value);
        let value = pool.take();
        assert_eq!((capacity(&value), len(&value)), (had, 0));
    }
    check::<Vec<u32>>(|v| v.extend(0..50), Vec::capacity, Vec::len);
    check::<VecDeque<u32>>(|v| v.extend(0..50), VecDeque::capacity, VecDeque::len);
    check::<BinaryHeap<u32>>(|v| v.extend(0..50), BinaryHeap::capacity, BinaryHeap::len);
    check::<HashMap<u32, u32>>(|v| v.extend((0..50).map(|n| (n, n))), HashMap::capacity, HashMap::len);
    check::<HashSet<u32>>(|v| v.extend(0..50), HashSet::capacity, HashSet::len);
    check::<String>(|v| v.extend((0..50).map(|_| 'x')), String::capacity, String::len);
    check::<[Vec<u32>; 2]>(|v| v[1].extend(0..50), |v| v[1].capacity(), |v| v[1].len());
    check::<Box<Vec<u32>>>(|v| v.extend(0..50), |v| v.capacity(), |v| v.len());
}

/// Counts its drops; recycling some panics.
struct Counted<'a> {
    drops: &'a AtomicUsize,
    recycled: usize,
    panics: bool,
}

impl Recycle for Counted<'_> {
    fn recycle(&mut self) {
        assert!(!self.panics, "planned");
        self.recycled += 1;
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn no_more_are_kept_than_the_pool_is_for_and_each_is_dropped_once() {
    let drops = AtomicUsize::new(0);
    let counted = || Counted { drops: &drops, recycled: 0, panics: false };
    let pool = RecyclePool::new(3);
    let lent: Vec<_> = (0..5).map(|_| pool.take_with(counted)).collect();
    drop(lent);
    assert_eq!((pool.stats().idle, drops.load(Ordering::Relaxed)), (3, 2));
    let again = pool.take_with(|| unreachable!("there are idle ones"));
    assert_eq!(again.recycled, 1);
    assert_eq!(pool.trim(), 2);
    assert_eq!(drops.load(Ordering::Relaxed), 4);
    drop(again);
    assert_eq!((pool.stats().idle, drops.load(Ordering::Relaxed)), (1, 4));
    assert_eq!(pool.try_take_with(|| Err::<Counted<'_>, _>("no")).map(|value| value.recycled), Ok(2));
    drop(pool);
    assert_eq!(drops.load(Ordering::Relaxed), 5);

    let nothing = RecyclePool::new(0);
    drop(nothing.take_with(counted));
    assert_eq!((nothing.stats().idle, drops.load(Ordering::Relaxed)), (0, 6));
    assert_eq!(nothing.try_take_with(|| Err::<Counted<'_>, _>("no")).map(|value| value.recycled), Err("no"));
}

#[test]
fn a_value_that_cannot_be_recycled_is_dropped_and_the_pool_goes_on() {
    let drops = AtomicUsize::new(0);
    let pool = RecyclePool::new(3);
    let mut value = pool.take_with(|| Counted { drops: &drops, recycled: 0, panics: true });
    catch_unwind(AssertUnwindSafe(|| drop(value))).expect_err("recycling panics");
    assert_eq!((pool.stats().idle, drops.load(Ordering::Relaxed)), (0, 1));
    value = pool.take_with(|| Counted { drops: &drops, recycled: 0, panics: false });
    // Dropped by a panic: nobody knows what state it is in.
    let moved = catch_unwind(AssertUnwindSafe(move || {
        let _value = value;
        panic!("planned");
    }));
    assert!(moved.is_err());
    assert_eq!((pool.stats().idle, drops.load(Ordering::Relaxed)), (0, 2));
    drop(pool.take_with(|| Counted { drops: &drops, recycled: 0, panics: false }));
    assert_eq!(pool.stats().idle, 1);
}

#[test]
fn recycling_and_dropping_may_use_the_pool() {
    thread_local!(static DROPS: Cell<u32> = const { Cell::new(0) });
    static NESTED: RecyclePool<Nested> = RecyclePool::new(1);
    #[derive(Default)]
    struct Nested(bool);
    impl Recycle for Nested {
        fn recycle(&mut self) {
            if !self.0 {
                self.0 = true;
                drop(NESTED.take_with(|| Nested(true)));
            }
        }
    }
    impl Drop for Nested {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
            // A lock that was held here would be waited for for ever.
            assert!(NESTED.stats().idle <= 1);
        }
    }
    drop(NESTED.take());
    assert_eq!((NESTED.stats().idle, DROPS.get()), (1, 1));
    assert_eq!((NESTED.trim(), DROPS.get()), (1, 2));
}

#[test]
fn values_come_back_from_other_threads() {
    let pool = Arc::new(RecyclePool::<Vec<usize>>::new(8));
    thread::scope(|scope| {
        for worker in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                for round in 0..2000 {
                    let mut list = pool.take();
                    assert!(list.is_empty());
                    list.extend((0..round % 50).map(|n| n + worker));
                    assert!(list.iter().enumerate().all(|(n, value)| *value == n + worker));
                }
            });
        }
    });
    let stats = pool.stats();
    assert_eq!(stats.made + stats.reused, 8000);
    assert!(stats.made <= 4, "never more than are lent at once: {stats:?}");
    assert_eq!(u64::try_from(stats.idle), Ok(stats.made));
    let list = pool.take();
    let list = thread::scope(|scope| {
        scope
            .spawn(move || {
                drop(list);
            })
            .join()
    });
    assert!(list.is_ok());
}
