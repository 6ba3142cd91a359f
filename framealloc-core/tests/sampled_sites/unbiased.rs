//! Estimates are right, however memory is asked for. Programs of one thread and fixed seeds: they pass or fail for ever.

use std::collections::BTreeMap;

use framealloc_core::{AllocConfig, Budget, Frame, FrameVec, SiteSampling, SmartAlloc, megabytes};

const FRAMES: usize = 40;

fn sampled(every: usize) -> AllocConfig {
    AllocConfig::default().with_sites(SiteSampling::every(every).with_seed(11))
}

/// Runs frames and compares, for each tag, the bytes that were sampled with those that are known, within `tolerance` parts in
/// a hundred.
fn agrees(config: AllocConfig, tolerance: u64, body: impl Fn(&Frame)) {
    let mut alloc = SmartAlloc::new(config);
    let mut known = BTreeMap::<&str, u64>::new();
    for _ in 0..FRAMES {
        alloc.whole_frame(|alloc| body(alloc.frame()));
        for tag in alloc.stats().tags {
            *known.entry(tag.path).or_default() += tag.bytes as u64;
        }
    }
    let mut estimated = BTreeMap::<&str, u64>::new();
    for site in alloc.sampled_sites() {
        assert!(site.samples > 0 && site.blocks > 0);
        *estimated.entry(site.tag).or_default() += site.bytes;
    }
    for (tag, known) in known.into_iter().filter(|(_, known)| *known > 0) {
        let estimate = estimated.get(tag).copied().unwrap_or(0);
        let error = estimate.abs_diff(known) * 100 / known;
        assert!(error <= tolerance, "{tag}: {known} bytes were taken, {estimate} estimated: {error} in 100");
    }
}

fn small_objects(frame: &Frame) {
    for n in 0..20_000_u64 {
        frame.frame_box(n);
        if n % 4 == 0 {
            frame.tagged("every fourth").frame_box([n; 8]);
        }
    }
}

#[test]
fn small_objects_of_two_tags() {
    agrees(sampled(4096), 8, small_objects);
}

#[test]
fn objects_that_are_larger_than_the_gaps() {
    agrees(sampled(4096), 3, |frame| {
        for size in [100, 1000, 5000, 20_000, 100_000] {
            frame.frame_slice_zeroed::<u64>(size / 8);
        }
    });
}

#[test]
fn scopes_that_are_smaller_than_a_gap_are_sampled_as_well() {
    agrees(sampled(16 << 10), 8, |frame| {
        for n in 0..2000_u64 {
            frame.scoped(|scope| {
                scope.frame_box([n; 20]);
                scope.tagged("inner").frame_box([n; 40]);
            });
        }
    });
}

#[test]
fn cursors_beside_other_objects() {
    agrees(sampled(4096), 8, |frame| {
        for n in 0..400_u64 {
            let mut cursor = frame.cursor();
            for _ in 0..40 {
                cursor.alloc(n);
                if n % 3 == 0 {
                    frame.tagged("beside").frame_box([n; 4]);
                    frame.frame_box(n);
                }
            }
        }
    });
}

#[test]
fn vectors_that_grow_in_place() {
    agrees(sampled(4096), 8, |frame| {
        let mut all = FrameVec::new_in(frame);
        for n in 0..50_000_u32 {
            all.push(n);
        }
    });
}

#[test]
fn under_budgets() {
    let config = sampled(4096)
        .with_thread_frame_budget(Budget::new(megabytes(64)))
        .with_tag_budget("every fourth", Budget::new(megabytes(16)));
    agrees(config, 8, small_objects);
}

#[test]
fn the_same_seed_finds_the_same_places() {
    let found = |seed| {
        let config = AllocConfig::default().with_sites(SiteSampling::every(1000).with_seed(seed));
        let mut alloc = SmartAlloc::new(config);
        alloc.whole_frame(|alloc| small_objects(alloc.frame()));
        alloc.sampled_sites().iter().map(|site| (site.tag, site.samples, site.bytes)).collect::<Vec<_>>()
    };
    assert_eq!(found(1), found(1));
    assert_ne!(found(1), found(2));
}

#[test]
fn nothing_is_sampled_unless_it_is_asked_for() {
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| small_objects(alloc.frame()));
    assert!(alloc.sampled_sites().is_empty());
}

#[test]
fn a_bound_of_samples_is_kept_and_the_estimates_stay_right() {
    let config = AllocConfig::default().with_sites(SiteSampling::every(256).with_most_samples(200).with_seed(11));
    agrees(config.clone(), 10, small_objects);
    let mut alloc = SmartAlloc::new(config);
    let mut samples = |warm: usize, frames: usize, body: fn(&Frame)| {
        let taken = |alloc: &SmartAlloc| alloc.sampled_sites().iter().map(|site| site.samples).sum::<u64>();
        (0..warm).for_each(|_| alloc.whole_frame(|alloc| body(alloc.frame())));
        let before = taken(&alloc);
        (0..frames).for_each(|_| alloc.whole_frame(|alloc| body(alloc.frame())));
        taken(&alloc) - before
    };
    // Without a bound it would be some 1800 a frame.
    let bounded = samples(8, 10, small_objects);
    assert!((500..2500).contains(&bounded), "{bounded}");
    // Frames that take little are sampled as densely as was asked for.
    let dense = samples(12, 20, |frame| (0..64_u8).for_each(|n| _ = frame.frame_slice_copy(&[n; 128])));
    assert!((450..850).contains(&dense), "{dense}, where 640 are expected");
}
