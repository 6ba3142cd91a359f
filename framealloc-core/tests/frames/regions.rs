//! Scratch regions outlive frames, run drops once, and give everything back at the reset.

use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{Promotions, RetentionPolicy, Scratch, SmartAlloc};

use crate::drops::{Counted, Drops};

struct Panics(Counted);

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("drop {}", self.0.drops().count());
    }
}

fn shared() -> (Drops, impl Fn() -> Counted) {
    let drops = Drops::default();
    (drops.clone(), move || drops.value())
}

#[test]
fn values_outlive_frames_and_drop_once_at_the_reset() {
    let (dropped, counted) = shared();
    let mut alloc = SmartAlloc::default();
    let mut level = alloc.scratch("outlives");
    for round in 0..3 {
        let kept: Vec<&mut Counted> = (0..100).map(|_| level.keep(counted())).collect();
        let numbers = level.frame_slice_fill_with(1000, |i| i as u64);
        for _ in 0..10 {
            alloc.whole_frame(|alloc| alloc.frame_slice_zeroed::<u64>(5000).len());
        }
        assert_eq!((kept.len(), numbers[999], dropped.count()), (100, 999, round * 100));
        drop(numbers);
        assert!(level.reset() >= 8000);
        assert_eq!(dropped.count(), (round + 1) * 100);
    }
    level.keep(counted());
    drop(alloc);
    level.keep(counted());
    drop(level);
    assert_eq!(dropped.count(), 302);
}

#[test]
fn a_panicking_drop_leaves_the_region_empty_and_all_others_dropped() {
    let (dropped, counted) = shared();
    let mut alloc = SmartAlloc::default();
    let mut level = alloc.scratch("panics");
    for round in 1..=3 {
        for i in 0..20 {
            if i % 5 == 0 {
                level.keep(Panics(counted()));
            } else {
                level.keep(counted());
            }
        }
        alloc.frame_retain(Panics(counted()), RetentionPolicy::PromoteToScratch("panics"));
        drop(alloc.end_frame_with_promotions());
        let panic = catch_unwind(AssertUnwindSafe(|| level.reset())).unwrap_err();
        assert!(panic.downcast_ref::<String>().unwrap().starts_with("drop"));
        assert_eq!(dropped.count(), round * 21);
        assert!(level.region_stats().bytes == 0 && level.region_stats().promoted == 0);
    }
    level.keep(Panics(counted()));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(level))).is_err());
    assert_eq!(dropped.count(), 64);
}

#[test]
fn figures_are_there_by_name() {
    let alloc = SmartAlloc::default();
    let mut level = alloc.scratch("figures_level");
    let audio = alloc.scratch("figures_audio");
    level.frame_slice_zeroed::<u8>(10_000);
    let stats = level.region_stats();
    assert_eq!((stats.name.as_str(), stats.resets, stats.promoted), ("figures_level", 0, 0));
    assert!(stats.bytes >= 10_000 && stats.bytes < 10_100, "{stats:?}");
    let names = |alloc: &SmartAlloc| alloc.stats().scratch.into_iter().map(|region| region.name).collect::<Vec<_>>();
    assert_eq!(names(&alloc), ["figures_level", "figures_audio"]);
    assert!(alloc.stats().scratch[0].bytes >= 10_000);
    level.reset();
    let stats = alloc.stats().scratch.remove(0);
    assert!(stats.bytes == 0 && stats.high_water >= 10_000 && stats.resets == 1, "{stats:?}");
    assert!(level.region_capacity() > 0);
    drop(audio);
    assert_eq!(names(&alloc), ["figures_level"]);
}

#[test]
fn a_set_resets_all_its_regions_whatever_panics() {
    let (dropped, counted) = shared();
    let alloc = SmartAlloc::default();
    let mut set = alloc.scratch_set(["one", "two", "three"]);
    for region in &set {
        region.keep(counted());
        region.frame_box([0_u8; 100]);
    }
    set["two"].keep(Panics(counted()));
    assert!(catch_unwind(AssertUnwindSafe(|| set.reset_all())).is_err());
    assert_eq!(dropped.count(), 4);
    assert!(set.iter().all(|region| region.region_stats().bytes == 0));
    set["three"].frame_box(1_u64);
    assert!(set.region_mut("three").is_some_and(|region| region.reset() >= 8));
    assert!(set.region("four").is_none());
    assert_eq!(set.reset_all(), 0);
}

#[test]
fn threads_share_a_region() {
    let (dropped, counted) = shared();
    let alloc = SmartAlloc::default();
    let mut level = alloc.scratch("threads");
    let sum: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    (0..100).for_each(|_| assert!(level.keep(counted()).drops().count() == 0));
                    level.frame_slice_fill_with(100, |i| i)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap().iter().sum::<usize>()).sum()
    });
    assert_eq!((sum, dropped.count()), (4 * 4950, 0));
    assert!(alloc.stats().scratch[0].bytes >= 4 * 800);
    level.reset();
    assert_eq!(dropped.count(), 400);
    assert_eq!(alloc.stats().scratch[0].bytes, 0);
}

#[test]
fn promoted_values_live_in_the_region_until_its_reset() {
    let (dropped, counted) = shared();
    let mut alloc = SmartAlloc::default();
    let mut level = alloc.scratch("promoted_to");
    let policy = RetentionPolicy::PromoteToScratch("promoted_to");
    let promote = |alloc: &mut SmartAlloc| {
        let key = alloc.frame_retain((7_u32, counted()), policy).key();
        let promotions: Promotions = alloc.end_frame_with_promotions();
        assert_eq!((promotions.len(), promotions.summary().scratch.values), (0, 1));
        key
    };
    let first = promote(&mut alloc);
    let value: &(u32, Counted) = level.promoted(first).unwrap();
    // More values arrive while the first is borrowed.
    let more: Vec<_> = (0..50).map(|_| promote(&mut alloc)).collect();
    assert_eq!((value.0, dropped.count()), (7, 0));
    level.promoted_mut(more[49]).unwrap().0 = 9;
    assert_eq!(level.promoted(more[49]).unwrap().0, 9);
    assert_eq!(level.region_stats().promoted, 51);
    level.reset();
    assert!(level.promoted(first).is_none());
    assert_eq!(dropped.count(), 51);

    drop(level);
    let key = alloc.frame_retain((1_u32, counted()), policy).key();
    let mut promotions = alloc.end_frame_with_promotions();
    assert!(promotions.take(key).is_none());
    assert_eq!((promotions.summary().failed.values, dropped.count()), (1, 52));
    assert_eq!(promotions.failures()[0].reason.to_string(), "there is no scratch region `promoted_to`");
}

#[test]
fn regions_may_be_sent_and_shared() {
    fn assert_both<T: Send + Sync>() {}
    assert_both::<Scratch>();
}
