//! Random programs: readers on threads that come and go, hold, forget and outlive; publishers that end, in any order.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use framealloc_core::{AllocConfig, FlightError, FrameHandle, FramePublisher, FrameReader, SmartAlloc};

use crate::drops::{Counted, Drops};
use crate::random::Random;

struct Root {
    number: u64,
    values: FrameHandle<[u64]>,
    owned: FrameHandle<[Value]>,
}

/// Counts its drop, and may panic in it.
struct Value {
    number: u64,
    _counted: Counted,
    panics: bool,
}

impl Drop for Value {
    fn drop(&mut self) {
        let number = std::mem::replace(&mut self.number, u64::MAX);
        assert!(number != u64::MAX, "dropped twice");
        assert!(!self.panics, "torture");
    }
}

/// Reads until told to stop. Returns how often it found something.
fn read(mut reader: FrameReader<Root>, seed: u64, over: &AtomicBool) -> usize {
    let mut random = Random::new(seed);
    let (mut newest, mut reads) = (0, 0);
    while !over.load(SeqCst) {
        if random.below(50) == 0 {
            let another = reader.clone();
            drop(std::mem::replace(&mut reader, another));
        }
        let Some(root) = reader.latest() else {
            thread::yield_now();
            continue;
        };
        assert!(root.number >= newest, "an older frame than before");
        let is_known = std::mem::replace(&mut newest, root.number) == root.number;
        reads += 1;
        for _ in 0..random.below(3) {
            assert!(root.get(root.values).unwrap().iter().all(|value| *value == newest));
            assert!(root.get(root.owned).unwrap().iter().all(|value| value.number == newest));
            if random.below(4) == 0 {
                thread::yield_now();
            }
        }
        if random.below(20) == 0 {
            std::mem::forget(root);
        }
        // Who has read it already lets the publisher go on: there are more threads than processors.
        if is_known && random.below(8) > 0 {
            thread::yield_now();
        }
    }
    reads
}

/// Goes on with a panic that is not one of a value.
fn is_meant(panic: Box<dyn Any + Send>) {
    if panic.downcast_ref::<&str>() != Some(&"torture") {
        resume_unwind(panic);
    }
}

fn program(seed: u64, steps: usize) -> usize {
    let mut random = Random::new(seed);
    let drops = Drops::default();
    let limit = 2 + random.below(4);
    let config = AllocConfig::default().with_frames_in_flight(limit).with_frame_chunk(4096);
    let mut alloc = SmartAlloc::new(config);
    let mut publisher = FramePublisher::<Root>::new();
    let over = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..=random.below(3))
        .map(|_| {
            let (reader, over, seed) = (publisher.reader(), Arc::clone(&over), random.next());
            thread::spawn(move || read(reader, seed, &over))
        })
        .collect();
    let mut own = publisher.reader();
    let mut made = 0;
    for number in 1..=steps as u64 {
        alloc.begin_frame();
        let len = random.below(20);
        made += len;
        let panics = random.below(50) == 0;
        let values = alloc.frame_share_slice_fill_with(len * 10, |_| number);
        let owned = alloc.tagged("pt").frame_share_slice_fill_with(len, |at| Value {
            number,
            _counted: drops.value(),
            panics: panics && at == 0,
        });
        let root = alloc.frame_share(Root { number, values, owned });
        let held = if random.below(4) == 0 { own.latest() } else { None };
        let stays_open = random.below(2) == 0;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            if stays_open { publisher.try_publish(&mut alloc, root) } else { publisher.publish(&mut alloc, root) }
        }));
        match outcome {
            Ok(Ok(report) | Err(FlightError::Unpublished { report, .. })) => assert_eq!(report.frame, number),
            Ok(Err(FlightError::LimitReached { .. })) => assert!(alloc.is_in_frame() && root.get(&alloc).is_some()),
            Ok(Err(error)) => panic!("{error}"),
            // A value of an older frame; the frame went its way.
            Err(panic) => is_meant(panic),
        }
        assert!(alloc.flight_stats().frames <= limit);
        if let Some(held) = &held {
            let len = held.get(held.owned).unwrap().iter().filter(|value| value.number == held.number).count();
            assert_eq!(len * 10, held.get(held.values).unwrap().len());
        }
        if random.below(10) == 0 {
            std::mem::forget(held);
        }
        drop(catch_unwind(AssertUnwindSafe(|| alloc.end_frame())));
    }
    // In any order: publisher, allocator, readers.
    let publisher = if random.below(2) == 0 {
        drop(catch_unwind(AssertUnwindSafe(|| drop(publisher))));
        None
    } else {
        Some(publisher)
    };
    if random.below(2) == 0 {
        drop(catch_unwind(AssertUnwindSafe(|| drop(alloc))));
    }
    over.store(true, SeqCst);
    let joined = threads.into_iter().map(|thread| {
        // The last reader drops what is left, and may find a value that panics.
        thread.join().unwrap_or_else(|panic| {
            is_meant(panic);
            0
        })
    });
    let reads = joined.sum();
    drop(catch_unwind(AssertUnwindSafe(|| drop(publisher))));
    drop(catch_unwind(AssertUnwindSafe(|| drop(own))));
    assert_eq!(drops.count(), made, "seed {seed}");
    reads
}

#[test]
fn random_programs_read_whole_frames_and_drop_every_value_once() {
    let steps: usize = std::env::var("FRAMEALLOC_STEPS").map_or(3000, |steps| steps.parse().unwrap());
    let mut random = Random::seeded(0x9B15);
    std::panic::set_hook(Box::new(|info| {
        // Those of the values are many, and meant.
        if info.payload().downcast_ref::<&str>() != Some(&"torture") {
            eprintln!("{info}");
        }
    }));
    let (mut left, mut reads) = (steps, 0);
    while left > 0 {
        let steps = (1 + random.below(300)).min(left);
        left -= steps;
        reads += program(random.next(), steps);
    }
    println!("{steps} frames, {reads} reads");
}
