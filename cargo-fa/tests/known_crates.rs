//! What common crates do to memory, in a frame: what their rows say.

mod support;

use std::collections::BTreeSet;

use support::{Sample, manifest};

const PROGRAM: &str = r#"
use framealloc::{SmartAlloc, frame_system};
use itertools::Itertools as _;
use rayon::prelude::*;
use slotmap::{DefaultKey, SlotMap};
use smallvec::SmallVec;

#[derive(Clone, serde::Deserialize)]
pub struct Save { name: String }
#[derive(Clone, Copy, serde::Deserialize)]
pub struct Score { points: u32 }
pub struct Shared { log: parking_lot::Mutex<String>, seen: parking_lot::RwLock<Vec<u32>> }

#[frame_system]
pub fn locks(alloc: &SmartAlloc, shared: &Shared) -> usize {
    let copy = shared.log.lock().clone(); //~ FA401
    let again = shared.seen.read().to_vec(); //~ FA401
    copy.len() + again.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn locks_alone(alloc: &SmartAlloc, shared: &Shared) -> usize {
    shared.log.lock().len() + shared.seen.try_read().map_or(0, |seen| seen.len()) + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn maps(alloc: &SmartAlloc, number: u32) -> usize {
    let mut by_name = ahash::AHashMap::new();
    by_name.insert(number, number); //~ FA402
    let mut order = indexmap::IndexMap::new();
    order.insert(number, number); //~ FA402
    let mut slots: SlotMap<DefaultKey, u32> = SlotMap::new();
    slots.insert(number); //~ FA402
    by_name.len() + order.len() + slots.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn other_hashers(alloc: &SmartAlloc, number: u32) -> usize {
    let mut seen = fxhash::FxHashSet::<u32>::default();
    seen.insert(number); //~ FA402
    let mut counts: ahash::HashMap<u32, u32> = Default::default();
    *counts.entry(number).or_insert(0) += 1; //~ FA402
    seen.len() + counts.len() + *alloc.frame_box(1_usize)
}

pub struct Recorder { pub commands: Vec<u32> }
pub struct Macro { pub commands: Vec<u32> }
pub struct Atlas { pending: SmallVec<[Option<Recorder>; 1]> }

impl Recorder {
    #[frame_system]
    pub fn record(&mut self, alloc: &SmartAlloc, command: u32) {
        self.commands.push(command + *alloc.frame_box(0_u32));
    }
}

impl Atlas {
    #[frame_system]
    pub fn replay(&mut self, alloc: &SmartAlloc) -> u32 {
        for slot in &mut self.pending {
            if let Some(recorder) = slot {
                recorder.commands.clear();
            }
        }
        *alloc.frame_box(1_u32)
    }
}

#[frame_system]
pub fn in_place(alloc: &SmartAlloc, number: u32) -> usize {
    let mut few: SmallVec<[u32; 8]> = SmallVec::new();
    few.push(number);
    let mut fixed = arrayvec::ArrayVec::<u32, 8>::new();
    fixed.push(number);
    few.len() + fixed.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn channels(alloc: &SmartAlloc) -> u32 {
    let (sender, receiver) = crossbeam_channel::unbounded::<u32>(); //~ FA401
    let (other, end) = flume::bounded::<u32>(4); //~ FA401
    let _ = sender.send(*alloc.frame_box(1)); //~ FA401
    let _ = other.send(1);
    receiver.recv().unwrap_or(0) + end.recv().unwrap_or(0)
}

#[frame_system]
pub fn channels_with_room(
    alloc: &SmartAlloc,
    jobs: &async_channel::Sender<u32>,
    all: &tokio::sync::broadcast::Sender<u32>,
    endless: &tokio::sync::mpsc::UnboundedSender<u32>,
) -> u32 {
    let _ = jobs.try_send(1);
    let _ = all.send(2);
    let _ = endless.send(3); //~ FA401
    *alloc.frame_box(4)
}

#[frame_system]
pub fn reads_and_writes(alloc: &SmartAlloc, text: &str) -> usize {
    let save: Save = serde_json::from_str(text).unwrap(); //~ FA401
    let score = serde_json::from_str::<Score>(text).unwrap();
    let written = serde_json::to_string(&score.points).unwrap(); //~ FA401
    save.name.len() + written.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn iterators(alloc: &SmartAlloc, numbers: &[u32]) -> usize {
    let largest = numbers.iter().sorted().last(); //~ FA401
    let all = numbers.iter().collect_vec(); //~ FA401
    let pairs = numbers.iter().tuple_windows().filter(|(left, right)| left < right).count();
    largest.map_or(0, |_| 1) + all.len() + pairs + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn on_all_threads(alloc: &SmartAlloc, numbers: &[u32]) -> u32 {
    let doubled: Vec<u32> = numbers.par_iter().map(|number| number * 2).collect(); //~ FA401
    doubled[0] + numbers.par_iter().sum::<u32>() + *alloc.frame_box(1)
}

#[frame_system]
pub fn vectors(alloc: &SmartAlloc, at: glam::Vec3, by: glam::Quat) -> f32 {
    let turned = (by * at.clone()).normalize();
    tracing::debug!("{}", turned.to_string());
    log::info!("turned {}", format!("{turned}"));
    turned.x + *alloc.frame_box(1.0_f32)
}
"#;

#[test]
fn rows_of_common_crates_say_what_takes_memory() {
    let names = [
        "ahash",
        "anyhow",
        "arrayvec",
        "async-channel",
        "crossbeam-channel",
        "flume",
        "fxhash",
        "glam",
        "indexmap",
        "itertools",
        "log",
        "parking_lot",
        "rayon",
        "serde",
        "serde_json",
        "slotmap",
        "smallvec",
        "tokio",
        "tracing",
    ];
    let dependencies: String = names.iter().flat_map(|name| [*name, " = \"*\"\n"]).collect();
    let sample = Sample::empty()
        .file("Cargo.toml", &(manifest("game") + &dependencies + "\n[workspace]\n"))
        .file("src/lib.rs", PROGRAM);
    let found: BTreeSet<String> = sample.codes("").into_iter().collect();
    let lines = PROGRAM.lines().enumerate().filter_map(|(at, line)| Some((at + 1, line.split_once("//~")?.1)));
    let expected: BTreeSet<String> = lines
        .flat_map(|(at, codes)| codes.split_whitespace().map(move |code| format!("{code} src/lib.rs:{at}")))
        .collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let wrong: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "not found: {missing:#?}\nunexpected: {wrong:#?}");
}

#[test]
fn an_address_that_another_language_is_given_is_a_hint() {
    let program = "use framealloc::{SmartAlloc, frame_system};\n\
        unsafe extern \"C\" { fn keep(data: *const u8, len: usize); fn now() -> u64; }\n\
        #[frame_system]\n\
        pub fn give(alloc: &SmartAlloc) -> u64 {\n\
            let bytes = alloc.frame_slice_copy(&[1_u8, 2]);\n\
            unsafe { keep(bytes.as_ptr(), bytes.len()); now() }\n\
        }\n";
    let sample =
        Sample::empty().file("Cargo.toml", &(manifest("game") + "\n[workspace]\n")).file("src/lib.rs", program);
    assert_eq!(sample.codes(""), Vec::<String>::new());
    assert_eq!(sample.codes("--pedantic"), ["FA601 src/lib.rs:6"]);
}
