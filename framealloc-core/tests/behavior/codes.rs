//! Each code of the behaviour filter: a program that shows it at each set of thresholds, and look-alikes that do not.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "rates and counts of tests are small"
)]

use std::collections::VecDeque;
use std::sync::mpsc;

use framealloc_core::{
    AllocConfig, BehaviorReport, BehaviorThresholds, FrameEvent, Level, Pool, PoolBox, PoolSpec, Promotion,
    RetentionPolicy, SmartAlloc,
};

use crate::alone;

fn sets() -> [BehaviorThresholds; 3] {
    [BehaviorThresholds::default(), BehaviorThresholds::strict(), BehaviorThresholds::relaxed()]
}

fn watched(thresholds: BehaviorThresholds) -> SmartAlloc {
    let mut alloc = SmartAlloc::default();
    alloc.enable_behavior_filter_with(thresholds);
    alloc
}

/// Runs so many frames that end with promotions; `keep` decides what becomes of these.
fn promoting(
    alloc: &mut SmartAlloc,
    frames: u64,
    mut body: impl FnMut(&SmartAlloc, u64),
    mut keep: impl FnMut(Promotion),
) {
    for frame in 0..frames {
        alloc.begin_frame();
        body(alloc, frame);
        alloc.end_frame_with_promotions().into_iter().for_each(&mut keep);
    }
}

fn found(report: &BehaviorReport, code: &str, tag: &str) -> bool {
    let mut issues = report.issues.iter().filter(|issue| issue.code == code && issue.tag == Some(tag));
    let found = issues.next();
    if let Some(issue) = found {
        assert!(issue.observed > issue.threshold, "{issue}");
        assert!(
            issue.message.contains(&format!("`{}`", issue.pool.unwrap_or(tag))) && !issue.suggestion.is_empty(),
            "{issue}"
        );
        assert!(issue.to_string().starts_with(&format!("{code} {}: ", issue.level)), "{issue}");
        assert!(report.to_string().contains(&issue.to_string()));
        assert!(report.issues_at_level(issue.level).any(|other| other == issue));
    }
    assert!(issues.next().is_none(), "{code} twice for {tag}");
    found.is_some()
}

#[test]
fn fa501_promoted_values_that_live_longer_than_the_limit() {
    let _alone = alone();
    for thresholds in sets() {
        let mut alloc = watched(thresholds);
        let mut kept = Vec::new();
        let retain = |alloc: &SmartAlloc, frame| {
            if frame == 0 {
                for value in 0..50_u64 {
                    alloc.tagged("lives").frame_retain([value; 4], RetentionPolicy::PromoteToPool);
                    alloc.tagged("lives_heap").frame_retain([value; 4], RetentionPolicy::PromoteToHeap);
                }
            }
        };
        promoting(&mut alloc, thresholds.frame_survival_frames, retain, |promotion| kept.push(promotion));
        let report = alloc.behavior_report();
        assert!(!found(&report, "FA501", "lives"), "{report}");
        // One frame more.
        alloc.begin_frame();
        alloc.end_frame();
        let report = alloc.behavior_report();
        assert!(found(&report, "FA501", "lives") && found(&report, "FA501", "lives_heap"), "{report}");
        assert!(report.has_warnings() && !report.has_errors());
        let lives = report.tag("lives").unwrap();
        assert_eq!((lives.retained, lives.promoted, lives.promoted_bytes, lives.followed), (50, 50, 1600, 50));
        assert_eq!(lives.mean_lifetime.to_bits(), ((thresholds.frame_survival_frames + 1) as f64).to_bits());
        // What is gone has lived as long as it has.
        drop(kept);
        promoting(&mut alloc, 1000, |_, _| {}, drop);
        assert_eq!(
            alloc.behavior_report().tag("lives").unwrap().mean_lifetime.to_bits(),
            lives.mean_lifetime.to_bits()
        );
    }
}

#[test]
fn fa501_is_silent_where_retention_is_a_choice_or_lives_are_short() {
    let _alone = alone();
    for thresholds in sets() {
        let mut alloc = watched(thresholds);
        let mut kept = Vec::new();
        let mut body = |alloc: &SmartAlloc, frame: u64| {
            for candidate in 0..10 {
                // Nine of ten turn out useless.
                let policy = if candidate == 0 { RetentionPolicy::PromoteToPool } else { RetentionPolicy::Discard };
                alloc.tagged("choice").frame_retain([frame; 2], policy);
            }
            alloc.tagged("short").frame_retain([frame; 3], RetentionPolicy::PromoteToPool);
        };
        let mut frame = 0;
        promoting(&mut alloc, 700, &mut body, |promotion| {
            if promotion.tag().path() == "choice" {
                kept.push(promotion);
            }
        });
        frame += 700;
        let report = alloc.behavior_report();
        assert!(!found(&report, "FA501", "choice") && !found(&report, "FA501", "short"), "{report}");
        let (choice, short) = (report.tag("choice").unwrap(), report.tag("short").unwrap());
        assert_eq!((choice.retained, choice.promoted, short.retained), (10 * frame, frame, frame));
        assert!(choice.mean_lifetime > thresholds.frame_survival_frames as f64, "{}", choice.mean_lifetime);
        assert_eq!((short.followed, short.mean_lifetime.to_bits()), (700, 1.0_f64.to_bits()));
    }
}

#[test]
fn fa501_shared_values_that_are_asked_for_long_after_their_frame() {
    let _alone = alone();
    for thresholds in sets() {
        let mut alloc = watched(thresholds);
        let (frames, samples) = (thresholds.frame_survival_frames, thresholds.min_samples);
        alloc.begin_frame();
        let stale = alloc.frame_share(1_u64);
        alloc.end_frame();
        let mut lazy = stale;
        for frame in 1..frames + samples {
            alloc.begin_frame();
            assert!(stale.get(alloc.tagged("asks")).is_none());
            // Once a frame, by whoever asks first: what `frame_share` is for.
            if lazy.get(alloc.tagged("lazy")).is_none() {
                lazy = alloc.tagged("lazy").frame_share(frame);
            }
            alloc.end_frame();
        }
        let report = alloc.behavior_report();
        assert!(!found(&report, "FA501", "asks"), "{report}");
        assert_eq!(report.tag("asks").unwrap().late_requests, samples - 1);
        alloc.begin_frame();
        assert!(stale.get(alloc.tagged("asks")).is_none());
        // Another allocator never had it.
        for _ in 0..100 {
            assert!(stale.get(SmartAlloc::default().tagged("asks")).is_none());
        }
        alloc.end_frame();
        let report = alloc.behavior_report();
        assert!(found(&report, "FA501", "asks") && !found(&report, "FA501", "lazy"), "{report}");
        let asks = report.tag("asks").unwrap();
        assert_eq!((asks.late_requests, asks.latest_request), (samples, frames + samples));
    }
}

#[test]
fn fa502_most_of_the_frame_bytes_are_promoted() {
    let _alone = alone();
    for thresholds in sets() {
        for (tag, part_of_limit, is_found) in [("survives", 1.1, true), ("mostly_scratch", 0.9, false)] {
            let mut alloc = watched(thresholds);
            let kept_bytes = |alloc: &SmartAlloc| alloc.behavior_report().tag(tag).unwrap().promoted_frame_bytes;
            let retain = |alloc: &SmartAlloc, _| {
                alloc.tagged(tag).frame_retain([1_u64; 32], RetentionPolicy::PromoteToPool);
            };
            promoting(&mut alloc, 1, retain, drop);
            let node = kept_bytes(&alloc);
            assert!((256..400).contains(&node), "{node}");
            // So much scratch beside it that the kept part is a little over or under the limit.
            let scratch = (node as f64 / (thresholds.frame_survival_rate * part_of_limit)) as u64 - node;
            let body = |alloc: &SmartAlloc, _| {
                alloc.tagged(tag).frame_retain([1_u64; 32], RetentionPolicy::PromoteToPool);
                alloc.tagged(tag).frame_slice_zeroed::<u8>(scratch as usize);
            };
            promoting(&mut alloc, 100, body, drop);
            let report = alloc.behavior_report();
            assert_eq!(found(&report, "FA502", tag), is_found, "{thresholds:?} {report}");
            assert_eq!(report.tag(tag).unwrap().promoted_bytes, 101 * 256);
        }
        // Dropped with the frame: nothing survives.
        let mut alloc = watched(thresholds);
        for _ in 0..100 {
            alloc.begin_frame();
            alloc.tagged("dropped").frame_retain([1_u64; 32], RetentionPolicy::PromoteToPool);
            alloc.end_frame();
        }
        assert!(alloc.behavior_report().issues.is_empty());
    }
}

/// Makes 100 objects in a frame, frees so many of them in it, and the others in the next one.
fn churn(alloc: &mut SmartAlloc, tag: &'static str, freed: usize, frames: usize) {
    let mut kept = VecDeque::new();
    for _ in 0..frames {
        alloc.begin_frame();
        let older = kept.len();
        kept.extend((0..100_u64).map(|value| alloc.tagged(tag).pool_box([value; 5])));
        kept.drain(older..older + freed);
        kept.drain(..older);
        alloc.end_frame();
    }
}

#[test]
fn fa510_pool_objects_freed_in_the_frame_that_made_them() {
    let _alone = alone();
    for thresholds in sets() {
        // Neither a large population that stays nor one that comes and goes hides or fakes anything.
        let _population: Vec<_> = (0..100_000_u64).map(|value| framealloc_core::pool::boxed([value; 5])).collect();
        let mut alloc = watched(thresholds);
        let limit = (thresholds.pool_same_frame_free_rate * 100.0).round() as usize;
        churn(&mut alloc, "at_the_limit", limit, 20);
        churn(&mut alloc, "over_the_limit", limit + 1, 20);
        churn(&mut alloc, "comes_and_goes", 0, 20);
        let report = alloc.behavior_report();
        assert!(!found(&report, "FA510", "at_the_limit"), "{report}");
        assert!(!found(&report, "FA510", "comes_and_goes"), "{report}");
        assert!(found(&report, "FA510", "over_the_limit"), "{report}");
        assert!(!report.has_warnings() && !report.has_errors());
        assert_eq!(report.issues_at_level(Level::Hint).count(), 1);
        let objects = report.tag("over_the_limit").unwrap().objects;
        assert_eq!((objects.made, objects.sampled, objects.estimated), (2000, 2000, 2000));
        assert_eq!(objects.freed_in_frame, 20 * (limit as u64 + 1));
        assert_eq!(report.tag("comes_and_goes").unwrap().objects.freed_in_frame, 0);
    }
}

#[test]
fn fa510_of_a_pool_of_its_own_and_of_slices_and_slots() {
    static SCRATCH: Pool<[u64; 3]> = Pool::new(PoolSpec::new("Contact").tag("contacts"));
    static FIXED: Pool<[u64; 3]> = Pool::new(PoolSpec::new("Door").capacity(4).fixed());
    let _alone = alone();
    let mut alloc = watched(BehaviorThresholds::default());
    let mut doors = VecDeque::new();
    for frame in 0..50_u64 {
        alloc.begin_frame();
        drop(SCRATCH.boxed([frame; 3]));
        doors.push_back(FIXED.boxed([frame; 3]));
        doors.truncate(4);
        if doors.len() == 4 {
            doors.pop_front();
        }
        drop(alloc.tagged("slices").pool_slice_copy(&[frame; 7]));
        drop(alloc.tagged("slots").pool_alloc::<[u64; 9]>());
        alloc.end_frame();
    }
    let report = alloc.behavior_report();
    assert!(found(&report, "FA510", "contacts"), "{report}");
    assert_eq!(report.issues.iter().find(|issue| issue.tag == Some("contacts")).unwrap().pool, Some("Contact"));
    assert!(found(&report, "FA510", "slices") && found(&report, "FA510", "slots"), "{report}");
    assert_eq!(report.issues.len(), 3, "{report}");
    let door = report.pool("Door").unwrap();
    assert_eq!((door.objects.made, door.objects.freed_in_frame, door.tag), (50, 0, None));
}

#[test]
fn fa510_is_silent_about_objects_that_other_threads_free() {
    let _alone = alone();
    let mut alloc = watched(BehaviorThresholds::strict());
    let (to_worker, jobs) = mpsc::channel::<PoolBox<[u64; 6]>>();
    let (done, answers) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        for job in jobs {
            drop(job);
            done.send(()).unwrap();
        }
    });
    for frame in 0..100 {
        alloc.begin_frame();
        to_worker.send(alloc.tagged("jobs").pool_box([frame; 6])).unwrap();
        answers.recv().unwrap();
        alloc.end_frame();
    }
    drop(to_worker);
    worker.join().unwrap();
    let report = alloc.behavior_report();
    assert!(!found(&report, "FA510", "jobs"), "{report}");
    let objects = report.tag("jobs").unwrap().objects;
    assert_eq!((objects.made, objects.sampled, objects.freed_in_frame), (100, 100, 0));
}

#[test]
fn fa520_promotions_in_most_frames_that_a_tag_is_active_in() {
    let _alone = alone();
    for thresholds in sets() {
        let limit = (thresholds.promotion_churn_rate * 100.0).round() as u64;
        for (tag, promotions, is_found) in [("seldom", limit, false), ("often", limit + 1, true)] {
            let mut alloc = watched(thresholds);
            let body = |alloc: &SmartAlloc, frame: u64| {
                // Active in every fifth frame only.
                if frame % 5 == 0 {
                    alloc.tagged(tag).frame_slice_zeroed::<u64>(1000);
                    if frame / 5 < promotions {
                        alloc.tagged(tag).frame_retain(frame, RetentionPolicy::PromoteToPool);
                    }
                }
            };
            promoting(&mut alloc, 500, body, drop);
            let report = alloc.behavior_report();
            assert_eq!(found(&report, "FA520", tag), is_found, "{report}");
            let figures = report.tag(tag).unwrap();
            assert_eq!((figures.promoted, figures.active_frames, figures.frames), (promotions, 100, 500));
        }
    }
}

#[test]
fn fa530_the_heap_in_frame_after_frame() {
    let _alone = alone();
    for thresholds in sets() {
        let limit = thresholds.heap_in_hot_path_count;
        for (tag, requests, is_found) in [("cool", limit, false), ("hot", limit + 1, true)] {
            let mut alloc = watched(thresholds);
            let mut left = requests;
            for frame in 0..60 {
                alloc.begin_frame();
                alloc.tagged(tag).frame_box(frame);
                // As evenly as they go.
                while left > requests - (frame + 1) * requests / 60 {
                    drop(alloc.tagged(tag).heap_box([frame; 100]));
                    left -= 1;
                }
                alloc.end_frame();
            }
            let report = alloc.behavior_report();
            assert_eq!(found(&report, "FA530", tag), is_found, "{report}");
            assert_eq!(report.tag(tag).unwrap().heap_requests, requests);
        }
        // A level is loaded in one frame.
        let mut alloc = watched(thresholds);
        for frame in 0..60_u64 {
            alloc.begin_frame();
            let values = if frame == 20 { 20 * limit } else { 0 };
            alloc.tagged("loads").frame_box(frame);
            drop((0..values).map(|value| alloc.tagged("loads").heap_box(value)).collect::<Vec<_>>());
            alloc.end_frame();
        }
        let report = alloc.behavior_report();
        assert!(!found(&report, "FA530", "loads"), "{report}");
        assert_eq!(report.tag("loads").unwrap().heap_frames, 1);
    }
}

#[test]
fn fa530_counts_fallbacks_and_oversized_pool_objects_but_no_promotions() {
    let _alone = alone();
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(4096));
    alloc.enable_behavior_filter();
    let body = |alloc: &SmartAlloc, frame| {
        for _ in 0..2 {
            alloc.tagged("fallback").frame_slice_zeroed::<u8>(100_000);
            drop(alloc.tagged("oversized").pool_box([frame; 2000]));
            alloc.tagged("promoted").frame_retain([frame; 3], RetentionPolicy::PromoteToHeap);
        }
        alloc.scoped(|frame| frame.tagged("fallback").frame_slice_zeroed::<u8>(100_000).len());
    };
    promoting(&mut alloc, 60, body, drop);
    let report = alloc.behavior_report();
    assert!(found(&report, "FA530", "fallback") && found(&report, "FA530", "oversized"), "{report}");
    assert!(!found(&report, "FA530", "promoted"), "{report}");
    let requests = |tag| report.tag(tag).unwrap().heap_requests;
    assert_eq!((requests("fallback"), requests("oversized"), requests("promoted")), (180, 120, 0));
}

#[test]
fn nothing_is_said_before_there_are_enough_samples() {
    let _alone = alone();
    let scratch = |alloc: &mut SmartAlloc, frames| {
        for frame in 0..frames {
            alloc.begin_frame();
            drop(alloc.tagged("samples").pool_box([frame; 2]));
            alloc.end_frame();
        }
    };
    for thresholds in sets() {
        let mut alloc = watched(thresholds);
        scratch(&mut alloc, thresholds.min_samples - 1);
        assert!(alloc.behavior_report().issues.is_empty());
        scratch(&mut alloc, 1);
        assert!(found(&alloc.behavior_report(), "FA510", "samples"));
    }
    let mut alloc = watched(BehaviorThresholds::relaxed().with_min_samples(3));
    scratch(&mut alloc, 3);
    assert!(found(&alloc.behavior_report(), "FA510", "samples"));
}

#[test]
fn thresholds_of_ones_own_decide_each_for_its_code() {
    let _alone = alone();
    let nothing = BehaviorThresholds::strict()
        .with_frame_survival_frames(u64::MAX)
        .with_frame_survival_rate(1.0)
        .with_pool_same_frame_free_rate(1.0)
        .with_promotion_churn_rate(1000.0)
        .with_heap_in_hot_path_count(u64::MAX);
    let strict = BehaviorThresholds::strict();
    let cases = [
        (nothing, vec![]),
        (
            nothing.with_frame_survival_frames(strict.frame_survival_frames).with_frame_survival_rate(0.99),
            vec!["FA501"],
        ),
        (nothing.with_frame_survival_rate(0.2), vec!["FA502"]),
        (nothing.with_pool_same_frame_free_rate(0.5), vec!["FA510"]),
        (nothing.with_promotion_churn_rate(0.2), vec!["FA520"]),
        (nothing.with_heap_in_hot_path_count(10), vec!["FA530"]),
        (strict, vec!["FA501", "FA502", "FA520", "FA530", "FA510"]),
    ];
    for (thresholds, codes) in cases {
        let mut alloc = watched(thresholds);
        let mut kept = Vec::new();
        let body = |alloc: &SmartAlloc, frame| {
            let alloc = alloc.tagged("own_thresholds");
            alloc.frame_slice_zeroed::<u8>(100);
            alloc.frame_retain([frame; 4], RetentionPolicy::PromoteToPool);
            drop((alloc.pool_box(frame), alloc.heap_box(frame)));
        };
        promoting(&mut alloc, 60, body, |promotion| kept.push(promotion));
        let report = alloc.behavior_report();
        assert_eq!(report.issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), codes, "{report}");
        let warnings = codes.iter().filter(|code| **code != "FA510").count();
        assert_eq!(
            report.summary(),
            format!("60 frames: 0 errors, {warnings} warnings, {} hints", codes.len() - warnings)
        );
    }
}

#[test]
fn a_warning_panics_in_strict_mode_and_a_hint_does_not() {
    let _alone = alone();
    let mut alloc = watched(BehaviorThresholds::strict());
    alloc.set_strict(framealloc_core::Strict::Warnings);
    for frame in 0..20 {
        alloc.begin_frame();
        drop(alloc.tagged("strict_mode").pool_box([frame; 2]));
        alloc.end_frame();
    }
    assert_eq!(alloc.behavior_report().issues[0].level, Level::Hint);
    let churn = std::panic::AssertUnwindSafe(|| {
        for frame in 0..20_u64 {
            alloc.begin_frame();
            alloc.tagged("strict_mode").frame_retain(frame, RetentionPolicy::PromoteToPool);
            drop(alloc.end_frame_with_promotions());
        }
    });
    let panic = std::panic::catch_unwind(churn).unwrap_err();
    let words = panic.downcast_ref::<String>().unwrap();
    assert!(words.starts_with("FA502 warning: ") && words.contains("`strict_mode`"), "{words}");
    assert!(found(&alloc.behavior_report(), "FA502", "strict_mode") && alloc.frame_number() == 25);
}

#[test]
fn subscribers_and_other_threads_read_the_report_of_the_last_frame() {
    let _alone = alone();
    let mut alloc = watched(BehaviorThresholds::default());
    let (seen, frames) = mpsc::channel();
    let _subscription = alloc.on_frame_event(move |alloc, event| {
        if let FrameEvent::Ended { .. } = event {
            let report = alloc.behavior_report();
            seen.send((report.frames, report.tag("told").unwrap().objects.made)).unwrap();
        }
    });
    for frame in 1..=5 {
        alloc.begin_frame();
        let object = alloc.tagged("told").pool_box([frame; 2]);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert_eq!(alloc.behavior_report().frames, frame - 1));
            }
        });
        drop(object);
        alloc.end_frame();
        assert_eq!(frames.try_recv(), Ok((frame, frame)));
    }
}

#[test]
fn an_issue_is_raised_once_each_time_that_it_comes_up() {
    let _alone = alone();
    let mut alloc = watched(BehaviorThresholds::default());
    alloc.set_repeats(framealloc_core::Repeats::All);
    let (heard, diagnostics) = mpsc::channel();
    let scratch = |alloc: &mut SmartAlloc, frames, kept: &mut Vec<PoolBox<[u64; 2]>>, freed| {
        for frame in 0..frames {
            alloc.begin_frame();
            let object = alloc.tagged("raised").pool_box([frame; 2]);
            if freed {
                drop(object);
            } else {
                kept.push(object);
            }
            alloc.end_frame();
        }
    };
    let mut kept = Vec::new();
    // Before anyone listens nobody is notified, and nothing is lost. With `diagnostics`, `tracing` listens from the start.
    let frames_unheard = if cfg!(feature = "diagnostics") { 0 } else { 20 };
    scratch(&mut alloc, frames_unheard, &mut kept, true);
    let _subscription = alloc.on_frame_event(move |_, event| {
        if let FrameEvent::Diagnostic(diagnostic) = event {
            heard.send(diagnostic.clone()).unwrap();
        }
    });
    let told = || diagnostics.try_iter().collect::<Vec<_>>();
    assert!(told().is_empty());
    scratch(&mut alloc, 21 - frames_unheard, &mut kept, true);
    let first = told();
    let issue = alloc.behavior_report().issues.remove(0);
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].code, first[0].level, first[0].tag), ("FA510", Level::Hint, Some("raised")));
    assert_eq!((&*first[0].message, &*first[0].help), (&*issue.message, issue.suggestion));
    scratch(&mut alloc, 79, &mut kept, true);
    assert!(told().is_empty());
    // 100 of 126 is under the limit, 140 of 166 over it.
    scratch(&mut alloc, 26, &mut kept, false);
    assert!(told().is_empty() && alloc.behavior_report().issues.is_empty());
    scratch(&mut alloc, 40, &mut kept, true);
    assert_eq!(told().len(), 1);
}
