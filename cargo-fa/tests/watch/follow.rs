//! A file is followed as it grows, and whatever becomes of it.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use cargo_fa::watch::State;
use framealloc_core::{AllocConfig, Budget, RecordOptions, SmartAlloc};
use framealloc_trace::{Encoder, FlightFigures, Frame};

use crate::recorded::{add, frame, recording, says, until, until_frame, watch};

fn path(folder: &tempfile::TempDir) -> String {
    folder.path().join("run.fa").to_str().unwrap().to_owned()
}

fn append(path: &str, bytes: &[u8]) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn a_file_that_is_made_later_and_grows_by_parts_of_frames_is_shown_frame_by_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    let mut watched = watch(&path);
    let view = until(&mut watched, "it waits", |view| view.message.is_some());
    assert_eq!(view.state, State::Waiting);
    assert!(view.message.unwrap().ends_with("run.fa` does not exist yet"));
    // The header in two parts, then every frame but its last byte first.
    let mut encoder = Encoder::new(Vec::new());
    append(&path, &encoder.as_bytes()[..5]);
    let view = until(&mut watched, "nothing yet", |view| {
        view.message.as_ref().is_some_and(|message| message.starts_with("nothing was recorded"))
    });
    assert_eq!((view.state, view.frames), (State::Waiting, 0));
    append(&path, &encoder.as_bytes()[5..]);
    encoder.clear();
    add(&mut encoder, 1, 1);
    for number in 2..8 {
        let (start, end) = encoder.as_bytes().split_at(encoder.as_bytes().len() - 1);
        append(&path, start);
        if number > 2 {
            let view = until_frame(&mut watched, number - 2);
            assert!(view.state == State::Live || view.state == State::Quiet, "half a frame is no failure: {view:?}");
        }
        append(&path, end);
        let view = until_frame(&mut watched, number - 1);
        assert_eq!((view.bytes, view.tags[0].bytes), (64 * (number - 1), 64 * (number - 1)));
        encoder.clear();
        encoder.frame(&frame(number).as_view());
    }
    let view = watched.view();
    assert_eq!((view.frames, view.left_out, view.tags[0].name.as_str()), (6, 0, "physics"));
    assert!(view.events.is_empty(), "{:?}", view.events);
}

#[test]
fn a_file_that_is_emptied_removed_or_replaced_is_another_recording() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    append(&path, &recording(1, 50));
    let mut watched = watch(&path);
    until_frame(&mut watched, 50);
    // Emptied, as a game does that is started anew.
    File::create(&path).unwrap();
    until(&mut watched, "it is empty", |view| view.state == State::Waiting);
    append(&path, &recording(1, 3));
    let view = until_frame(&mut watched, 3);
    assert_eq!((view.frames, view.tags[0].peak), (3, 3 * 64), "nothing of the old one is left");
    assert!(says(&view, "was emptied"), "{:?}", view.events);
    // Removed, and made again.
    std::fs::remove_file(&path).unwrap();
    let view = until(&mut watched, "it is gone", |view| view.state == State::Waiting);
    assert!(view.message.unwrap().ends_with("was removed"));
    append(&path, &recording(1, 7));
    until_frame(&mut watched, 7);
    // Replaced by one that is longer.
    let other = folder.path().join("other");
    std::fs::write(&other, recording(100, 9)).unwrap();
    std::fs::rename(other, &path).unwrap();
    let view = until_frame(&mut watched, 108);
    assert!(view.frames == 9 && says(&view, "was replaced"), "{:?}", view.events);
    // Written anew in place, beyond what was read before anybody looked.
    until(&mut watched, "it is read", |_| true);
    std::fs::write(&path, recording(1, 400)).unwrap();
    let view = until_frame(&mut watched, 400);
    assert_eq!(view.frames, 400);
}

#[test]
fn what_is_no_recording_or_damaged_is_told_and_what_was_read_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    std::fs::write(&path, "{}: this is no recording").unwrap();
    let mut watched = watch(&path);
    let view = until(&mut watched, "it fails", |view| view.state == State::Failed);
    assert!(view.message.unwrap().ends_with("run.fa: this is not a recording of framealloc"));
    // Another file at its place is read.
    std::fs::remove_file(&path).unwrap();
    let mut damaged = recording(1, 20);
    let at = damaged.len();
    damaged.extend(b"this is no block of a recording at all");
    std::fs::write(&path, damaged).unwrap();
    let view = until(&mut watched, "it is damaged", |view| {
        view.state == State::Failed && view.message.as_ref().unwrap().contains("damaged")
    });
    assert_eq!((view.frame, view.tags[0].bytes), (Some(20), 20 * 64));
    assert!(view.message.as_ref().unwrap().contains(&format!("the block at byte {at}")), "{view:?}");
    let mut watched = watch(folder.path().to_str().unwrap());
    let view = until(&mut watched, "a folder", |view| view.state == State::Failed);
    assert!(view.message.unwrap().starts_with("cannot "));
}

#[test]
fn frames_that_were_left_out_are_counted_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    let mut encoder = Encoder::resume(recording(1, 3));
    let flights = Some(FlightFigures { frames: 2, bytes: 640, capacity: 1000, refused: 1 });
    encoder.frame(&Frame { flights, heap_fallbacks: 4, ..frame(10) }.as_view());
    append(&path, encoder.as_bytes());
    let mut watched = watch(&path);
    let view = until_frame(&mut watched, 10);
    assert_eq!((view.frames, view.left_out, view.heap_fallbacks), (4, 6, 4));
    for (words, count) in [("frames were left out", 6), ("went to the heap", 4), ("in flight was refused", 1)] {
        let event = view.events.iter().find(|event| event.text.contains(words)).unwrap();
        assert_eq!((event.count, event.frame), (count, 10), "{words}");
    }
    assert_eq!(view.flights.map(|flights| flights.bytes), Some(640));
}

/// What the runtime writes, as a game does that never stops.
#[test]
fn a_game_that_records_is_seen_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = path(&folder);
    let config = AllocConfig::default()
        .with_tag_budget("physics", Budget::new(1 << 16))
        .with_global_frame_budget(Budget::new(1 << 20));
    let mut alloc = SmartAlloc::new(config);
    alloc.record_with(Path::new(&path), RecordOptions::default()).unwrap();
    let mut watched = watch(&path);
    let mut seen = 0;
    // The game ends frames until three of them were seen, each later than the one before.
    for _ in 0..3 {
        let mut view;
        let begun = std::time::Instant::now();
        loop {
            alloc.whole_frame(|alloc| alloc.tagged("physics").frame_slice_zeroed::<u8>(16_384).len());
            watched.take(std::time::Duration::from_millis(5));
            view = watched.view();
            if view.frame.is_some_and(|frame| frame > seen) {
                break;
            }
            assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{view:?}");
        }
        seen = view.frame.unwrap();
        assert!(seen <= alloc.frame_number(), "no frame is made up");
        let physics = view.budgets.iter().find(|budget| budget.name == "the budget of tag `physics`").unwrap();
        assert_eq!((physics.limit, physics.hits), (Some(1 << 16), 0));
        assert!(physics.full.unwrap() >= 0.25 && physics.full.unwrap() < 0.26, "{physics:?}");
        assert!(view.budgets.iter().any(|budget| budget.name == "the budget of the allocator"));
    }
    alloc.stop_recording().unwrap();
}
