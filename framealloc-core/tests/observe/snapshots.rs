//! Snapshots may be taken by any thread while others allocate, and tell one frame: that before the open one.

use std::sync::atomic::{AtomicBool, Ordering};

use framealloc_core::{Pool, PoolSpec, SmartAlloc};

static SPARKS: Pool<[u64; 4]> = Pool::new(PoolSpec::new("Spark"));

#[test]
fn snapshots_are_whole_while_other_threads_allocate() {
    const WORDS: [usize; 3] = [3, 50, 700];
    let mut alloc = SmartAlloc::default();
    let mut before = 0;
    for round in 1..=40_u64 {
        alloc.begin_frame();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (alloc, done) = (&alloc, &done);
            let reader = scope.spawn(move || {
                let mut taken = 0;
                while !done.load(Ordering::Acquire) || taken == 0 {
                    let snapshot = alloc.snapshot();
                    assert!(snapshot.in_frame);
                    assert_eq!((snapshot.frame.number, snapshot.frame.bytes), (round - 1, before));
                    assert_eq!(snapshot.tags.iter().map(|tag| tag.bytes).sum::<u64>(), before);
                    assert_eq!(snapshot.threads.iter().map(|thread| thread.bytes).sum::<u64>(), before);
                    assert_eq!(snapshot, alloc.snapshot().with_pools_of(&snapshot));
                    taken += 1;
                }
            });
            let workers: Vec<_> = WORDS
                .into_iter()
                .map(|words| {
                    scope.spawn(move || {
                        let _phase = alloc.phase_scope("work");
                        for tag in ["snap_a", "snap_b"] {
                            let tagged = alloc.tagged(tag);
                            (0..200).for_each(|_| assert_eq!(tagged.frame_slice_zeroed::<u64>(words).len(), words));
                            drop(SPARKS.boxed([0; 4]));
                        }
                    })
                })
                .collect();
            for worker in workers {
                worker.join().expect("it does not panic");
            }
            done.store(true, Ordering::Release);
            reader.join().expect("it does not panic");
        });
        before = alloc.end_frame().bytes as u64;
        let snapshot = alloc.snapshot();
        assert_eq!((snapshot.phases[0].calls, snapshot.phases[0].bytes), (3, before));
    }
}

/// Pools change while a frame is open; everything else stays.
trait Steady {
    fn with_pools_of(self, other: &Self) -> Self;
}

impl Steady for framealloc_core::Snapshot {
    fn with_pools_of(mut self, other: &Self) -> Self {
        self.pools.clone_from(&other.pools);
        self.pool_classes.clone_from(&other.pool_classes);
        self
    }
}

#[test]
fn the_report_of_the_last_frame_can_be_asked_for() {
    let mut alloc = SmartAlloc::default();
    assert_eq!(alloc.frame_report().frame, 0);
    for words in [100, 10] {
        alloc.begin_frame();
        alloc.frame_slice_zeroed::<u64>(words);
        std::mem::forget(alloc.frame_scope());
        let report = alloc.end_frame();
        assert_eq!(report.scopes_left_open, 1);
        assert_eq!(alloc.frame_report(), report);
        let frame = alloc.snapshot().frame;
        assert_eq!(
            (frame.number, frame.bytes, frame.high_water),
            (report.frame, report.bytes as u64, report.high_water as u64)
        );
    }
}
