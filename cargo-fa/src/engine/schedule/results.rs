//! What the analysis of each function found, from one run to the next.
//!
//! After an edit most functions would be found to do what they did before. A result is used again where
//!
//! - the file of the function is what it was;
//! - outside of functions, all files say what they said, but for functions that are found by their names only
//!   (`hir/interface.rs`), and the file of the function says none of the names of those that differ;
//! - everything else that the analysis asked (`flow/stored.rs`) has the answer that it had.
//!
//! The order of analyses, and which there are, is found out anew in each run: a result is only taken where that function
//! would be analysed just now, and is what it would come to. Results lie in two files: those of all functions, and those
//! of the functions that were analysed since, which are written after each edit. To follow each name that an analysis
//! looks up was rejected: it would let more results stand when a type changes, at a price in every lookup of every run.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::engine::flow::stored::{Known, Told};
use crate::engine::flow::summary::Analysed;
use crate::engine::hir::cache::Cache;
use crate::engine::hir::hash::hash;
use crate::engine::hir::interface::{Interface, mentions, mentions_outside};
use crate::engine::hir::ir::{ExprId, ItemId};
use crate::engine::hir::offset;
use crate::engine::project::Loaded;
use crate::engine::resolve::numbering::{self, GONE};
use crate::engine::resolve::{FnId, Program};
use crate::model::finding::Confidence;

/// When more files than this differ, all is analysed.
const MOST_CHANGED: usize = 32;
/// Once this part of all results is among the recent ones, all are written anew.
const RECENT: usize = 4;
/// How many builds (features, targets, tests or not) of a workspace have results.
const KEPT: usize = 4;

/// What results are of: written beside them, and compared before any is believed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Stand {
    /// Names and order of files, modules and crates.
    tree: u128,
    /// By file.
    keys: Vec<u128>,
    /// The file and item of each function.
    functions: Vec<(u32, u32)>,
    types: usize,
    statics: usize,
    modules: usize,
}

impl Stand {
    fn of(program: &Program<'_>) -> Self {
        let loaded = program.loaded;
        Self {
            tree: tree(loaded),
            keys: loaded.files.iter().map(|file| file.key).collect(),
            functions: program.fns.iter().map(|def| (offset(def.file), def.at.0)).collect(),
            types: program.types.len(),
            statics: program.statics.len(),
            modules: program.modules.len(),
        }
    }
}

fn tree(loaded: &Loaded) -> u128 {
    let mut bytes = Vec::new();
    for file in &loaded.files {
        bytes.extend(file.path.as_bytes());
        bytes.push(0);
        bytes.extend((file.member as u64).to_le_bytes());
        bytes.push(u8::from(file.refused.is_some()));
    }
    for krate in &loaded.crates {
        bytes.extend((krate.root as u64).to_le_bytes());
        // Not the items: what is declared before them moves them.
        for ((from, _), to) in &krate.modules {
            bytes.extend((*from as u64).to_le_bytes());
            bytes.extend((*to as u64).to_le_bytes());
        }
        bytes.push(1);
    }
    hash(&bytes)
}

#[derive(Serialize, Deserialize)]
struct Head {
    stand: Stand,
    /// The function of each result, and how long it is.
    results: Vec<(u32, u32)>,
}

/// The results of one file, as far as they may be used.
struct Layer {
    bytes: Vec<u8>,
    /// What functions are called now.
    now: Arc<[u32]>,
    /// By file: it is what it was.
    same: Vec<bool>,
    /// Functions that are not what they were; whoever names one of them is analysed again.
    names: Vec<String>,
    /// By file, once somebody asked: whether it says one of the names.
    concerned: Vec<OnceLock<bool>>,
}

impl Layer {
    fn is_usable(&self, program: &Program<'_>, file: usize) -> bool {
        let concerned = || {
            *self.concerned[file].get_or_init(|| {
                let names: FxHashSet<&str> = self.names.iter().map(String::as_str).collect();
                mentions(program.facts(file), &names)
            })
        };
        self.same[file] && (self.names.is_empty() || !concerned())
    }
}

/// Where a result lies.
#[derive(Clone, Copy)]
struct At {
    layer: usize,
    from: usize,
    to: usize,
}

/// Results of former runs, and those of this one.
pub(crate) struct Results {
    /// Of all functions, and of what was analysed since.
    paths: Option<[PathBuf; 2]>,
    layers: Vec<Layer>,
    known: FxHashMap<FnId, Vec<At>>,
    stand: Stand,
    fresh: Mutex<Vec<(FnId, Vec<u8>)>>,
    /// All are written, not only those that are new.
    whole: bool,
    has_new: AtomicBool,
    reused: AtomicUsize,
}

impl Results {
    /// Those of former runs of this build; `build` names all but the sources.
    pub(crate) fn open(cache: &Cache, build: Option<u128>, program: &Program<'_>) -> Self {
        let mut results = Self {
            paths: None,
            layers: Vec::new(),
            known: FxHashMap::default(),
            stand: Stand::default(),
            fresh: Mutex::default(),
            whole: true,
            has_new: AtomicBool::new(false),
            reused: AtomicUsize::new(0),
        };
        let (Some(directory), Some(build)) = (cache.directory(), build) else { return results };
        let path = |what: &str| directory.join(format!("{build:032x}-{what}.results"));
        let paths = [path("all"), path("recent")];
        results.stand = Stand::of(program);
        let all = results.read(&paths[0], cache, program);
        let recent = if all.is_some() { results.read(&paths[1], cache, program) } else { None };
        results.whole = match (all, recent) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(all), Some(recent)) => recent * RECENT > all,
        };
        results.paths = Some(paths);
        results
    }

    /// Whether anything is kept.
    pub(crate) fn is_kept(&self) -> bool {
        self.paths.is_some()
    }

    /// Adds the results of a file; how many there are, if they are of what we have here.
    fn read(&mut self, path: &Path, cache: &Cache, program: &Program<'_>) -> Option<usize> {
        let bytes = std::fs::read(path).ok()?;
        let (sum, rest) = bytes.split_first_chunk::<16>()?;
        if *sum != hash(rest).to_le_bytes() {
            return None;
        }
        let (head, results): (Head, &[u8]) = postcard::take_from_bytes(rest).ok()?;
        let start = bytes.len() - results.len();
        let change = Change::between(&head.stand, &self.stand, cache, program)?;
        let count = head.results.len();
        let layer = self.layers.len();
        let mut from = start;
        for (function, length) in head.results {
            let to = from + length as usize;
            let now = change.now.get(function as usize).copied().unwrap_or(GONE);
            if now != GONE && to <= bytes.len() {
                self.known.entry(FnId(now)).or_default().push(At { layer, from, to });
            }
            from = to;
        }
        let concerned = std::iter::repeat_with(OnceLock::new).take(change.same.len()).collect();
        self.layers.push(Layer { bytes, now: change.now.into(), same: change.same, names: change.names, concerned });
        Some(count)
    }

    /// What analysing this function would come to just now, if somebody has done it before.
    pub(crate) fn find(
        &self,
        program: &Program<'_>,
        id: FnId,
        known: &Known<'_, '_>,
        system: impl Fn(ExprId) -> Option<Confidence>,
    ) -> Option<Box<Analysed>> {
        let file = program.fn_def(id).file;
        for at in self.known.get(&id)? {
            let layer = &self.layers[at.layer];
            if !layer.is_usable(program, file) {
                continue;
            }
            let read = numbering::reading(&layer.now, || {
                let (told, rest): (Told, &[u8]) = postcard::take_from_bytes(&layer.bytes[at.from..at.to]).ok()?;
                told.still_holds(known, &system).then_some(())?;
                let analysed: Analysed = postcard::from_bytes(rest).ok()?;
                Some((told, analysed))
            });
            let Some((told, analysed)) = read else { continue };
            // What is in the functions of this file counts as read, as it would be without the result.
            program.facts(file).bodies.tables();
            self.reused.fetch_add(1, Ordering::Relaxed);
            let analysed = Box::new(analysed);
            if self.whole || at.layer > 0 {
                self.keep(id, &told, &analysed);
            }
            return Some(analysed);
        }
        None
    }

    /// How often a result was found.
    pub(crate) fn reused(&self) -> usize {
        self.reused.load(Ordering::Relaxed)
    }

    /// Keeps what an analysis came to.
    pub(crate) fn add(&self, id: FnId, told: &Told, analysed: &Analysed) {
        self.has_new.store(true, Ordering::Relaxed);
        self.keep(id, told, analysed);
    }

    fn keep(&self, id: FnId, told: &Told, analysed: &Analysed) {
        let bytes = numbering::writing(|| {
            let mut bytes = postcard::to_stdvec(told).ok()?;
            bytes.extend(postcard::to_stdvec(analysed).ok()?);
            Some(bytes)
        });
        if let Some(bytes) = bytes {
            self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push((id, bytes));
        }
    }

    /// Writes them, on a thread of its own.
    pub(crate) fn save(self) -> Option<JoinHandle<()>> {
        let [all, recent] = self.paths?;
        if !self.whole && !self.has_new.into_inner() {
            return None;
        }
        let (whole, stand, fresh) = (self.whole, self.stand, self.fresh);
        let write = move || {
            let mut fresh = fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
            fresh.sort();
            fresh.dedup();
            let head = Head { stand, results: fresh.iter().map(|(id, bytes)| (id.0, offset(bytes.len()))).collect() };
            let Ok(mut rest) = postcard::to_stdvec(&head) else { return };
            fresh.iter().for_each(|(_, bytes)| rest.extend(bytes));
            let mut bytes = hash(&rest).to_le_bytes().to_vec();
            bytes.extend(rest);
            let path = if whole { &all } else { &recent };
            let unfinished = path.with_extension(format!("unfinished-{}", std::process::id()));
            let written = std::fs::write(&unfinished, bytes).and_then(|()| std::fs::rename(&unfinished, path));
            if written.is_ok() && whole {
                let _ = std::fs::remove_file(&recent);
                remove_old(&all);
            }
        };
        std::thread::Builder::new().name("cargo-fa results".to_owned()).spawn(write).ok()
    }
}

/// Of builds that nobody has asked for in a while the results go.
fn remove_old(newest: &Path) {
    let entries =
        newest.parent().and_then(|directory| std::fs::read_dir(directory).ok()).into_iter().flatten().flatten();
    let mut all: Vec<(std::time::SystemTime, PathBuf)> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "results"))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    all.sort();
    let old = all.len().saturating_sub(2 * KEPT);
    for (_, path) in all.into_iter().take(old) {
        let _ = std::fs::remove_file(path);
    }
}

/// How the program has changed since results were written.
struct Change {
    same: Vec<bool>,
    names: Vec<String>,
    now: Vec<u32>,
}

impl Change {
    /// `None` where nothing may be used any more.
    fn between(old: &Stand, new: &Stand, cache: &Cache, program: &Program<'_>) -> Option<Self> {
        let shape = |stand: &Stand| (stand.tree, stand.keys.len(), stand.types, stand.statics, stand.modules);
        if shape(old) != shape(new) {
            return None;
        }
        let same: Vec<bool> = old.keys.iter().zip(&new.keys).map(|(old, new)| old == new).collect();
        let changed: Vec<usize> = (0..same.len()).filter(|file| !same[*file]).collect();
        if changed.len() > MOST_CHANGED {
            return None;
        }
        let mut names = Vec::new();
        let mut moved: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        for file in changed {
            if new.keys[file] == 0 {
                return None;
            }
            let before = Interface::of(&cache.outline(old.keys[file])?);
            let difference = Interface::of(program.facts(file)).since(&before)?;
            names.extend(difference.names);
            let functions = difference.functions.into_iter();
            moved.extend(functions.map(|(ItemId(before), ItemId(now))| ((offset(file), before), now)));
        }
        names.sort_unstable();
        names.dedup();
        let spoken: FxHashSet<&str> = names.iter().map(String::as_str).collect();
        let is_mentioned = || program.loaded.files.par_iter().any(|file| mentions_outside(&file.facts, &spoken));
        if !names.is_empty() && is_mentioned() {
            return None;
        }
        let now = numbers(old, new, &same, &moved)?;
        Some(Self { same, names, now })
    }
}

/// What each function of `old` is called now; `None` where that cannot be said.
fn numbers(old: &Stand, new: &Stand, same: &[bool], moved: &FxHashMap<(u32, u32), u32>) -> Option<Vec<u32>> {
    let is_same = |(file, _): (u32, u32)| same[file as usize];
    // Of files that have changed: a file that is in two crates is there twice.
    let mut there: FxHashMap<(u32, u32), Vec<u32>> = FxHashMap::default();
    for (at, function) in new.functions.iter().enumerate().filter(|(_, function)| !is_same(**function)) {
        there.entry(*function).or_default().push(offset(at));
    }
    let mut taken: FxHashMap<(u32, u32), usize> = FxHashMap::default();
    let mut unchanged = new.functions.iter().enumerate().filter(|(_, function)| is_same(**function));
    let mut now = Vec::with_capacity(old.functions.len());
    for function in &old.functions {
        now.push(if is_same(*function) {
            let (at, found) = unchanged.next()?;
            (found == function).then_some(())?;
            offset(at)
        } else {
            let place = moved.get(function).map(|item| (function.0, *item));
            let all = place.and_then(|place| Some((place, there.get(&place)?)));
            all.map_or(GONE, |(place, all)| {
                let next = taken.entry(place).or_default();
                *next += 1;
                all.get(*next - 1).copied().unwrap_or(GONE)
            })
        });
    }
    unchanged.next().is_none().then_some(now)
}
