//! The figures of zones, to the byte.

use framealloc_core::{AmbientAlloc, AmbientTagStats, RecordOptions, SmartAlloc, Tag};
use framealloc_trace::{Decoder, Definition, Item, Kind};

use crate::{CHUNK, passed_on, zone};

fn figures(tag: &'static Tag) -> AmbientTagStats {
    AmbientAlloc::stats().tag(tag.path()).expect("used")
}

#[test]
fn blocks_and_bytes_are_those_that_were_asked_for_and_live() {
    static TAG: Tag = Tag::new("tests_figures");
    let alloc = SmartAlloc::default();
    zone(&alloc, &TAG, || {
        let blocks: Vec<Box<[u8; 33]>> = (0..10).map(|_| Box::new([1; 33])).collect();
        // The list of ten pointers, and what the figures themselves take: nothing, they are taken before that.
        let now = figures(&TAG);
        assert_eq!((now.blocks, now.pinned_bytes, now.escaped), (11, 0, 0), "{now:?}");
        assert_eq!(now.bytes, 10 * 33 + 10 * size_of::<usize>());
        drop(blocks);
    });
    let kept = zone(&alloc, &TAG, || (Box::new([1_u8; 33]), String::from("twelve bytes")));
    let now = figures(&TAG);
    assert_eq!((now.blocks, now.bytes, now.pinned_bytes, now.escaped), (2, 45, CHUNK, 2));
    drop(kept.0);
    assert_eq!((figures(&TAG).blocks, figures(&TAG).bytes), (1, 12));
    let mut text = kept.1;
    // It shrinks where it is, on another thread.
    let text = std::thread::spawn(move || {
        text.truncate(6);
        text.shrink_to_fit();
        text
    });
    let text = text.join().expect("no panic");
    assert_eq!((figures(&TAG).blocks, figures(&TAG).bytes), (1, 6));
    drop(text);
    let now = figures(&TAG);
    assert_eq!((now.blocks, now.bytes, now.pinned_bytes, now.escaped), (0, 0, 0, 2));
}

#[test]
fn an_escape_is_a_block_that_its_thread_had_not_freed_when_its_zone_ended() {
    static TAG: Tag = Tag::new("tests_escapes");
    let alloc = SmartAlloc::default();
    let mut kept = Vec::with_capacity(3);
    for round in 1..=3 {
        zone(&alloc, &TAG, || {
            // Several chunks, of which one block stays.
            let mut blocks: Vec<Box<[u8; 500]>> = (0..100).map(|_| Box::new([1; 500])).collect();
            kept.push(blocks.swap_remove(round % 100));
        });
        assert_eq!((figures(&TAG).blocks, figures(&TAG).escaped), (round, round));
    }
    drop(kept);
    assert_eq!((figures(&TAG).blocks, figures(&TAG).pinned_bytes), (0, 0));
}

#[test]
fn the_figures_of_an_allocator_have_those_of_the_zones() {
    static TAG: Tag = Tag::new("tests_in_stats");
    let alloc = SmartAlloc::default();
    let kept = zone(&alloc, &TAG, || Box::new([0_u8; 77]));
    let stats = alloc.stats();
    assert_eq!(stats.ambient.tag("tests_in_stats").map(|tag| (tag.blocks, tag.bytes)), Some((1, 77)));
    assert!(stats.ambient.region_bytes == 8 << 20 && stats.ambient.free_bytes < 8 << 20);
    assert!(stats.ambient.bytes >= 77 && stats.ambient.pinned_bytes >= CHUNK);
    drop(kept);
}

#[test]
fn tags_are_visited_without_an_allocation_and_have_what_the_figures_have() {
    static TAG: Tag = Tag::new("tests_visited");
    let alloc = SmartAlloc::default();
    zone(&alloc, &TAG, || {});
    // More than are counted at once.
    let kept: Vec<(&'static str, Box<[u8]>)> = (0..70)
        .map(|number| {
            let path = &*format!("tests_visited_{number}").leak();
            let block = alloc.with_tag(path, |alloc| alloc.ambient(|| vec![0_u8; number + 1].into_boxed_slice()));
            (path, block)
        })
        .collect();
    let mut visited = Vec::with_capacity(1000);
    let ((), calls) = passed_on(|| AmbientAlloc::for_each_tag(|tag| visited.push(tag)));
    assert_eq!(calls, 0);
    let stats = AmbientAlloc::stats();
    for (path, block) in &kept {
        // Other tests go on meanwhile, with tags of their own.
        let tag = visited.iter().find(|tag| tag.path == *path).copied();
        assert_eq!(tag, stats.tag(path));
        let figures = tag.map(|tag| (tag.bytes, tag.blocks, tag.pinned_bytes, tag.escaped));
        assert_eq!(figures, Some((block.len(), 1, CHUNK, 1)), "{path}");
    }
    drop(kept);
    AmbientAlloc::for_each_tag(|tag| assert!(!tag.path.starts_with("tests_visited_") || tag.bytes == 0, "{tag:?}"));
}

/// What the frames of a recording say of a tag: bytes that it pins, and blocks that escaped in the frame.
fn recorded(bytes: &[u8], path: &str) -> Vec<(u64, u64)> {
    let (mut id, mut frames) = (None, Vec::new());
    for item in Decoder::new(bytes).expect("a recording") {
        match item.expect("whole") {
            Item::Definition(Definition { kind: Kind::Tag, id: number, name, .. }) if name == path => id = Some(number),
            Item::Frame(frame) => {
                let zones = frame.zones.iter().find(|zones| Some(zones.id) == id);
                frames.push(zones.map_or((0, 0), |zones| (zones.pinned, zones.escaped)));
            }
            _ => {}
        }
    }
    frames
}

#[test]
fn recordings_and_snapshots_say_what_escaped_and_what_it_pins() {
    static TAG: Tag = Tag::new("tests_recorded_zones");
    let mut alloc = SmartAlloc::default();
    // Before the recording.
    let before = zone(&alloc, &TAG, || Box::new([1_u8; 100]));
    alloc.record_in_memory(RecordOptions::default()).expect("nothing is written");
    let mut kept = Vec::new();
    alloc.whole_frame(|alloc| kept = zone(alloc, &TAG, || (0..5).map(|_| vec![1_u8; 4000]).collect()));
    let snapshot = alloc.snapshot();
    alloc.whole_frame(|alloc| zone(alloc, &TAG, || drop(std::hint::black_box(Box::new(1)))));
    drop((before, kept));
    alloc.whole_frame(|_| ());
    let (_, bytes) = alloc.take_recording().expect("nothing is written");
    // The list of vectors and what they have: over two chunks, of which the second has room and is gone on with, unless another
    // thread's took its place.
    let frames = recorded(&bytes, TAG.path());
    assert_eq!(frames.iter().map(|(_, escaped)| *escaped).collect::<Vec<_>>(), [6, 0, 0]);
    let chunks: Vec<u64> = frames.iter().map(|(pinned, _)| pinned / CHUNK as u64).collect();
    assert!((1..=3).contains(&chunks[0]) && (1..=3).contains(&chunks[1]) && chunks[2] == 0, "{chunks:?}");
    let zones = snapshot.zones.iter().find(|zones| zones.path == TAG.path()).expect("used");
    assert_eq!((zones.blocks, zones.escaped), (7, 7));
    assert!((2..=3).contains(&(zones.pinned_bytes / CHUNK as u64)), "{zones:?}");
}

#[test]
fn figures_take_nothing_of_the_zone_that_asks_for_them() {
    static TAG: Tag = Tag::new("tests_asking");
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| {
        for path in ["tests_asking::a", "tests_asking::b", "tests_asking::c"] {
            alloc.with_tag(path, |alloc| alloc.frame_slice_copy(&[1_u8; 10]).len());
        }
    });
    let figures_of = |stats: &framealloc_core::AmbientStats| stats.tag(TAG.path()).map(|tag| (tag.blocks, tag.bytes));
    zone(&alloc, &TAG, || {
        let block = Box::new([1_u8; 33]);
        // What they are asked for is what there was before, in which form ever.
        assert_eq!(figures_of(&AmbientAlloc::stats()), Some((1, 33)));
        let stats = alloc.stats();
        assert_eq!(figures_of(&stats.ambient), Some((1, 33)));
        drop(stats);
        let snapshot = alloc.snapshot();
        let zones = snapshot.zones.iter().find(|zones| zones.path == TAG.path());
        assert_eq!(zones.map(|zones| (zones.blocks, zones.bytes)), Some((1, 33)));
        drop((snapshot, block));
    });
    assert_eq!(AmbientAlloc::stats().tag(TAG.path()), None, "nothing lives, and nothing escaped");
}

/// Zones of a program may be around its frames: what framealloc finds, lists and tells there lives longer than they do.
#[test]
fn frames_that_end_in_a_zone_leave_nothing_there() {
    static TAG: Tag = Tag::new("tests_frames_in_zones");
    let outer = SmartAlloc::default();
    let mut alloc = SmartAlloc::default();
    let told = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let telling = std::sync::Arc::clone(&told);
    let subscription = alloc.on_frame_event(move |_, _| _ = telling.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    zone(&outer, &TAG, || {
        for number in 0..20_usize {
            alloc.whole_frame(|alloc| {
                for path in ["tests_frames_in_zones::a", "tests_frames_in_zones::b"].iter().take(number) {
                    alloc.with_tag(*path, |alloc| alloc.frame_slice_copy(&[1_u8; 1000]).len());
                }
                alloc.begin_phase("tests_left_open");
                std::mem::forget(alloc.frame_scope());
                alloc.raise(framealloc_core::Diagnostic::new("TEST", framealloc_core::Level::Warning, "words"));
            });
            alloc.deliver_diagnostics();
            drop(alloc.frame_box(1));
        }
    });
    let told = told.load(std::sync::atomic::Ordering::Relaxed);
    assert!(told > 40, "{told}");
    assert_eq!(AmbientAlloc::stats().tag(TAG.path()), None, "what was found and told is framealloc's own");
    drop(subscription);
}
