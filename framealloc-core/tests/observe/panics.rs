//! A function of the program that panics while a frame ends takes nothing away: whoever listens goes on hearing.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use framealloc_core::{Diagnostic, FrameEvent, Level, RecordOptions, SmartAlloc, Strict, Subscription};
use framealloc_trace::{Decoder, Item};

/// A file of this test, removed at its end.
struct TraceFile(PathBuf);

impl TraceFile {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("framealloc-{name}-{}.fa", std::process::id())))
    }

    /// The calls of the allocator in each frame of the file.
    fn calls(&self) -> Vec<Option<u64>> {
        let bytes = std::fs::read(&self.0).expect("the file is there");
        let items = Decoder::new(&bytes).expect("a recording").map(|item| item.expect("a whole block"));
        items
            .filter_map(|item| if let Item::Frame(frame) = item { Some(frame.allocator_calls) } else { None })
            .collect()
    }
}

impl Drop for TraceFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Counts the frames whose end it is told of.
fn listen(alloc: &SmartAlloc) -> (Subscription, Arc<AtomicUsize>) {
    let heard = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&heard);
    let subscription = alloc.on_frame_event(move |_, event| {
        if matches!(event, FrameEvent::Ended { .. }) {
            count.fetch_add(1, Relaxed);
        }
    });
    (subscription, heard)
}

/// Runs a frame and returns what it panicked with.
fn frame(alloc: &mut SmartAlloc, body: impl FnOnce(&SmartAlloc)) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(|| alloc.whole_frame(body))).err()?;
    let text = payload.downcast_ref::<String>().cloned();
    Some(text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string)).expect("a message"))
}

/// Everything that may listen does: an error raised in a strict frame is heard of, told, and panics.
fn assert_hears(alloc: &mut SmartAlloc) {
    let (_subscription, heard) = listen(alloc);
    alloc.set_strict(Strict::Errors);
    assert_eq!(frame(alloc, |_| ()), None);
    let raised = frame(alloc, |alloc| alloc.raise(Diagnostic::new("TEST", Level::Error, "must panic")));
    assert!(raised.is_some_and(|message| message.contains("must panic")), "strict mode is deaf");
    assert_eq!(heard.load(Relaxed), 2, "a new subscriber is deaf");
    alloc.set_strict(Strict::Off);
}

#[test]
fn an_allocator_hears_after_the_counting_function_of_a_recording_panicked() {
    // It is called at the start of the recording and at the begin and the end of each frame.
    for panics_at in 1..7 {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        static PANICS_AT: AtomicU64 = AtomicU64::new(0);
        fn calls() -> u64 {
            let call = CALLS.fetch_add(1, Relaxed);
            assert!(call != PANICS_AT.load(Relaxed), "it does not count");
            call
        }
        CALLS.store(0, Relaxed);
        PANICS_AT.store(panics_at, Relaxed);
        let file = TraceFile::new(&format!("counting-{panics_at}"));
        let mut alloc = SmartAlloc::default();
        let (_subscription, heard) = listen(&alloc);
        alloc.record_with(&file.0, RecordOptions::default().with_allocator_calls(calls)).expect("it can be made");
        let panics: Vec<_> = (0..4).filter_map(|_| frame(&mut alloc, |alloc| drop(alloc.frame_box(1)))).collect();
        assert_eq!(panics, ["it does not count"]);
        assert_eq!(heard.load(Relaxed), 4, "panicked in call {panics_at}");
        assert_hears(&mut alloc);
        let summary = alloc.stop_recording().expect("it was written");
        assert_eq!((summary.frames, summary.left_out, summary.uncounted), (6, 0, 1), "panicked in call {panics_at}");
        let calls = file.calls();
        assert_eq!(calls.len(), 6);
        // The frame that was not counted says so; the others count the one call that their own begin made.
        let panicked_in = usize::try_from((panics_at - 1) / 2).expect("it is small");
        for (index, calls) in calls.into_iter().enumerate() {
            assert_eq!(calls, (index != panicked_in).then_some(1), "frame {index}, panicked in call {panics_at}");
        }
    }
}

#[test]
fn a_counting_function_that_always_panics_leaves_a_recording_without_counts() {
    static STARTED: AtomicU64 = AtomicU64::new(0);
    fn calls() -> u64 {
        assert!(STARTED.fetch_add(1, Relaxed) == 0, "never again");
        0
    }
    let file = TraceFile::new("never-again");
    let mut alloc = SmartAlloc::default();
    alloc.record_with(&file.0, RecordOptions::default().with_allocator_calls(calls)).expect("it can be made");
    for _ in 0..3 {
        assert_eq!(frame(&mut alloc, |_| ()).as_deref(), Some("never again"));
    }
    let summary = alloc.stop_recording().expect("it was written");
    assert_eq!((summary.frames, summary.uncounted), (3, 3));
    assert_eq!(file.calls(), [None; 3]);
}

#[test]
fn a_recording_that_cannot_begin_to_count_leaves_the_one_before_under_way() {
    let (first, second) = (TraceFile::new("before"), TraceFile::new("cannot-begin"));
    let mut alloc = SmartAlloc::default();
    alloc.record(&first.0).expect("it can be made");
    alloc.whole_frame(|_| ());
    let options = RecordOptions::default().with_allocator_calls(|| panic!("it cannot"));
    assert!(catch_unwind(AssertUnwindSafe(|| alloc.record_with(&second.0, options))).is_err());
    assert!(!second.0.exists(), "no file is made for what does not begin");
    alloc.whole_frame(|_| ());
    assert_eq!(alloc.stop_recording().expect("it was written").frames, 2);
    assert_hears(&mut alloc);
}

#[test]
fn a_panic_of_the_counting_function_while_another_unwinds_ends_no_program() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    fn calls() -> u64 {
        assert!(CALLS.fetch_add(1, Relaxed) < 2, "a second one");
        0
    }
    let file = TraceFile::new("two-panics");
    let mut alloc = SmartAlloc::default();
    alloc.record_with(&file.0, RecordOptions::default().with_allocator_calls(calls)).expect("it can be made");
    assert_eq!(frame(&mut alloc, |_| panic!("the first one")).as_deref(), Some("the first one"));
    let summary = alloc.stop_recording().expect("it was written");
    assert_eq!((summary.frames, summary.uncounted), (1, 1));
    assert_hears(&mut alloc);
}

#[test]
fn subscribers_that_panic_at_every_event_are_called_again() {
    let mut alloc = SmartAlloc::default();
    let file = TraceFile::new("subscribers");
    alloc.record(&file.0).expect("it can be made");
    let called = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&called);
    let panicking = alloc.on_frame_event(move |_, _| {
        count.fetch_add(1, Relaxed);
        panic!("a subscriber");
    });
    let (_subscription, heard) = listen(&alloc);
    for _ in 0..5 {
        assert_eq!(frame(&mut alloc, |alloc| drop(alloc.frame_box(1))).as_deref(), Some("a subscriber"));
    }
    // At each begin, after which the body of the frame does not run, and at each end.
    assert_eq!((called.load(Relaxed), heard.load(Relaxed)), (10, 5));
    drop(panicking);
    assert_hears(&mut alloc);
    assert_eq!(alloc.stop_recording().expect("it was written").frames, 7);
}

#[test]
fn a_subscriber_may_turn_another_allocator_whose_subscriber_panics() {
    let mut alloc = SmartAlloc::default();
    let mut other = SmartAlloc::default();
    let (_in_other, heard_in_other) = listen(&other);
    other.on_frame_event(|_, _| panic!("in the other one")).forever();
    let caught = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&caught);
    let _subscription = alloc.on_frame_event(move |_, event| {
        if matches!(event, FrameEvent::Ended { .. }) {
            let panic = catch_unwind(AssertUnwindSafe(|| other.whole_frame(|_| ())));
            count.fetch_add(usize::from(panic.is_err()), Relaxed);
        }
    });
    for _ in 0..3 {
        alloc.whole_frame(|_| ());
    }
    assert_eq!((caught.load(Relaxed), heard_in_other.load(Relaxed)), (3, 3));
    assert_hears(&mut alloc);
}

#[cfg(feature = "memory_filter")]
#[test]
fn the_behaviour_filter_sees_the_frames_in_which_others_panic() {
    static COUNTS: AtomicU64 = AtomicU64::new(1);
    fn calls() -> u64 {
        let counts = COUNTS.load(Relaxed);
        assert!(counts != 0, "it does not count");
        counts
    }
    let file = TraceFile::new("filter");
    let mut alloc = SmartAlloc::default();
    alloc.enable_behavior_filter();
    alloc.record_with(&file.0, RecordOptions::default().with_allocator_calls(calls)).expect("it can be made");
    for counts in [1, 0, 0, 1] {
        COUNTS.store(counts, Relaxed);
        assert_eq!(frame(&mut alloc, |alloc| drop(alloc.pool_box(1_u64))).is_some(), counts == 0);
    }
    assert!(alloc.is_behavior_filter_enabled());
    assert_eq!(alloc.behavior_report().frames, 4);
}
