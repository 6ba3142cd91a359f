//! `--trace`: what runs counted stands beside what was predicted. The recordings are written here, as a run of the program
//! would write them; that a run does is `recorded_heap` of framealloc-core.

mod support;

use framealloc_trace::{Encoder, FrameView, Kind, SystemFigures, SystemHeap};
use support::Sample;

const GAME: &str = r#"
use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = "physics", budget = "1MiB")]
pub fn solve(alloc: &SmartAlloc, count: usize) -> usize {
    let names: Vec<String> = (0..count).map(|at| format!("body {at}")).collect();
    names.len() + alloc.frame_slice_zeroed::<u64>(count).len()
}

#[frame_system(name = "game.fixed", budget = "128B")]
pub fn fixed(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_zeroed::<u8>(100).len()
}

#[frame_system]
pub fn behind(alloc: &SmartAlloc, job: &dyn Fn() -> usize) -> usize {
    job() + alloc.frame_slice_zeroed::<u8>(10).len()
}

#[frame_system]
pub fn rare(alloc: &SmartAlloc) -> String {
    format!("{}", alloc.frame_number())
}

#[frame_system]
pub fn accepted(alloc: &SmartAlloc) -> String {
    // fa:allow(FA401): once in a while
    format!("{}", alloc.frame_number())
}
"#;

/// The calls, bytes and use of the heap (calls, bytes) of a system in one frame.
type Ran = (&'static str, u64, u64, Option<(u64, u64)>);

/// A run: by system its calls, bytes, largest call and use of the heap in one frame, and the bytes of tags.
fn recording(frames: u64, systems: &[Ran], tags: &[(&str, u64)]) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let mut of_systems = Vec::new();
    for ((name, calls, bytes, heap), id) in systems.iter().zip(0..) {
        encoder.define(Kind::System, id, name, 0);
        let heap = heap.map(|(calls, bytes)| SystemHeap { calls, bytes });
        of_systems.push(SystemFigures { id, calls: *calls, bytes: *bytes, largest_call: *bytes, heap });
    }
    let mut of_tags = Vec::new();
    for ((name, bytes), id) in tags.iter().zip(0..) {
        encoder.define(Kind::Tag, id, name, 0);
        of_tags.push((id, *bytes));
    }
    for number in 1..=frames {
        let bytes = of_tags.iter().map(|(_, bytes)| bytes).sum();
        encoder.frame(&FrameView { number, bytes, systems: &of_systems, tags: &of_tags, ..FrameView::default() });
    }
    encoder.into_bytes()
}

fn counted() -> Vec<u8> {
    let systems = [
        ("game::solve", 1, 112, Some((13, 408))),
        ("game.fixed", 2, 104, Some((0, 0))),
        ("game::behind", 1, 16, Some((1, 100))),
        ("game::accepted", 1, 0, Some((1, 8))),
    ];
    recording(200, &systems, &[("physics", 900), ("level_7", 100)])
}

fn sample(name: &str, bytes: &[u8]) -> Sample {
    let sample = Sample::game(GAME);
    std::fs::write(sample.path(name), bytes).unwrap();
    sample
}

/// The codes of findings in the order of the report, each with its line.
fn codes(report: &str) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|one| format!("{} {}", one["code"].as_str().unwrap(), one["place"]["start"]["line"])).collect()
}

#[test]
fn findings_have_the_figures_of_their_system_and_the_dearest_come_first() {
    let sample = sample("run.fa", &counted());
    let ran = sample.run("--trace run.fa --format json --min-severity hint");
    assert_eq!(
        codes(&ran.stdout),
        // By calls of the heap; then what costs nothing that is counted, by place; what never ran is last.
        ["FA401 6", "FA401 6", "FA912 1", "FA913 5", "FA911 16", "FA401 22"]
    );
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let measured = &report["findings"][0]["measured"];
    assert_eq!(measured["system"], "game::solve");
    assert_eq!((&measured["frames"], &measured["calls"]), (&200.into(), &200.into()));
    assert_eq!((&measured["heap_calls_per_frame"], &measured["bytes_per_frame"]), (&13.0.into(), &112.0.into()));
    assert_eq!(measured["share"], 0.112);
    let text = sample.run("--trace run.fa").stdout;
    let figures = "in run.fa (200 frames): 1 call of `game::solve` and 112 B a frame (11.2 % of it), at most 112 B in a call; \
                   13 calls of the heap a frame for 408 B";
    assert!(text.contains(figures), "{text}");
    assert!(text.contains("in run.fa (200 frames): `game::rare` never ran"), "{text}");
}

#[test]
fn the_analyser_is_graded_by_the_run() {
    let sample = sample("run.fa", &counted());
    let grade = sample.run("--trace run.fa").stderr;
    for line in [
        "run.fa: 4 of 5 systems ran",
        // What was accepted in the source was predicted all the same.
        "the heap, 4 systems counted: 2 predicted and seen, 0 predicted and not seen, 1 seen and not predicted; precision 100.0 %, recall 66.7 %",
        "frame memory: the bound held in 3 of 3 systems that have one",
    ] {
        assert!(grade.contains(line), "{line} in {grade}");
    }
    assert!(!sample.run("").stderr.contains("systems ran"), "without a run nothing is graded");
}

#[test]
fn what_waits_frees_or_stops_growing_is_no_prediction_of_the_heap() {
    let game = r"
use std::sync::Mutex;
use framealloc::{SmartAlloc, frame_system};

#[frame_system(no_block)]
pub fn waits(alloc: &SmartAlloc, level: &Mutex<u64>) -> u64 {
    alloc.frame_slice_zeroed::<u8>(8).len() as u64 + *level.lock().unwrap()
}

#[frame_system(no_heap)]
pub fn fills(alloc: &SmartAlloc, kept: &mut Vec<u64>) {
    kept.clear();
    kept.push(alloc.frame_number());
}

#[frame_system(no_heap)]
pub fn frees(alloc: &SmartAlloc, kept: Vec<u64>) -> usize {
    kept.len() + alloc.frame_slice_zeroed::<u8>(8).len()
}

#[frame_system(no_heap)]
pub fn calls(alloc: &SmartAlloc, job: &dyn Fn()) {
    alloc.frame_slice_zeroed::<u8>(8);
    job();
}
";
    let systems = ["game::waits", "game::fills", "game::frees", "game::calls"].map(|name| (name, 1, 8, Some((0, 0))));
    let sample = Sample::game(game);
    std::fs::write(sample.path("run.fa"), recording(10, &systems, &[])).unwrap();
    let ran = sample.run("--trace run.fa --pedantic -W FA403");
    for code in ["FA402", "FA403", "FA411", "FA412"] {
        assert!(ran.stdout.contains(code), "{code}: {}", ran.stdout);
    }
    assert!(ran.stderr.contains("4 systems counted: 0 predicted and seen, 0 predicted and not seen"), "{}", ran.stderr);
}

#[test]
fn a_bound_that_did_not_hold_counts_against_the_analyser() {
    let systems = [("game.fixed", 1, 200, None)];
    let sample = sample("run.fa", &recording(10, &systems, &[]));
    let ran = sample.run("--trace run.fa");
    assert!(ran.stderr.contains("the bound held in 0 of 1 systems"), "{}", ran.stderr);
}

#[test]
fn what_was_not_counted_is_no_zero() {
    let systems = [("game::solve", 1, 112, None), ("game::rare", 1, 0, None)];
    let sample = sample("run.fa", &recording(10, &systems, &[]));
    let ran = sample.run("--trace run.fa");
    assert!(ran.stdout.contains("calls of the heap were not counted"), "{}", ran.stdout);
    assert!(ran.stderr.contains("the heap: not counted; with `HeapGuard`"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("precision"), "{}", ran.stderr);
}

#[test]
fn several_runs_are_added_up() {
    let sample = sample("one.fa", &recording(100, &[("game::rare", 1, 0, Some((1, 8)))], &[]));
    std::fs::write(sample.path("two.fa"), recording(300, &[("game::rare", 1, 0, Some((3, 24)))], &[])).unwrap();
    let ran = sample.run("--trace one.fa --trace two.fa --only FA401");
    assert!(ran.stdout.contains("in 2 runs (400 frames): 1 call of `game::rare`"), "{}", ran.stdout);
    assert!(ran.stdout.contains("2.50 calls of the heap a frame for 20 B"), "{}", ran.stdout);
}

#[test]
fn each_of_several_runs_is_graded_by_itself_where_more_is_asked_for() {
    let sample = sample("one.fa", &recording(100, &[("game::rare", 1, 0, Some((1, 8)))], &[]));
    std::fs::write(sample.path("two.fa"), recording(100, &[("game::solve", 1, 0, Some((0, 0)))], &[])).unwrap();
    let ran = sample.run("--trace one.fa --trace two.fa -v");
    for line in [
        "one.fa: 1 of 5 systems ran",
        "two.fa: 1 of 5 systems ran",
        "two.fa: `game::solve` was predicted to use the heap, and did not",
        "2 runs: 2 of 5 systems ran",
    ] {
        assert!(ran.stderr.contains(line), "{line} in {}", ran.stderr);
    }
    assert!(!sample.run("--trace one.fa --trace two.fa").stderr.contains("one.fa: 1 of 5"));
}

#[test]
fn a_run_of_another_program_is_said_to_be_one() {
    let heap = Some((0, 0));
    let others =
        [("shop::buy", 1, 0, heap), ("shop::sell", 1, 0, heap), ("shop::steal", 1, 0, heap), ("x", 1, 0, heap)];
    let sample = sample("other.fa", &recording(10, &others, &[]));
    let said = sample.run("--trace other.fa").stderr;
    let line = "other.fa: of no system that ran a source was read (`shop::buy`, `shop::sell`, `shop::steal` and 1 more): is it of another program";
    assert!(said.contains(line), "{said}");
    assert!(said.contains("other.fa: 0 of 5 systems ran") && !said.contains("not counted"), "{said}");
    assert!(!sample.run("--trace other.fa").stdout.contains("never ran"), "nothing is known of these systems");
    std::fs::write(sample.path("mixed.fa"), recording(10, &[("game::solve", 1, 0, heap), ("x", 1, 0, heap)], &[]))
        .unwrap();
    let said = sample.run("--trace mixed.fa").stderr;
    assert!(said.contains("mixed.fa: in no source that was read: `x`"), "{said}");
}

#[test]
fn a_run_that_is_cut_off_is_said_to_be_one_beside_the_grade() {
    let whole = counted();
    let sample = sample("cut.fa", &whole[..whole.len() / 2]);
    let ran = sample.run("--trace cut.fa");
    assert!(ran.stderr.contains("cargo-fa: cut.fa: the recording is cut off"), "{}", ran.stderr);
    assert!(ran.stderr.contains("systems ran"), "{}", ran.stderr);
    std::fs::write(sample.path("old.fa"), b"FATRACE\0\x01").unwrap();
    let ran = sample.run("--trace old.fa");
    assert!(ran.code == 2 && ran.stderr.contains("old.fa: "), "{}", ran.stderr);
}

#[test]
fn what_several_systems_share_counts_for_each_of_them() {
    let game = r#"
use framealloc::{SmartAlloc, frame_system};

fn name(id: u64) -> String {
    format!("body {id}")
}

#[frame_system]
pub fn one(alloc: &SmartAlloc) -> usize {
    name(alloc.frame_number()).len()
}

#[frame_system]
pub fn other(alloc: &SmartAlloc) -> usize {
    name(alloc.frame_number() + 1).len()
}
"#;
    let systems = ["game::one", "game::other"].map(|name| (name, 1, 0, Some((1, 8))));
    let sample = Sample::game(game);
    std::fs::write(sample.path("run.fa"), recording(10, &systems, &[])).unwrap();
    let ran = sample.run("--trace run.fa --only FA9");
    assert!(ran.stderr.contains("2 predicted and seen, 0 predicted and not seen, 0 seen"), "{}", ran.stderr);
    assert!(!ran.stdout.contains("FA911"), "whatever codes are looked for: {}", ran.stdout);
}

#[test]
fn a_snapshot_is_a_run_of_one_frame() {
    let snapshot = |counts: bool| {
        format!(
            r#"{{ "frame": {{ "bytes": 500 }}, "heap_is_counted": {counts},
                 "systems": [{{ "name": "game::rare", "calls": 1, "bytes": 0, "largest_call": 0,
                                "heap": {{ "calls": 2, "bytes": 16 }} }}],
                 "tags": [{{ "path": "physics", "bytes": 500 }}] }}"#
        )
    };
    let sample = sample("now.json", snapshot(true).as_bytes());
    let ran = sample.run("--trace now.json --only FA401");
    assert!(ran.stdout.contains("2 calls of the heap a frame for 16 B"), "{}", ran.stdout);
    sample.write("now.json", &snapshot(false));
    let ran = sample.run("--trace now.json --only FA401");
    assert!(ran.stdout.contains("calls of the heap were not counted"), "{}", ran.stdout);
}

#[test]
fn a_file_that_is_no_run_is_named() {
    let sample = sample("run.fa", b"FATRACE\0\x02");
    for (words, message) in [
        ("--trace none.fa", "none.fa: "),
        ("--trace Cargo.toml", "Cargo.toml: this is not a recording of framealloc"),
        ("--trace run.fa", "run.fa: no frame was recorded"),
    ] {
        let ran = sample.run(words);
        assert_eq!(ran.code, 2, "{words}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{words}: {}", ran.stderr);
    }
}
