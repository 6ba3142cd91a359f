//! How much memory pools take, when they take it, and how they give it back.

use std::sync::{Arc, Barrier};
use std::thread;

use framealloc_core::pool::{self, Pool, PoolSpec, Pooled};
use framealloc_core::{AllocConfig, SmartAlloc};

#[path = "support/random.rs"]
mod random;

use random::Random;

const SLAB: usize = 64 << 10;

/// Whether there are red zones behind the values.
const ZONES: bool = cfg!(any(framealloc_asan, feature = "debug"));

/// A value that a slot of 4096 bytes is for.
const PAGE: usize = if ZONES { 2048 } else { 4096 };

#[test]
fn trim_frees_exactly_the_slabs_without_a_live_object() {
    // 15 slots of 4096 bytes in a slab; two magazines full, so that the ninth slab is partly fresh.
    static PAGES: Pool<[u8; PAGE]> = Pool::new(PoolSpec::new("pages"));
    let mut kept: Vec<_> = (0..124_u8).map(|n| PAGES.boxed([n; PAGE])).collect();
    // Growth had doubled.
    assert_eq!(PAGES.stats().slabs, 16);
    assert_eq!(PAGES.trim(), 7 * SLAB);
    assert_eq!(PAGES.trim(), 0);
    // One live object keeps each slab, wherever it is in it.
    let slab_of = |page: &[u8; PAGE]| core::ptr::from_ref(page).addr() / SLAB;
    let mut seen = std::collections::HashSet::new();
    kept.reverse();
    kept.retain(|page| seen.insert(slab_of(page)));
    assert_eq!(kept.len(), 9);
    assert_eq!(PAGES.trim(), 0);
    assert_eq!(PAGES.stats().live, 9);
    for left in (0..9).rev() {
        let last = kept.pop().unwrap();
        assert!(last.iter().all(|byte| *byte == last[0]));
        drop(last);
        assert_eq!(PAGES.trim(), SLAB);
        let stats = PAGES.stats();
        assert_eq!((stats.slabs, stats.live), (left, left));
    }
    assert_eq!(PAGES.stats().bytes, 0);
    // And it goes on as before.
    assert_eq!(PAGES.boxed([3; PAGE])[PAGE - 1], 3);
}

#[test]
fn free_slots_survive_a_trim() {
    static CELLS: Pool<[u64; 128]> = Pool::new(PoolSpec::new("cells"));
    let mut random = Random::seeded(0x9E37_79B9_7F4A_7C15);
    let mut kept = Vec::new();
    for round in 0..60_u64 {
        for n in 0..400 {
            kept.push((n + round, CELLS.boxed([n + round; 128])));
        }
        while kept.len() > 130 {
            let victim = random.below(kept.len());
            let (n, value) = kept.swap_remove(victim);
            assert_eq!(*value, [n; 128]);
        }
        CELLS.trim();
        assert_eq!(CELLS.stats().live, kept.len());
    }
    for (n, value) in kept.drain(..) {
        assert_eq!(*value, [n; 128]);
    }
    CELLS.trim();
    assert_eq!(CELLS.stats().bytes, 0);
}

#[test]
fn a_thread_keeps_slabs_until_it_flushes() {
    static JOBS: Pool<[u64; 16]> = Pool::new(PoolSpec::new("jobs"));
    let step = Arc::new(Barrier::new(2));
    let worker = thread::spawn({
        let step = step.clone();
        move || {
            drop((0..50).map(|n| JOBS.boxed([n; 16])).collect::<Vec<_>>());
            step.wait();
            step.wait();
            pool::flush_thread();
            step.wait();
            step.wait();
            drop(JOBS.boxed([0; 16]));
        }
    });
    step.wait();
    assert_eq!(JOBS.trim(), 0);
    assert_eq!(JOBS.stats().slabs, 1);
    step.wait();
    step.wait();
    assert_eq!(JOBS.trim(), SLAB);
    step.wait();
    worker.join().unwrap();
    assert_eq!(JOBS.stats().live, 0);
}

#[test]
fn growth_doubles_within_a_limit() {
    static GROWING: Pool<[u8; 8192]> = Pool::new(PoolSpec::new("growing").double());
    let mut kept = Vec::new();
    let mut slabs = Vec::new();
    for _ in 0..7 * 40 {
        kept.push(GROWING.boxed([0; 8192]));
        let now = GROWING.stats().slabs;
        if slabs.last() != Some(&now) {
            slabs.push(now);
        }
    }
    // Slots are handed to threads by the magazine (62), of which each slab holds 7.
    assert!(slabs.windows(2).all(|pair| pair[1] <= pair[0] * 4 && pair[1] - pair[0] <= 32), "{slabs:?}");
}

#[test]
fn prewarming_makes_room_at_once() {
    static LATER: Pool<[u64; 4]> = Pool::new(PoolSpec::new("later").capacity(5000));
    static WARM: Pool<[u64; 4]> = Pool::new(PoolSpec::new("warm").capacity(10_000).prewarm());
    drop(WARM.boxed([1; 4]));
    let stats = WARM.stats();
    assert!(stats.capacity >= 10_000, "{stats}");
    let full: Vec<_> = (0..10_000).map(|n| WARM.boxed([n; 4])).collect();
    assert_eq!(WARM.stats().slabs, stats.slabs);
    drop(full);
    assert_eq!(LATER.stats().slabs, 0);
    assert!(LATER.prewarm());
    assert!(LATER.stats().capacity >= 5000);
    LATER.trim();
    assert_eq!(LATER.stats().bytes, 0);
    let _alloc = SmartAlloc::new(AllocConfig::default().prewarm_pools());
    assert!(LATER.stats().capacity >= 5000);
    assert!(pool::prewarm_known());
    LATER.trim();
    assert_eq!(LATER.stats().bytes, 0);
}

#[test]
fn a_pooled_type_has_figures_of_its_own() {
    #[derive(Debug)]
    struct Bullet(u32);
    impl Pooled for Bullet {
        fn pool() -> &'static Pool<Self> {
            static POOL: Pool<Bullet> = Pool::new(PoolSpec::new("Bullet").capacity(2).fixed().tag("weapons"));
            &POOL
        }
    }
    let bullets = (Bullet(1).pooled(), Bullet(2).pooled());
    let refused = Bullet(3).try_pooled().unwrap_err();
    assert_eq!(refused.to_string(), "pool `Bullet` is full: 2 of 2 objects live");
    assert_eq!(refused.into_value().0, 3);
    let panic = thread::spawn(|| Bullet(4).pooled()).join().unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "pool `Bullet` is full: 2 of 2 objects live");
    let stats = Bullet::pool().stats();
    assert_eq!((stats.name, stats.tag, stats.live, stats.high_water), ("Bullet", Some("weapons"), 2, 2));
    assert!(stats.fixed);
    assert!(pool::own_pools().iter().any(|pool| pool.name == "Bullet"));
    assert_eq!(bullets.0.0 + bullets.1.0, 3);
    // A free slot has room for a pointer.
    let each = if ZONES { 16 } else { size_of::<usize>() };
    assert_eq!(
        stats.to_string(),
        format!("Bullet: 2 live, 2 high-water, 2 capacity (fixed), {each} bytes each, 1 slabs, 66048 bytes, 2 refused")
    );
    assert_eq!(pool::class_pools().len(), 32);
}
