//! What tasks make on several threads is in one list afterwards: every value once, whoever reads it, and in steady frames without a
//! call to the system's allocator on any thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use framealloc_core::{AllocConfig, AllocError, CountingAlloc, SmartAlloc};

/// Counts its drops.
struct Counted<'c>(usize, &'c AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

fn collect<'a, 'c>(alloc: &'a SmartAlloc, drops: &'c AtomicUsize) -> framealloc_core::ParCollect<'a, Counted<'c>> {
    let all = alloc.par_collect();
    std::thread::scope(|threads| {
        for task in 0..4 {
            let all = &all;
            threads.spawn(move || {
                for part in 0..3 {
                    let mut local = all.local();
                    local.extend((0..100).map(|i| Counted(task * 300 + part * 100 + i, drops)));
                }
                drop(all.local());
            });
        }
    });
    assert_eq!(all.len(), 1200);
    all
}

#[test]
fn every_value_is_there_once_and_dropped_once_however_it_is_read() {
    let alloc = SmartAlloc::default();
    let drops = AtomicUsize::new(0);
    let numbers = |values: &mut dyn Iterator<Item = usize>| {
        let mut numbers: Vec<usize> = values.collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..1200));
    };
    let vec = collect(&alloc, &drops).into_vec();
    numbers(&mut vec.iter().map(|value| value.0));
    assert_eq!(drops.swap(0, Ordering::Relaxed), 0);
    drop(vec);
    assert_eq!(drops.swap(0, Ordering::Relaxed), 1200);

    numbers(&mut collect(&alloc, &drops).into_iter().map(|value| value.0));
    assert_eq!(drops.swap(0, Ordering::Relaxed), 1200);

    let mut some = collect(&alloc, &drops).into_iter();
    assert_eq!((some.len(), some.by_ref().take(250).count(), some.len()), (1200, 250, 950));
    drop(some);
    drop(collect(&alloc, &drops));
    assert_eq!(drops.load(Ordering::Relaxed), 2400);
}

#[test]
fn a_task_that_panics_loses_nothing_and_a_part_that_is_forgotten_only_itself() {
    let alloc = SmartAlloc::default();
    let drops = AtomicUsize::new(0);
    let all = alloc.par_collect();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut local = all.local();
        local.push(Counted(0, &drops));
        panic!("in the middle");
    }));
    assert!(panicked.is_err());
    let mut forgotten = all.local();
    forgotten.push(Counted(1, &drops));
    std::mem::forget(forgotten);
    assert_eq!(all.into_iter().map(|value| value.0).collect::<Vec<_>>(), [0]);
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

/// Dropping a list of parts one inside the other would need as deep a stack.
#[test]
fn as_many_parts_as_there_are_tasks_are_dropped_in_a_row() {
    let alloc = SmartAlloc::default();
    let all = alloc.par_collect();
    for part in 0..100_000 {
        all.local().push(String::from(if part % 2 == 0 { "even" } else { "odd" }));
    }
    assert_eq!(all.len(), 100_000);
    drop(all);
}

#[test]
fn a_budget_refuses_before_a_part_is_made() {
    let config = AllocConfig::default().with_tag_budget("par_small", 4096);
    let alloc = SmartAlloc::new(config);
    let small = alloc.tagged("par_small");
    let all = small.par_collect::<[u8; 512]>();
    {
        let mut local = all.local();
        while local.try_push([7; 512]).is_ok() {}
        assert!(!local.is_empty());
        while small.try_frame_box([0_u8; 16]).is_ok() {}
        assert!(matches!(all.try_local().err(), Some(AllocError::BudgetExceeded { .. })));
    }
    let there = all.len();
    assert!(there > 0, "what was there before the refusal has joined");
    assert!(all.try_into_vec().is_err());
}

#[test]
fn the_bytes_are_those_of_the_tag_whichever_thread_takes_them() {
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| {
        alloc.scoped(|frame| {
            let all = frame.tagged("par_tag").par_collect();
            std::thread::scope(|threads| {
                for _ in 0..4 {
                    threads.spawn(|| all.local().push([0_u8; 1000]));
                }
            });
            assert_eq!(all.into_vec().len(), 4);
        });
    });
    let stats = alloc.stats();
    assert!(stats.tag("par_tag").is_some_and(|tag| (8000..16_000).contains(&tag.bytes)), "{stats:?}");
}

#[test]
fn steady_frames_call_no_system_allocator_on_any_thread() {
    const FRAMES: usize = 200;
    let barrier = Barrier::new(3);
    let alloc = std::sync::RwLock::new(SmartAlloc::default());
    // Looked at in the end: a thread that panics would leave the others waiting for it.
    let (calls, wrong) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                for frame in 0..FRAMES {
                    barrier.wait();
                    let before = CountingAlloc::thread_calls();
                    let alloc = alloc.read().expect("no panic");
                    let all = alloc.par_collect();
                    for _ in 0..8 {
                        all.local().extend(0..100_u64);
                    }
                    let sum: u64 = all.into_vec().iter().sum();
                    let made = (CountingAlloc::thread_calls() - before).total();
                    wrong.fetch_add(usize::from(sum != 8 * 4950), Ordering::Relaxed);
                    if frame > 100 {
                        calls.fetch_add(usize::try_from(made).expect("few"), Ordering::Relaxed);
                    }
                    drop(alloc);
                    barrier.wait();
                }
            });
        }
        for _ in 0..FRAMES {
            alloc.write().expect("no panic").begin_frame();
            barrier.wait();
            barrier.wait();
            alloc.write().expect("no panic").end_frame();
        }
    });
    assert_eq!((wrong.load(Ordering::Relaxed), calls.load(Ordering::Relaxed)), (0, 0));
}
