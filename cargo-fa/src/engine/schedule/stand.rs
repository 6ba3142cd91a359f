//! The program that results are of, and how it differs from the one at hand.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::engine::hir::cache::Cache;
use crate::engine::hir::hash::hash;
use crate::engine::hir::interface::{Interface, mentions_outside};
use crate::engine::hir::ir::ItemId;
use crate::engine::hir::offset;
use crate::engine::resolve::Program;
use crate::engine::resolve::numbering::GONE;

/// When more files than this differ, all is analysed.
const MOST_CHANGED: usize = 32;
/// What results are of: written beside them, and compared before any is believed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Stand {
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
    pub(super) fn of(program: &Program<'_>) -> Self {
        let loaded = program.loaded;
        Self {
            tree: tree(program),
            keys: loaded.files.iter().map(|file| file.key).collect(),
            functions: program.fns.iter().map(|def| (offset(def.file), def.at.0)).collect(),
            types: program.types.len(),
            statics: program.statics.len(),
            modules: program.modules.len(),
        }
    }
}

fn tree(program: &Program<'_>) -> u128 {
    let loaded = program.loaded;
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

/// How the program has changed since results were written.
pub(super) struct Change {
    /// By file: it is what it was.
    pub(super) same: Vec<bool>,
    /// Functions that changed, are new or are gone, and that nobody names outside of functions.
    pub(super) names: Vec<String>,
    /// What functions are called now.
    pub(super) now: Vec<u32>,
}

impl Change {
    /// `None` where nothing may be used any more.
    pub(super) fn between(old: &Stand, new: &Stand, cache: &Cache, program: &Program<'_>) -> Option<Self> {
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
