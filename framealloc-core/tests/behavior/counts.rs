//! What the behaviour filter counts is what the program did: by tag, from several threads, in every run the same.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "rates and counts of tests are small"
)]

use std::collections::VecDeque;
use std::sync::Barrier;

use framealloc_core::{
    AllocConfig, BehaviorReport, BehaviorThresholds, HeapBox, PoolBox, RetentionPolicy, SmartAlloc, Tag, TagBehavior,
};

use crate::alone;
use crate::random::Random;

static TAGS: [Tag; 4] = [Tag::new("counts::a"), Tag::new("counts::b"), Tag::new("counts::b::c"), Tag::new("counts::d")];

/// What the program itself knows of one tag.
#[derive(Default, Debug, PartialEq, Clone, Copy)]
struct Known {
    active_frames: u64,
    frame_bytes: u64,
    retained: u64,
    promoted: u64,
    promoted_bytes: u64,
    made: u64,
    freed_in_frame: u64,
    heap_requests: u64,
    heap_frames: u64,
}

impl From<TagBehavior> for Known {
    fn from(tag: TagBehavior) -> Self {
        assert_eq!((tag.objects.made, tag.objects.made), (tag.objects.sampled, tag.objects.estimated));
        Self {
            active_frames: tag.active_frames,
            frame_bytes: tag.frame_bytes,
            retained: tag.retained,
            promoted: tag.promoted,
            promoted_bytes: tag.promoted_bytes,
            made: tag.objects.made,
            freed_in_frame: tag.objects.freed_in_frame,
            heap_requests: tag.heap_requests,
            heap_frames: tag.heap_frames,
        }
    }
}

/// Runs random frames and returns what the program knows by tag. Of frame bytes it knows those of slices only.
fn random_program(alloc: &mut SmartAlloc, random: &mut Random, frames: u64) -> [Known; 4] {
    let redzone = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };
    let mut known: [Known; 4] = Default::default();
    let mut objects: VecDeque<(u64, usize, PoolBox<[u64; 4]>)> = VecDeque::new();
    let mut blocks: VecDeque<HeapBox<u64>> = VecDeque::new();
    for number in 0..frames {
        let before = known;
        alloc.begin_frame();
        for _ in 0..random.next() % 24 {
            let tag = (random.next() % 4) as usize;
            let handle = alloc.tagged(&TAGS[tag]);
            match random.next() % 8 {
                0 => {
                    let words = 1 + (random.next() % 20) as usize;
                    handle.frame_slice_zeroed::<u64>(words);
                    known[tag].frame_bytes += (8 * words + redzone) as u64;
                }
                1 | 2 => {
                    objects.push_back((number, tag, handle.pool_box([number; 4])));
                    known[tag].made += 1;
                }
                // The newest or the oldest.
                order @ (3 | 4) => {
                    let object = if order == 3 { objects.pop_back() } else { objects.pop_front() };
                    if let Some((made, tag, object)) = object {
                        drop(object);
                        known[tag].freed_in_frame += u64::from(made == number);
                    }
                }
                5 => {
                    blocks.push_back(handle.heap_box(number));
                    known[tag].heap_requests += 1;
                }
                6 => drop(blocks.pop_front()),
                _ => {
                    let policies =
                        [RetentionPolicy::Discard, RetentionPolicy::PromoteToHeap, RetentionPolicy::PromoteToPool];
                    let policy = policies[(random.next() % 3) as usize];
                    handle.frame_retain([number; 3], policy);
                    let kept = u64::from(policy != RetentionPolicy::Discard);
                    known[tag].retained += 1;
                    known[tag].promoted += kept;
                    known[tag].promoted_bytes += 24 * kept;
                }
            }
        }
        drop(alloc.end_frame_with_promotions());
        for (known, before) in known.iter_mut().zip(before) {
            // Frees are no activity of the tag that once asked.
            let is_active = Known { freed_in_frame: before.freed_in_frame, ..*known } != before;
            known.active_frames += u64::from(is_active);
            known.heap_frames += u64::from(known.heap_requests != before.heap_requests);
        }
    }
    known
}

/// What the filter knows, with the frame bytes of slices only.
fn figures(report: &BehaviorReport) -> [Known; 4] {
    TAGS.each_ref().map(|tag| {
        let tag = report.tag(tag.path()).unwrap();
        let node = tag.promoted_frame_bytes / tag.promoted;
        Known { frame_bytes: tag.frame_bytes - tag.retained * node, ..Known::from(tag) }
    })
}

#[test]
fn figures_are_what_a_random_program_did() {
    let _alone = alone();
    let mut random = Random::seeded(0x9E37_79B9_7F4A_7C15);
    let mut alloc = SmartAlloc::default();
    for round in 1..=10 {
        alloc.enable_behavior_filter();
        let known = random_program(&mut alloc, &mut random, 200 * round);
        let report = alloc.behavior_report();
        assert_eq!(report.frames, 200 * round);
        assert_eq!(figures(&report), known, "round {round}");
    }
}

#[test]
fn the_same_program_has_the_same_report_in_every_run() {
    let _alone = alone();
    let run = || {
        let mut alloc = SmartAlloc::default();
        alloc.enable_behavior_filter_with(BehaviorThresholds::strict());
        let mut kept = VecDeque::new();
        let mut values = VecDeque::new();
        for frame in 0..60_u64 {
            alloc.begin_frame();
            // More than a sample holds, and a third of them scratch.
            for object in 0..9_000_u64 {
                let handle = alloc.tagged(&TAGS[(object % 2) as usize]);
                let object_box = handle.pool_box([frame; 2]);
                if object % 3 == 0 { drop(object_box) } else { kept.push_back((frame, object_box)) }
            }
            while kept.front().is_some_and(|(made, _)| made + 2 < frame) {
                kept.pop_front();
            }
            for value in 0..40 {
                alloc.tagged(&TAGS[2]).frame_retain([value; 2], RetentionPolicy::PromoteToPool);
            }
            values.extend(alloc.end_frame_with_promotions());
            let old = values.len().saturating_sub(40 * 20);
            values.drain(..old);
        }
        alloc.disable_behavior_filter()
    };
    let (first, second) = (run(), run());
    assert_eq!(first, second);
    // The sample stands for the whole, whatever the rhythm of the program.
    for tag in &TAGS[..2] {
        let objects = first.tag(tag.path()).unwrap().objects;
        assert_eq!(objects.made, 60 * 4_500);
        assert!(objects.sampled < objects.made / 3, "{objects:?}");
        let (rate, size) =
            (objects.freed_in_frame as f64 / objects.estimated as f64, objects.estimated as f64 / objects.made as f64);
        assert!((rate - 1.0 / 3.0).abs() < 0.01 && (size - 1.0).abs() < 0.01, "{objects:?}");
    }
    // A value is dropped 20 frames after it was promoted; those of the last 20 frames have lived 10 on average.
    let lives = first.tag(TAGS[2].path()).unwrap();
    assert!(lives.followed > 64 && lives.followed < lives.promoted / 2, "{lives:?}");
    assert!((lives.mean_lifetime - 16.8).abs() < 1.0, "{lives:?}");
}

#[test]
fn threads_are_added_up() {
    const THREADS: u64 = 4;
    const FRAMES: u64 = 50;
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    alloc.enable_behavior_filter();
    for frame in 0..FRAMES {
        let barrier = Barrier::new(THREADS as usize);
        alloc.begin_frame();
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (alloc, barrier) = (&alloc, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    let handle = alloc.tagged("threads");
                    for value in 0..20 {
                        let kept = handle.pool_box([value; 3]);
                        drop(handle.pool_box([value; 3]));
                        let in_frame = handle.frame_share(kept);
                        assert!(in_frame.get(alloc).is_some());
                    }
                    handle.frame_retain([thread + frame; 3], RetentionPolicy::PromoteToPool);
                    handle.frame_slice_zeroed::<u64>(10);
                });
            }
        });
        drop(alloc.end_frame_with_promotions());
    }
    let figures = alloc.behavior_report().tag("threads").unwrap();
    assert_eq!((figures.objects.made, figures.objects.sampled), (FRAMES * THREADS * 40, FRAMES * THREADS * 40));
    // What was kept in the frame is dropped by the thread that ends it, and counts as handed over.
    assert_eq!(figures.objects.freed_in_frame, FRAMES * THREADS * 20);
    assert_eq!(
        (figures.promoted, figures.retained, figures.active_frames),
        (FRAMES * THREADS, FRAMES * THREADS, FRAMES)
    );
    assert_eq!(figures.followed, FRAMES * THREADS);
}

#[test]
fn threads_without_a_frame_and_with_the_filter_going_on_and_off() {
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for value in 0..20_000_u64 {
                    drop(framealloc_core::pool::boxed([value; 3]));
                }
            });
        }
        for round in 0..200 {
            match round % 4 {
                0 => alloc.enable_behavior_filter(),
                1 => drop(alloc.disable_behavior_filter()),
                _ => drop(alloc.behavior_report()),
            }
            alloc.begin_frame();
            drop(alloc.tagged("on_and_off").pool_box([round; 3]));
            alloc.end_frame();
        }
    });
}

#[test]
fn enabling_begins_anew_and_disabling_returns_the_last_report() {
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    assert_eq!(alloc.behavior_report(), BehaviorReport::default());
    assert_eq!(alloc.behavior_report().summary(), "the behaviour filter is off");
    let scratch = |alloc: &mut SmartAlloc, frames| {
        for frame in 0..frames {
            alloc.begin_frame();
            drop((alloc.tagged("anew").pool_box([frame; 2]), alloc.tagged("anew").heap_box(frame)));
            alloc.tagged("anew").frame_retain(frame, RetentionPolicy::PromoteToPool);
            drop(alloc.end_frame_with_promotions());
        }
    };
    scratch(&mut alloc, 30);
    alloc.enable_behavior_filter();
    assert!(alloc.is_behavior_filter_enabled());
    assert_eq!((alloc.behavior_report().enabled, alloc.behavior_report().frames), (true, 0));
    scratch(&mut alloc, 20);
    assert_eq!(alloc.behavior_report().tag("anew").unwrap().heap_requests, 20);
    alloc.enable_behavior_filter();
    assert_eq!(alloc.behavior_report().tags, []);
    scratch(&mut alloc, 10);
    let report = alloc.disable_behavior_filter();
    assert!(report.enabled && !alloc.is_behavior_filter_enabled());
    let figures = report.tag("anew").unwrap();
    assert_eq!((report.frames, figures.objects.made, figures.heap_requests), (10, 10, 10));
    assert_eq!((figures.promoted, figures.followed), (10, 10));
    scratch(&mut alloc, 10);
    assert_eq!(alloc.behavior_report(), BehaviorReport::default());
    assert_eq!(alloc.disable_behavior_filter(), BehaviorReport::default());
}

#[test]
fn each_allocator_has_a_filter_and_frames_of_its_own() {
    let _alone = alone();
    let (mut fast, mut slow) = (SmartAlloc::default(), SmartAlloc::default());
    fast.enable_behavior_filter();
    slow.enable_behavior_filter();
    for frame in 0..100 {
        slow.begin_frame();
        let object = slow.tagged("own_frames").pool_box([frame; 2]);
        // Its frame ends twice while the object lives; the other one's does not.
        for _ in 0..2 {
            fast.begin_frame();
            fast.end_frame();
        }
        drop(object);
        slow.end_frame();
    }
    drop(fast.disable_behavior_filter());
    let report = slow.behavior_report();
    assert_eq!((report.frames, report.tag("own_frames").unwrap().objects.freed_in_frame), (100, 100));
    assert_eq!(report.issues[0].code, "FA510");
    drop(slow);
}

#[test]
fn the_filter_of_one_allocator_does_not_take_the_objects_of_another_for_scratch() {
    let _alone = alone();
    let (mut fast, slow) = (SmartAlloc::new(AllocConfig::default()), SmartAlloc::default());
    fast.enable_behavior_filter();
    for frame in 0..100_u64 {
        let object = slow.tagged("of_another").pool_box([frame; 2]);
        fast.begin_frame();
        fast.end_frame();
        drop(object);
    }
    let report = fast.behavior_report();
    assert_eq!(report.tag("of_another").unwrap().objects.freed_in_frame, 0);
    assert_eq!(report.issues, []);
}

#[test]
fn promotions_are_no_objects_that_the_program_made() {
    let _alone = alone();
    let mut alloc = SmartAlloc::default();
    alloc.enable_behavior_filter();
    for frame in 0..50_u64 {
        alloc.begin_frame();
        alloc.frame_retain([frame; 4], RetentionPolicy::PromoteToPool);
        // Larger than what pools serve.
        alloc.frame_retain([frame; 2000], RetentionPolicy::PromoteToPool);
        drop(alloc.end_frame_with_promotions());
    }
    let figures = alloc.behavior_report().tag("(untagged)").unwrap();
    assert_eq!((figures.promoted, figures.objects.made, figures.heap_requests), (100, 0, 0));
}
