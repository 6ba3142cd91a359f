//! Who looks at pools while threads come and go: figures are exact, and nobody waits for who looks.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use framealloc_core::pool::{self, Pool, PoolSpec};

use crate::random::Random;

/// Runs `round` while `observe` is called over and over on `observers` threads. Returns how often it was.
fn while_observed(observers: usize, observe: impl Fn() + Sync, round: impl FnOnce()) -> usize {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let observers: Vec<_> = (0..observers)
            .map(|_| {
                scope.spawn(|| {
                    let mut looks = 0;
                    while !over.load(Relaxed) {
                        observe();
                        looks += 1;
                    }
                    looks
                })
            })
            .collect();
        round();
        over.store(true, Relaxed);
        observers
            .into_iter()
            .map(|observer| observer.join().expect("an observer found figures that are not exact"))
            .sum()
    })
}

#[test]
fn threads_that_end_while_others_count_are_counted_once_each() {
    static POOL: Pool<[u64; 5]> = Pool::new(PoolSpec::new("those who end"));
    let mut random = Random::seeded(14);
    let mut kept = Vec::new();
    let mut looks = 0;
    for _ in 0..20 {
        kept.extend((0..random.below(70)).map(|number| POOL.boxed([number as u64; 5])));
        kept.truncate(random.below(200));
        let most = 1 + random.below(150);
        let takes: Vec<_> = (0..=random.below(8)).map(|_| 1 + random.below(most)).collect();
        let (full, leave) = (Barrier::new(takes.len() + 1), Barrier::new(takes.len() + 1));
        std::thread::scope(|scope| {
            for takes in &takes {
                let (full, leave) = (&full, &leave);
                scope.spawn(move || {
                    // Its magazines are full of free slots when it ends, and it does not use the pool any more.
                    drop((0..*takes).map(|number| POOL.boxed([number as u64; 5])).collect::<Vec<_>>());
                    full.wait();
                    leave.wait();
                });
            }
            full.wait();
            let live = kept.len();
            looks += while_observed(
                3,
                || assert_eq!(POOL.stats().live, live),
                || {
                    leave.wait();
                    std::thread::sleep(std::time::Duration::from_millis(1));
                },
            );
        });
    }
    assert!(looks > 0);
    drop(kept);
    pool::flush_thread();
    assert_eq!(POOL.stats().live, 0);
}

#[test]
fn threads_come_and_go_while_all_figures_are_read_and_the_pool_is_trimmed() {
    static POOL: Pool<[u64; 7]> = Pool::new(PoolSpec::new("those who come and go"));
    let mut random = Random::seeded(41);
    let rounds: Vec<_> = (0..40).map(|_| (1 + random.below(4), 1 + random.below(100))).collect();
    let most: usize = rounds.iter().map(|(threads, each)| threads * each).max().unwrap();
    let looks = while_observed(
        2,
        || {
            let stats = pool::own_pools().into_iter().find(|stats| stats.name == "those who come and go");
            let live = stats.map_or(0, |stats| stats.live);
            // What is on its way counts: two magazines for each thread.
            assert!(live <= most + 8 * 62, "{live}");
            let mut listed = 0;
            pool::for_each_own(|stats| listed += usize::from(stats.name == "those who come and go"));
            assert!(listed <= 1, "listed {listed} times");
            POOL.trim();
        },
        || {
            for (threads, each) in &rounds {
                std::thread::scope(|scope| {
                    for _ in 0..*threads {
                        scope.spawn(|| {
                            let objects: Vec<_> = (0..*each).map(|number| POOL.boxed([number as u64; 7])).collect();
                            for (number, object) in objects.iter().enumerate() {
                                assert_eq!(**object, [number as u64; 7]);
                            }
                        });
                    }
                });
            }
        },
    );
    assert!(looks > 0);
    assert_eq!(POOL.stats().live, 0);
}

/// A thread whose thread-local looks at pools, and uses them, when the thread's own places in lists are gone.
#[test]
fn pools_are_looked_at_in_destructors_of_thread_locals() {
    static POOL: Pool<[u64; 3]> = Pool::new(PoolSpec::new("looked at late"));
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            drop(POOL.boxed([1; 3]));
            assert!(POOL.stats().live <= 1);
            POOL.trim();
        }
    }
    thread_local! {
        static LATE: Late = const { Late };
    }
    for _ in 0..20 {
        std::thread::spawn(|| {
            // Registered first, it is dropped last.
            LATE.with(|_| ());
            drop(POOL.boxed([1; 3]));
            assert!(POOL.stats().live <= 1);
        })
        .join()
        .unwrap();
    }
    pool::flush_thread();
    assert_eq!(POOL.stats().live, 0);
}
