//! A recording says what the program itself counted, costs no allocator call, and stays within its size.

use std::path::PathBuf;

use framealloc_core::{
    AllocConfig, Budget, BudgetPolicy, CountingAlloc, RecordError, RecordOptions, SmartAlloc, kilobytes,
};
use framealloc_trace::{Decoder, Definition, Frame, Item, Kind, Outcome};

use crate::random::Random;

/// A file of this test, removed at its end.
struct TraceFile(PathBuf);

impl TraceFile {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("framealloc-{name}-{}.fa", std::process::id())))
    }

    fn read(&self) -> (Vec<Definition>, Vec<Frame>) {
        decoded(&std::fs::read(&self.0).expect("the file is there"))
    }
}

fn decoded(bytes: &[u8]) -> (Vec<Definition>, Vec<Frame>) {
    let (mut definitions, mut frames) = (Vec::new(), Vec::new());
    for item in Decoder::new(bytes).expect("a recording") {
        match item.expect("a whole block") {
            Item::Definition(definition) => definitions.push(definition),
            Item::Frame(frame) => frames.push(frame),
            other => panic!("unknown item {other:?}"),
        }
    }
    (definitions, frames)
}

impl Drop for TraceFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn sums_over_tags_are_the_frames_and_what_the_program_counted() {
    let redzone = if cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 };
    let mut random = Random::seeded(0x9E37_79B9_7F4A_7C15);
    let file = TraceFile::new("sums");
    let mut alloc = SmartAlloc::default();
    alloc.record(&file.0).expect("the file can be made");
    let mut counted = Vec::new();
    for _ in 0..10_000 {
        let mut bytes = 0;
        alloc.begin_frame();
        for _ in 0..random.below(12) {
            let words = random.below(40);
            bytes += if words == 0 { 0 } else { 8 * words + redzone };
            let len = match random.below(4) {
                0 => alloc.frame_slice_zeroed::<u64>(words).len(),
                1 => alloc.tagged("physics").frame_slice_zeroed::<u64>(words).len(),
                2 => alloc.scoped(|frame| frame.tagged("ai").frame_slice_zeroed::<u64>(words).len()),
                _ => alloc.with_tag("render", |a| a.scoped(|f| f.frame_slice_zeroed::<u64>(words).len())),
            };
            assert_eq!(len, words);
        }
        assert_eq!(alloc.end_frame().bytes, bytes);
        counted.push(bytes as u64);
    }
    let summary = alloc.stop_recording().expect("the file can be written");
    assert_eq!((summary.frames, summary.left_out), (10_000, 0));
    let (definitions, frames) = file.read();
    assert_eq!(frames.iter().map(|frame| frame.bytes).collect::<Vec<_>>(), counted);
    for frame in &frames {
        assert_eq!(frame.tags.iter().map(|(_, bytes)| bytes).sum::<u64>(), frame.bytes);
        assert_eq!(frame.threads.iter().map(|(_, bytes)| bytes).sum::<u64>(), frame.bytes);
    }
    let tags: Vec<_> = definitions.iter().filter(|d| d.kind == Kind::Tag).map(|d| d.name.as_str()).collect();
    for tag in ["physics", "ai", "render"] {
        assert!(tags.contains(&tag), "{tag} in {tags:?}");
    }
}

#[test]
fn recorded_frames_call_no_allocator() {
    let file = TraceFile::new("steady");
    let mut alloc = SmartAlloc::default();
    alloc.record(&file.0).expect("the file can be made");
    let mut frame = || {
        alloc.whole_frame(|alloc| {
            alloc.with_tag("physics", |a| a.frame_slice_zeroed::<u64>(100).len());
        });
    };
    (0..10).for_each(|_| frame());
    let before = CountingAlloc::thread_calls();
    (0..2000).for_each(|_| frame());
    assert_eq!((CountingAlloc::thread_calls() - before).total(), 0);
}

#[test]
fn budgets_and_allocator_calls_are_recorded() {
    let file = TraceFile::new("budgets");
    let budget = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Warn).with_soft_limit(100);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("nav", budget));
    let options = RecordOptions::default().with_allocator_calls(|| CountingAlloc::thread_calls().total());
    alloc.record_with(&file.0, options).expect("the file can be made");
    for words in [10, 1000] {
        alloc.whole_frame(|alloc| {
            std::hint::black_box(Box::new(7));
            alloc.tagged("nav").frame_slice_zeroed::<u64>(words).len()
        });
    }
    alloc.stop_recording().expect("the file can be written");
    let (definitions, frames) = file.read();
    let budget = definitions.iter().find(|d| d.kind == Kind::Budget).expect("the budget has a name");
    assert_eq!((budget.name.as_str(), budget.limit), ("the budget of tag `nav`", 1024));
    assert!(frames[0].budgets.is_empty());
    assert!(frames[1].budgets.iter().any(|hit| hit.id == budget.id && hit.outcome == Outcome::Warned));
    assert!(frames.iter().all(|frame| frame.allocator_calls.is_some_and(|calls| calls >= 2)));
}

#[test]
fn a_full_file_leaves_frames_out_and_says_so() {
    let file = TraceFile::new("full");
    let mut alloc = SmartAlloc::default();
    alloc.record_with(&file.0, RecordOptions::default().with_max_bytes(10_000)).expect("the file can be made");
    for _ in 0..5000 {
        alloc.whole_frame(|alloc| *alloc.frame_box(1));
    }
    let summary = alloc.stop_recording().expect("the file can be written");
    assert_eq!(summary.frames + summary.left_out, 5000);
    assert!(summary.left_out > 0 && summary.bytes <= 10_100, "{summary:?}");
    assert_eq!(file.read().1.len() as u64, summary.frames);
}

#[test]
fn dropping_the_allocator_keeps_what_was_recorded() {
    let file = TraceFile::new("dropped");
    let mut alloc = SmartAlloc::default();
    alloc.record(&file.0).expect("the file can be made");
    alloc.whole_frame(|_| ());
    drop(alloc);
    assert_eq!(file.read().1.len(), 1);
}

#[test]
fn a_file_that_cannot_be_made_is_an_error_with_its_name() {
    let mut alloc = SmartAlloc::default();
    let error = alloc.record("/no/such/folder/trace.fa").expect_err("there is no such folder");
    assert!(error.to_string().starts_with("cannot record to `/no/such/folder/trace.fa`: "), "{error}");
    assert!(matches!(error, RecordError::Io { .. }));
    assert_eq!(alloc.stop_recording().expect("nothing to write").frames, 0);
}

#[test]
fn phases_are_recorded_as_the_figures_say() {
    let file = TraceFile::new("phases");
    let mut alloc = SmartAlloc::default();
    alloc.record(&file.0).expect("the file can be made");
    alloc.whole_frame(|alloc| {
        let _update = alloc.phase_scope("update");
        for _ in 0..2 {
            let _physics = alloc.phase_scope("physics");
            alloc.frame_slice_zeroed::<u64>(100);
        }
    });
    let stats = alloc.stats();
    alloc.whole_frame(|_| ());
    alloc.stop_recording().expect("the file can be written");
    let (definitions, frames) = file.read();
    let name = |id| definitions.iter().find(|d| d.kind == Kind::Phase && d.id == id).map(|d| d.name.as_str());
    let recorded: Vec<_> = frames[0].phases.iter().map(|p| (name(p.id).unwrap(), p.calls, p.bytes)).collect();
    let expected: Vec<_> = stats.phases.iter().map(|p| (p.path, p.calls as u64, p.bytes as u64)).collect();
    assert_eq!(recorded, expected);
    assert!(recorded.iter().any(|(name, calls, _)| (*name, *calls) == ("update::physics", 2)));
    assert!(frames[0].phases.iter().all(|phase| 0 < phase.longest && phase.longest <= phase.nanoseconds));
    assert!(frames[1].phases.is_empty());
}

#[test]
fn who_writes_and_where_to_changes_no_frame() {
    let (by_thread, by_frames) = (TraceFile::new("by-thread"), TraceFile::new("by-frames"));
    let mut recordings = Vec::new();
    for way in 0..3 {
        let mut alloc = SmartAlloc::default();
        let options = RecordOptions::default();
        let started = match way {
            0 if cfg!(target_family = "wasm") => continue,
            0 => alloc.record_with(&by_thread.0, options),
            1 => alloc.record_with(&by_frames.0, options.on_this_thread()),
            _ => alloc.record_in_memory(options),
        };
        started.expect("a recording");
        for frame in 0..3000 {
            alloc.whole_frame(|alloc| alloc.tagged("physics").frame_slice_zeroed::<u32>(frame % 90).len());
        }
        let (summary, memory) = alloc.take_recording().expect("it is written");
        assert_eq!((summary.frames, summary.left_out), (3000, 0), "way {way}");
        let bytes = match way {
            0 => std::fs::read(&by_thread.0).expect("the file is there"),
            1 => std::fs::read(&by_frames.0).expect("the file is there"),
            _ => memory,
        };
        assert_eq!(summary.bytes, bytes.len() as u64, "way {way}");
        let figures: Vec<_> = decoded(&bytes).1.into_iter().map(|f| (f.number, f.bytes, f.tags, f.threads)).collect();
        recordings.push(figures);
    }
    assert!(recordings.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_recording_in_memory_ends_at_its_size() {
    let mut alloc = SmartAlloc::default();
    alloc.record_in_memory(RecordOptions::default().with_max_bytes(5000)).expect("memory");
    for _ in 0..5000 {
        alloc.whole_frame(|alloc| *alloc.frame_box(1));
    }
    let (summary, bytes) = alloc.take_recording().expect("memory");
    assert_eq!(summary.frames + summary.left_out, 5000);
    assert!(summary.left_out > 0 && summary.bytes <= 5100, "{summary:?}");
    assert_eq!(decoded(&bytes).1.len() as u64, summary.frames);
    assert!(alloc.take_recording().expect("nothing to write").1.is_empty());
}

#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[test]
fn where_there_are_no_threads_the_error_says_so() {
    let error = SmartAlloc::default().record("trace.fa").expect_err("there are no threads");
    assert!(matches!(error, RecordError::Thread { .. }));
    let words = "cannot start the thread that writes the recording: this target has no threads";
    assert_eq!(error.to_string(), words);
    assert!(!std::path::Path::new("trace.fa").exists());
}

#[test]
fn frames_in_flight_are_recorded_beside_the_frames_and_with_their_own() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(2));
    alloc.record_in_memory(RecordOptions::default()).unwrap();
    let mut flights = Vec::new();
    for number in 0..4_usize {
        alloc.begin_frame();
        alloc.frame_box([0_u8; 64]);
        if number < 2 {
            alloc.frame_share([7_u8; 100]);
            flights.push(alloc.end_frame_in_flight());
        } else {
            if number == 2 {
                assert!(alloc.try_end_frame_in_flight().is_err());
            }
            flights.pop();
            alloc.end_frame();
        }
    }
    let held: usize = flights.iter().map(framealloc_core::FrameInFlight::bytes).sum();
    assert_eq!(held, 0, "both are back");
    let (_, frames) = decoded(&alloc.take_recording().unwrap().1);
    let flown: Vec<_> = frames.iter().map(|frame| frame.flights.unwrap()).collect();
    assert_eq!(flown.iter().map(|flights| flights.frames).collect::<Vec<_>>(), [1, 2, 1, 0]);
    let bytes: Vec<_> = flown.iter().map(|flights| flights.bytes).collect();
    assert!(bytes[0] >= 100 && bytes == [bytes[0], 2 * bytes[0], bytes[0], 0], "{bytes:?}");
    assert!(flown.iter().all(|flights| flights.capacity >= flights.bytes));
    assert_eq!(flown.iter().map(|flights| flights.refused).collect::<Vec<_>>(), [0, 0, 1, 0]);

    // Where there can be none there is nothing to tell.
    let mut alloc = SmartAlloc::default();
    alloc.record_in_memory(RecordOptions::default()).unwrap();
    alloc.whole_frame(|_| ());
    let (_, frames) = decoded(&alloc.take_recording().unwrap().1);
    assert_eq!(frames[0].flights, None);
}
