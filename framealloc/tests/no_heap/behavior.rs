//! A system that declares `no_heap` and uses it in frame after frame is an error of the behaviour filter.

use framealloc::{BehaviorThresholds, HeapGuard, Level, SmartAlloc, frame_system};

#[frame_system(no_heap, name = "leaky")]
fn leaky(alloc: &SmartAlloc, calls: u64) -> usize {
    // A pool and a tag of its own, new to the filter, whose bookkeeping is not the system's doing.
    let object = alloc.tagged("behavior_leaky").pool_box([calls; 2]);
    (0..calls).map(|call| Box::new(call + object[0]).to_string().len()).sum()
}

#[frame_system(no_heap, name = "clean")]
fn clean(alloc: &SmartAlloc) -> usize {
    drop(alloc.tagged("behavior_clean").pool_box([7_u64; 2]));
    alloc.frame_slice_copy(&[1, 2, 3]).len()
}

#[frame_system(name = "may")]
fn may(alloc: &SmartAlloc) -> usize {
    format!("{}", Box::new(alloc.id())).len()
}

#[test]
fn fa530_is_an_error_of_a_system_that_declares_no_heap() {
    for (thresholds, calls) in
        [(BehaviorThresholds::default(), 1), (BehaviorThresholds::strict(), 1), (BehaviorThresholds::relaxed(), 9)]
    {
        let mut alloc = SmartAlloc::default();
        // Arenas and magazines are made in the first frame.
        alloc.whole_frame(|alloc| (leaky(alloc, 0), clean(alloc)));
        alloc.enable_behavior_filter_with(thresholds);
        for frame in 0..60 {
            alloc.whole_frame(|alloc| {
                // Every box is one call, every string another.
                leaky(alloc, calls);
                clean(alloc);
                if frame == 30 {
                    leaky(alloc, 0);
                }
                may(alloc)
            });
        }
        let report = alloc.behavior_report();
        let errors: Vec<_> = report.issues_at_level(Level::Error).collect();
        assert!(report.has_errors() && errors.len() == 1, "{report}");
        let error = errors[0];
        assert_eq!((error.code, error.system, error.tag), ("FA530", Some("leaky"), None));
        assert!(error.message.contains("`leaky`") && error.observed > error.threshold);
        assert_eq!(report.systems.len(), 1);
        let leaky = report.systems[0];
        assert_eq!((leaky.name, leaky.frames, leaky.heap_frames), ("leaky", 60, 60));
        assert_eq!(leaky.heap_calls, 60 * calls * 2);
    }
}

#[test]
fn a_no_heap_system_that_used_it_once_is_no_issue() {
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| leaky(alloc, 0));
    alloc.enable_behavior_filter_with(BehaviorThresholds::strict());
    for frame in 0..100 {
        alloc.whole_frame(|alloc| leaky(alloc, if frame == 3 { 500 } else { 0 }));
    }
    let report = alloc.behavior_report();
    assert!(!report.has_errors(), "{report}");
    assert_eq!(report.systems[0].heap_calls, 1000);
}
