//! A first look at sources, before any of them is parsed: which files `mod x;` most likely leads to, and what macros they
//! define.
//!
//! It goes by the bytes, and what is built may differ a little: the module trees are what counts, and what is missing for
//! them is looked at in another round. To take all files of a directory instead was tried: a library has a tenth of its
//! files behind features that are off.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::conditions::Conditions;
use super::text;
use crate::analysis::Edited;
use crate::engine::hir::condition::Cfg;
use crate::engine::hir::macros::{self, Found};
use crate::engine::hir::scratch;

/// A file that is to be read.
pub(super) struct Surveyed {
    pub(super) path: PathBuf,
    pub(super) member: usize,
    /// The macros that it defines.
    pub(super) macros: Vec<Found>,
}

/// A file whose modules lie in `children`.
pub(super) struct Start {
    pub(super) path: PathBuf,
    pub(super) children: PathBuf,
    pub(super) member: usize,
}

/// These files, and those that their modules lead to, sorted by path; `known` have been read.
pub(super) fn survey(
    starts: Vec<Start>,
    conditions: &Conditions,
    edited: &Edited,
    known: impl Fn(&Path) -> bool + Sync,
) -> Vec<Surveyed> {
    let survey = Survey { conditions, edited, known, seen: Mutex::default(), found: Mutex::default() };
    rayon::scope(|scope| {
        for start in starts {
            let survey = &survey;
            scope.spawn(move |scope| {
                let (path, member) = (start.path.clone(), start.member);
                // What is asked for by name is in the list whether it can be read or not.
                if !survey.look_at(scope, start, 0) && survey.is_new(&path) {
                    survey.found().push(Surveyed { path, member, macros: Vec::new() });
                }
            });
        }
    });
    let mut found = survey.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by(|left, right| left.path.as_os_str().cmp(right.path.as_os_str()));
    found
}

/// Modules deeper than this are left to later rounds: links may lead in circles.
const DEEPEST: u32 = 12;

struct Survey<'c, K> {
    conditions: &'c Conditions,
    edited: &'c Edited,
    known: K,
    seen: Mutex<FxHashSet<OsString>>,
    found: Mutex<Vec<Surveyed>>,
}

impl<K: Fn(&Path) -> bool + Sync> Survey<'_, K> {
    fn found(&self) -> std::sync::MutexGuard<'_, Vec<Surveyed>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_new(&self, path: &Path) -> bool {
        !(self.known)(path) && self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(path.into())
    }

    /// Whether the file is there.
    fn look_at<'s>(&'s self, scope: &rayon::Scope<'s>, start: Start, depth: u32) -> bool {
        let Start { path, children, member } = start;
        if !self.edited.contains_key(&path) && !path.is_file() {
            return false;
        }
        if !self.is_new(&path) {
            return true;
        }
        let (macros, modules) = scratch::with_buffer(|bytes| {
            if text::read(&path, self.edited, bytes).is_err() {
                return Default::default();
            }
            let modules: Vec<String> =
                modules(bytes, |cfg| self.conditions.holds(member, cfg) == Some(false)).collect();
            (macros::definitions(bytes), modules)
        });
        self.found().push(Surveyed { path, member, macros });
        for name in modules.into_iter().filter(|_| depth < DEEPEST) {
            let candidates = [children.join(format!("{name}.rs")), children.join(&name).join("mod.rs")];
            scope.spawn(move |scope| {
                for path in candidates {
                    let children = children_directory(&path);
                    if self.look_at(scope, Start { path, children, member }, depth + 1) {
                        break;
                    }
                }
            });
        }
        true
    }
}

/// Where the modules of a file live that is not the root of a crate.
pub(super) fn children_directory(file: &Path) -> PathBuf {
    let parent = file.parent().map(Path::to_owned).unwrap_or_default();
    let stem = file.file_stem().unwrap_or_default();
    if stem == "mod" { parent } else { parent.join(stem) }
}

/// The names of `mod name;` in a text, unless a condition before them leaves them out or they say which file they mean.
fn modules(bytes: &[u8], is_left_out: impl Fn(&Cfg) -> bool) -> impl Iterator<Item = String> {
    memmem::find_iter(bytes, b"mod ").filter_map(move |at| {
        if at.checked_sub(1).is_some_and(|before| is_word(bytes[before])) {
            return None;
        }
        let rest = bytes[at + 4..].trim_ascii_start();
        let name = &rest[..rest.iter().take_while(|byte| is_word(**byte)).count()];
        if name.is_empty() || !rest[name.len()..].trim_ascii_start().starts_with(b";") {
            return None;
        }
        let before = &bytes[..at];
        let from = before.iter().rposition(|byte| matches!(byte, b';' | b'{' | b'}')).map_or(0, |at| at + 1);
        let attributes = std::str::from_utf8(&before[from..]).unwrap_or_default();
        let is_built = !conditions(attributes).any(|cfg| is_left_out(&cfg)) && !attributes.contains("path =");
        let name = std::str::from_utf8(name).ok().filter(|_| is_built)?;
        Some(name.strip_prefix("r#").unwrap_or(name).to_owned())
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'#' || !byte.is_ascii()
}

/// What stands in each `#[cfg(…)]`.
fn conditions(attributes: &str) -> impl Iterator<Item = Cfg> + '_ {
    attributes.match_indices("#[cfg(").filter_map(|(at, opening)| {
        let inside = &attributes[at + opening.len()..];
        inside.get(..inside.find(")]")?)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_of_modules_are_found_in_the_bytes() {
        let text =
            b"//! Models.\npub mod one;\n#[cfg(never)]\nmod two;\n#[cfg(all(unix, not(never)))] pub(crate) mod three;
            mod four { } #[path = \"a.rs\"] mod five; smod six; mod  seven ; mod r#eight;";
        let never = |cfg: &Cfg| *cfg == Cfg::Name("never".into());
        let found: Vec<String> = modules(text, never).collect();
        assert_eq!(found, ["one", "three", "seven", "eight"]);
    }
}
