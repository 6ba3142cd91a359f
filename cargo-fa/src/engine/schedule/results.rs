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

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::graph::Named;
use super::stand::{Change, Stand};
use crate::engine::flow::stored::{Known, Told};
use crate::engine::flow::summary::Analysed;
use crate::engine::hir::cache::Cache;
use crate::engine::hir::hash::hash;
use crate::engine::hir::interface::mentions;
use crate::engine::hir::ir::ExprId;
use crate::engine::hir::offset;
use crate::engine::resolve::numbering::{self, GONE};
use crate::engine::resolve::{FnId, Program};
use crate::model::finding::Confidence;

/// Once this part of all results is among the recent ones, all are written anew.
const RECENT: usize = 4;
/// How many builds (features, targets, tests or not) of a workspace have results.
const KEPT: usize = 4;

#[derive(Serialize, Deserialize)]
struct Head {
    stand: Stand,
    /// The function of each result, and how long it is.
    results: Vec<(u32, u32)>,
    /// The file of each list of calls, and how long it is.
    calls: Vec<(u32, u32)>,
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
    /// By file: what its functions call.
    calls: FxHashMap<u32, Vec<At>>,
    stand: Stand,
    fresh: Mutex<Vec<(FnId, Vec<u8>)>>,
    fresh_calls: Mutex<Vec<(u32, Vec<u8>)>>,
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
            calls: FxHashMap::default(),
            stand: Stand::default(),
            fresh: Mutex::default(),
            fresh_calls: Mutex::default(),
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
        for (file, length) in head.calls {
            let to = from + length as usize;
            if to <= bytes.len() {
                self.calls.entry(file).or_default().push(At { layer, from, to });
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
                told.still_holds(id, known, &system).then_some(())?;
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

    /// What the functions of a file call, if it is known and would be the same now.
    pub(crate) fn calls_in(&self, program: &Program<'_>, file: usize) -> Vec<(FnId, Named)> {
        for at in self.calls.get(&offset(file)).into_iter().flatten() {
            let layer = &self.layers[at.layer];
            if !layer.is_usable(program, file) {
                continue;
            }
            let read = || postcard::from_bytes(&layer.bytes[at.from..at.to]).ok();
            let found: Option<Vec<(FnId, Named)>> = numbering::reading(&layer.now, read);
            if let Some(found) = found {
                if self.whole || at.layer > 0 {
                    self.keep_calls_of(file, &found);
                }
                return found;
            }
        }
        Vec::new()
    }

    /// Keeps what functions call of which that was not known.
    pub(crate) fn keep_calls<'n>(&self, program: &Program<'_>, new: impl Iterator<Item = (FnId, &'n Named)>) {
        if !self.is_kept() {
            return;
        }
        let mut by_file: FxHashMap<usize, Vec<(FnId, &Named)>> = FxHashMap::default();
        for (id, named) in new {
            by_file.entry(program.fn_def(id).file).or_default().push((id, named));
        }
        for (file, functions) in by_file {
            self.keep_calls_of(file, &functions);
        }
    }

    fn keep_calls_of(&self, file: usize, functions: &impl Serialize) {
        if let Ok(bytes) = numbering::writing(|| postcard::to_stdvec(functions)) {
            self.fresh_calls.lock().unwrap_or_else(PoisonError::into_inner).push((offset(file), bytes));
        }
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
        let (whole, stand, fresh, calls) = (self.whole, self.stand, self.fresh, self.fresh_calls);
        let write = move || {
            let mut fresh = fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
            fresh.sort();
            fresh.dedup();
            let mut calls = calls.into_inner().unwrap_or_else(PoisonError::into_inner);
            calls.sort();
            let head = Head {
                stand,
                results: fresh.iter().map(|(id, bytes)| (id.0, offset(bytes.len()))).collect(),
                calls: calls.iter().map(|(file, bytes)| (*file, offset(bytes.len()))).collect(),
            };
            let Ok(mut rest) = postcard::to_stdvec(&head) else { return };
            for bytes in fresh.iter().map(|(_, bytes)| bytes).chain(calls.iter().map(|(_, bytes)| bytes)) {
                rest.extend(bytes);
            }
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
