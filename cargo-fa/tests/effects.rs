//! Effects across packages and crates: what is believed, what is held to it, and what is said to be unknown.

mod support;

use std::collections::BTreeSet;

use support::{Sample, manifest};

/// A game with these dependencies besides framealloc.
fn game(dependencies: &str, lib: &str) -> Sample {
    Sample::empty().file("Cargo.toml", &(manifest("game") + dependencies + "[workspace]\n")).file("src/lib.rs", lib)
}

/// The lines of a text that end with `//~` and this code, as a run names them.
fn marked(text: &str, code: &str) -> BTreeSet<String> {
    let lines =
        text.lines().enumerate().filter(|(_, line)| line.split("//~").nth(1).is_some_and(|marks| marks.contains(code)));
    lines.map(|(at, _)| format!("{code} src/lib.rs:{}", at + 1)).collect()
}

fn found(sample: &Sample, words: &str, code: &str) -> BTreeSet<String> {
    sample.codes(words).into_iter().filter(|row| row.starts_with(code)).collect()
}

const CRATES: &str = r#"
use crossbeam_channel as channel;
use framealloc::{SmartAlloc, frame_system};
use itertools::Itertools as _;
use rayon::prelude::*;

pub struct Shared {
    log: parking_lot::Mutex<u32>,
    seen: parking_lot::RwLock<u32>,
    ready: parking_lot::Condvar,
}

#[frame_system(no_block)]
pub fn locks(alloc: &SmartAlloc, shared: &Shared) -> u32 {
    let mut log = shared.log.lock(); //~ FA411
    shared.ready.wait(&mut log); //~ FA411
    let seen = shared.seen.upgradable_read(); //~ FA411
    let later = shared.log.try_lock_for(std::time::Duration::from_millis(1)); //~ FA411
    *log + *seen + u32::from(later.is_some()) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn tries(alloc: &SmartAlloc, shared: &Shared) -> u32 {
    shared.log.try_lock().map_or(0, |log| *log) + shared.seen.try_read().map_or(0, |seen| *seen) + *alloc.frame_box(1)
}

pub fn limited() -> (flume::Sender<u32>, flume::Receiver<u32>) {
    flume::bounded(8)
}

#[frame_system(no_block)]
pub fn channels(alloc: &SmartAlloc, orders: &channel::Receiver<u32>, replies: &flume::Sender<u32>) -> u32 {
    let order = orders.recv().unwrap_or(0); //~ FA411
    replies.send(order).ok(); //~ FA411
    let late = orders.recv_deadline(std::time::Instant::now()).unwrap_or(0); //~ FA411
    order + late + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn asks(alloc: &SmartAlloc, orders: &channel::Receiver<u32>, replies: &flume::Sender<u32>) -> u32 {
    let order = orders.try_recv().unwrap_or(0);
    replies.try_send(order).ok();
    order + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn futures(alloc: &SmartAlloc, events: &mut tokio::sync::mpsc::Receiver<u32>, jobs: &async_channel::Receiver<u32>) -> u32 {
    let event = events.blocking_recv().unwrap_or(0); //~ FA411
    let job = jobs.recv_blocking().unwrap_or(0); //~ FA411
    let more = pollster::block_on(async { 1 }); //~ FA411
    event + job + more + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn polls(alloc: &SmartAlloc, events: &mut tokio::sync::mpsc::Receiver<u32>, jobs: &async_channel::Receiver<u32>) -> u32 {
    events.try_recv().unwrap_or(0) + jobs.try_recv().unwrap_or(0) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn parallel(alloc: &SmartAlloc, values: &mut [u32]) -> u32 {
    values.par_iter_mut().for_each(|value| *value += 1); //~ FA411
    let (left, right) = rayon::join(|| 1, || 2); //~ FA411
    left + right + *alloc.frame_box(1)
}

#[frame_system]
pub fn joined_text(alloc: &SmartAlloc, values: &[u32]) -> usize {
    values.iter().join(", ").len() + *alloc.frame_box(1_usize)
}
"#;

const DEPENDENCIES: &str = "parking_lot = \"0.12\"\ncrossbeam-channel = \"0.5\"\nflume = \"0.11\"\ntokio = \"1\"\n\
    async-channel = \"2\"\npollster = \"0.4\"\nrayon = \"1\"\nitertools = \"0.14\"\n";

#[test]
fn what_waits_in_common_crates_is_known_and_what_tries_is_not_reported() {
    let sample = game(DEPENDENCIES, CRATES);
    assert_eq!(found(&sample, "", "FA411"), marked(CRATES, "FA411"));
}

const FOREIGN: &str = r"
use framealloc::{SmartAlloc, frame_system};
use rapier3d::prelude::PhysicsPipeline;

#[frame_system(no_block)]
pub fn step(alloc: &SmartAlloc, pipeline: &mut PhysicsPipeline) -> u32 { //~ FA412
    pipeline.step(); //~ FA411 FA401
    let value = noise::perlin(3.0);
    rapier3d::sin(value);
    *alloc.frame_box(1)
}
";

#[test]
fn what_other_crates_do_is_unknown_until_the_configuration_says_it() {
    let dependencies = "rapier3d = \"0.22\"\nnoise = \"0.9\"\n";
    let sample = game(dependencies, FOREIGN);
    assert_eq!(sample.codes(""), ["FA412 src/lib.rs:6"]);
    let told = sample.run("").stdout;
    let names = "3 calls unknown: `noise::perlin`, `rapier3d::prelude::PhysicsPipeline::step`, `rapier3d::sin`";
    assert!(told.contains(names), "{told}");
    let verbose = sample.run("-v").stderr;
    assert!(verbose.contains(&format!("game::step: {names}")), "{verbose}");

    let sample = sample.file(".fa.toml", "[effects]\n\"rapier3d::**::step\" = { heap = true, block = true }\n\"noise::**\" = { heap = false, block = false }\n");
    assert_eq!(found(&sample, "", "FA411"), marked(FOREIGN, "FA411"));
    assert_eq!(found(&sample, "", "FA401"), marked(FOREIGN, "FA401"));
    assert!(sample.run("").stdout.contains("1 call unknown: `rapier3d::sin`"));
    // Half an answer is none where both are asked.
    let half = sample.file(
        ".fa.toml",
        "[effects]\n\"rapier3d::**\" = { heap = false, block = false }\n\"noise::**\" = { heap = false }\n",
    );
    assert!(half.run("").stdout.contains("1 call unknown: `noise::perlin`"));
    let all = half.file(".fa.toml", "[effects]\n\"rapier3d::**\" = { heap = false, block = false }\n\"noise::**\" = { heap = false, block = false }\n");
    assert_eq!(all.codes(""), [""; 0]);
}

#[test]
fn an_entry_that_is_about_nothing_is_told() {
    let sample = game("rapier3d = \"0.22\"\n", FOREIGN).file(
        ".fa.toml",
        "[effects]\n\"rapier3d::**\" = { heap = false, block = false }\n\"rapeir3d::**\" = { heap = true }\n",
    );
    assert_eq!(found(&sample, "", "FA906"), BTreeSet::from(["FA906 .fa.toml:3".to_owned()]));
}

/// What is found in a package that nobody selected is told at the call, with the way.
#[test]
fn what_waits_in_another_package_is_reported_at_the_call() {
    let sample = Sample::empty()
        .file("Cargo.toml", &(manifest("game") + "leaf = { path = \"leaf\" }\n[workspace]\nmembers = [\"leaf\"]\n"))
        .file(
            "src/lib.rs",
            "use framealloc::{SmartAlloc, frame_system};\n\n#[frame_system(no_block)]\npub fn step(alloc: &SmartAlloc) -> u32 {\n    leaf::score() + *alloc.frame_box(1)\n}\n",
        )
        .file("leaf/Cargo.toml", "[package]\nname = \"leaf\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
        .file(
            "leaf/src/lib.rs",
            "use std::sync::Mutex;\n\nstatic SCORE: Mutex<u32> = Mutex::new(0);\n\npub fn score() -> u32 {\n    inner()\n}\n\nfn inner() -> u32 {\n    *SCORE.lock().unwrap()\n}\n",
        );
    let ran = sample.run("");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(sample.codes(""), ["FA411 src/lib.rs:5"]);
    assert!(ran.stdout.contains("below this call, `lock` may wait in the frame path"), "{}", ran.stdout);
    assert!(ran.stdout.contains("leaf/src/lib.rs:10"), "{}", ran.stdout);
    assert_eq!(sample.codes("--workspace"), ["FA411 leaf/src/lib.rs:10"]);
}

#[test]
fn waiting_is_off_by_default_and_shown_where_somebody_asks() {
    let sample = Sample::game(
        "use std::sync::Mutex;\n\nuse framealloc::{SmartAlloc, frame_system};\n\n#[frame_system]\npub fn step(alloc: &SmartAlloc, score: &Mutex<u32>) -> u32 {\n    *score.lock().unwrap() + *alloc.frame_box(1)\n}\n",
    );
    assert_eq!(sample.codes(""), [""; 0]);
    assert_eq!(sample.codes("-W FA411"), ["FA411 src/lib.rs:7"]);
    assert_eq!(sample.codes("--pedantic"), ["FA411 src/lib.rs:7"]);
}

#[test]
fn a_promise_that_holds_once_the_largest_frame_was_seen_is_warned_of_and_not_denied() {
    let sample = game(
        "",
        "use framealloc::{SmartAlloc, frame_system};\n\n\
         #[frame_system(no_heap)]\n\
         pub fn kept(alloc: &SmartAlloc, input: &[u32], out: &mut Vec<u32>) {\n    \
             out.clear();\n    out.extend(input);\n    assert!(alloc.is_in_frame());\n}\n",
    );
    let ran = sample.run("");
    assert!(ran.stdout.contains("warning[FA402]: `Vec::extend` may grow until it has seen"), "{}", ran.stdout);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    // The same without `clear` grows for ever.
    sample.write("src/lib.rs", &sample.read("src/lib.rs").replace("    out.clear();\n", ""));
    let ran = sample.run("");
    assert!(ran.stdout.contains("error[FA402]"), "{}", ran.stdout);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
}

#[test]
fn sending_without_a_limit_is_one_finding_whether_it_is_promised_or_not() {
    let lib = "use std::sync::mpsc::Sender;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn tells(alloc: &SmartAlloc, jobs: &Sender<u32>) {
    jobs.send(*alloc.frame_box(1)).ok();
}

#[frame_system(no_heap)]
pub fn promises(alloc: &SmartAlloc, jobs: &Sender<u32>) {
    jobs.send(*alloc.frame_box(2)).ok();
}
";
    let mut found = game("", lib).codes("");
    found.sort_unstable();
    assert_eq!(found, ["FA401 src/lib.rs:12", "FA401 src/lib.rs:7"]);
}
