//! What targets without threads, files or a clock of std's differ in: `ci/targets.sh browser` runs it as wasm32-unknown-unknown.
//!
//! Nothing can be printed there: what is wrong panics, which the host sees as a trap. It runs on every other target as well.

use core::time::Duration;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use framealloc_core::{BarrierError, FrameBarrier, FrameEvent, RecordOptions, SmartAlloc};

const FRAMES: u64 = 200;
/// Whether two readings of the clock can differ.
const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown", not(feature = "web")));
const HAS_THREADS: bool = !cfg!(all(target_family = "wasm", not(target_feature = "atomics")));

fn main() {
    let mut alloc = SmartAlloc::default();
    let told = Arc::new(Mutex::new((0, Duration::ZERO)));
    let teller = Arc::clone(&told);
    let subscription = alloc.on_frame_event(move |event| {
        if let FrameEvent::Ended { duration, .. } = event {
            let mut told = teller.lock().expect("nobody panics with it");
            *told = (told.0 + 1, told.1 + duration.expect("the frame began under our eyes"));
        }
    });
    alloc.record_in_memory(RecordOptions::default()).expect("memory");
    let mut in_phases = Duration::ZERO;
    for _ in 0..FRAMES {
        alloc.begin_frame();
        {
            let _update = alloc.phase_scope("update");
            let values = Rc::new(RefCell::new(alloc.tagged("physics").frame_slice_zeroed::<u32>(10_000)));
            values.borrow_mut().fill(7);
            assert_eq!(values.borrow().iter().sum::<u32>(), 70_000);
        }
        alloc.end_frame();
        in_phases += alloc.stats().phases.iter().map(|phase| phase.duration).sum::<Duration>();
    }
    drop(subscription);
    let (summary, bytes) = alloc.take_recording().expect("memory");
    assert_eq!((summary.frames, summary.bytes), (FRAMES, bytes.len() as u64));
    let (frames, in_frames) = *told.lock().expect("nobody panics with it");
    assert_eq!(frames, FRAMES);
    // Two hundred frames take longer than any browser's clock is coarse.
    assert_eq!((in_frames > Duration::ZERO, in_phases > Duration::ZERO), (HAS_CLOCK, HAS_CLOCK));

    let barrier = FrameBarrier::new(2);
    barrier.signal_frame_complete();
    let refused = barrier.wait_all_timeout(Duration::from_millis(1));
    let no_threads = matches!(refused, Err(BarrierError::NoThreads { signals: 1, participants: 2, .. }));
    assert_eq!(no_threads, !HAS_THREADS);
    if !HAS_THREADS {
        assert!(barrier.try_wait_all().is_err());
        assert!(alloc.record("trace.fa").is_err());
    }
    println!("{FRAMES} frames took {in_frames:?}, {in_phases:?} of it in phases; {} bytes recorded", bytes.len());
}
