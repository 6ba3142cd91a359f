//! `macro_rules!` of the workspace: where they are defined, and what a call of one becomes.
//!
//! Definitions are found in the bytes before any file is parsed, since a macro of one file makes the items of another. What
//! a call becomes is worked out by the lowerer, token by token as the language defines it, without hygiene: names that a
//! macro makes up seldom meet names of its caller. `ra_ap_mbe` does this too, for a syntax tree of its own that nothing else
//! here could use, and with a release every week.
//!
//! - [`scan`]: definitions in a text.
//! - [`included`]: what `include!` puts in its place.
//! - [`rules`]: the rules of a definition, as trees.
//! - [`matcher`]: a call against the left sides of rules.
//! - [`transcribe`]: the right side with what was matched.

mod included;
mod matcher;
mod rules;
mod scan;
mod transcribe;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use rustc_hash::FxHashMap;

use included::Included;
pub(super) use rules::Rules;
pub(crate) use scan::{Found, definitions};

use super::hash::hash;

/// All definitions of a workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Macros {
    definitions: Vec<Definition>,
    by_name: FxHashMap<String, Vec<usize>>,
    /// By package: the packages that it names in its manifest, with the names that it has for them.
    dependencies: Vec<Vec<(usize, String)>>,
    /// By package: the names of all crates that its paths may begin with.
    externs: Vec<Vec<String>>,
}

#[derive(Clone, Debug)]
struct Definition {
    name: String,
    member: usize,
    path: PathBuf,
    found: Found,
    hash: u128,
}

/// Definitions as one file sees them.
#[derive(Clone, Debug)]
pub(crate) struct FileMacros {
    all: Arc<Macros>,
    member: usize,
    path: PathBuf,
    /// What `include!` puts where a value or statements stand.
    included: Arc<Included>,
    /// What the macros are that the file calls, and those that they call, and what it includes.
    pub(crate) fingerprint: u128,
}

/// The definition that a call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DefinitionId(usize);

/// How the path before the name of a macro begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// `name!`
    None,
    /// `crate::name!`, `self::name!`
    Own,
    /// `engine::name!`
    Named(String),
}

impl Macros {
    /// `dependencies` are the packages of the workspace that each package names, with its names for them.
    pub(crate) fn new(dependencies: Vec<Vec<(usize, String)>>, externs: Vec<Vec<String>>) -> Self {
        Self { dependencies, externs, ..Self::default() }
    }

    /// Adds what was found in files, in the order of their paths.
    pub(crate) fn add(&mut self, files: Vec<(PathBuf, usize, Vec<Found>)>) {
        for (path, member, all) in files {
            for found in all {
                let at = self.definitions.len();
                self.by_name.entry(found.name.clone()).or_default().push(at);
                let hash = hash(found.rules.as_bytes());
                let name = found.name.clone();
                self.definitions.push(Definition { name, member, path: path.clone(), found, hash });
            }
        }
    }

    /// What a file of these bytes can expand; `None` where it calls no macro of the workspace.
    pub(crate) fn for_file(self: &Arc<Self>, path: &Path, member: usize, bytes: &[u8]) -> Option<FileMacros> {
        let included = Included::of(path, bytes);
        if self.definitions.is_empty() && included.is_empty() {
            return None;
        }
        let mut wanted: Vec<&str> = scan::called(bytes).collect();
        let mut known = Vec::new();
        let mut fingerprint = included.fingerprint();
        while let Some(name) = wanted.pop() {
            for at in self.by_name.get(name).into_iter().flatten().filter(|at| self.is_visible(**at, member)) {
                if known.contains(at) {
                    continue;
                }
                known.push(*at);
                let definition = &self.definitions[*at];
                fingerprint ^= definition.hash.rotate_left(u32::try_from(definition.name.len() % 64).unwrap_or(0));
                wanted.extend(definition.found.calls.iter().map(String::as_str));
            }
        }
        (!known.is_empty() || !included.is_empty()).then(|| FileMacros {
            all: Arc::clone(self),
            member,
            path: path.to_owned(),
            included: Arc::new(included),
            fingerprint: fingerprint | 1,
        })
    }

    fn is_visible(&self, at: usize, from: usize) -> bool {
        let definition = &self.definitions[at];
        definition.member == from || definition.found.exported
    }
}

/// What came of a call.
pub(super) enum Expanded {
    Tokens(Vec<TokenTree>),
    /// Why there is nothing.
    Failed(&'static str),
}

impl FileMacros {
    /// The definition that is meant at this byte of the file.
    pub(super) fn find(&self, name: &str, prefix: &Prefix, at: usize) -> Option<DefinitionId> {
        let candidates = self.all.by_name.get(name)?;
        let of_member = |member: usize| {
            candidates.iter().copied().filter(move |at| self.all.definitions[*at].member == member).collect::<Vec<_>>()
        };
        let own = of_member(self.member);
        if let Prefix::Named(crate_name) = prefix {
            let local = self.all.dependencies[self.member].iter().find(|(_, known)| known == crate_name);
            if let Some((member, _)) = local {
                return self.one_of(&of_member(*member));
            }
            if matches!(crate_name.as_str(), "std" | "core" | "alloc")
                || self.all.externs[self.member].contains(crate_name)
            {
                return None;
            }
            // A module, or the library beside a program.
            return self.one_of(&own);
        }
        let here = |candidate: &usize| self.all.definitions[*candidate].path == self.path;
        let before = own.iter().copied().filter(here).filter(|candidate| {
            let found = &self.all.definitions[*candidate].found;
            found.at < at && found.scope.contains(&at)
        });
        if let Some(nearest) = before.max_by_key(|candidate| self.all.definitions[*candidate].found.at) {
            return Some(DefinitionId(nearest));
        }
        if !own.is_empty() {
            let in_file: Vec<usize> = own.iter().copied().filter(here).collect();
            return self.one_of(if in_file.is_empty() { &own } else { &in_file });
        }
        if *prefix == Prefix::Own {
            return None;
        }
        let exported: Vec<usize> =
            candidates.iter().copied().filter(|candidate| self.all.definitions[*candidate].found.exported).collect();
        let named = |candidate: &usize| {
            let member = self.all.definitions[*candidate].member;
            self.all.dependencies[self.member].iter().any(|(known, _)| *known == member)
        };
        let near: Vec<usize> = exported.iter().copied().filter(named).collect();
        self.one_of(&near)
    }

    /// The only one, or one of several that say the same, or the one in the nearest folder.
    fn one_of(&self, candidates: &[usize]) -> Option<DefinitionId> {
        let definitions = &self.all.definitions;
        let first = candidates.first()?;
        if candidates.iter().all(|other| definitions[*other].hash == definitions[*first].hash) {
            return Some(DefinitionId(*first));
        }
        let shared = |candidate: &usize| {
            let parts = definitions[*candidate].path.components().zip(self.path.components());
            parts.take_while(|(left, right)| left == right).count()
        };
        let most = candidates.iter().map(shared).max()?;
        let nearest: Vec<usize> = candidates.iter().copied().filter(|candidate| shared(candidate) == most).collect();
        match nearest[..] {
            [only] => Some(DefinitionId(only)),
            _ => None,
        }
    }

    /// What stands in the file that is included by this path; tokens get the place of the call.
    pub(super) fn included(&self, path: &str, call: Span, left: &mut usize) -> Option<TokenStream> {
        self.included.tokens(path, call, left)
    }

    pub(super) fn rules(&self, DefinitionId(at): DefinitionId) -> Option<Rules> {
        Rules::parse(&self.all.definitions[at].found.rules)
    }

    /// What `$crate` is in this file.
    pub(super) fn crate_of(&self, DefinitionId(at): DefinitionId) -> Option<&str> {
        let member = self.all.definitions[at].member;
        let dependencies = &self.all.dependencies[self.member];
        dependencies.iter().find(|(known, _)| *known == member).map(|(_, name)| name.as_str())
    }

    /// Whether several definitions of this name might be meant.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all.by_name.get(name).is_some_and(|all| all.iter().any(|at| self.all.is_visible(*at, self.member)))
    }
}

/// What a call with these arguments becomes by these rules; tokens of the definition get the place of the call.
///
/// `left` counts down the tokens that may still be made.
pub(super) fn expand(rules: &Rules, args: &[TokenTree], krate: Option<&str>, call: Span, left: &mut usize) -> Expanded {
    for rule in &rules.0 {
        if let Some(bindings) = matcher::matched(&rule.pattern, args) {
            let mut transcriber = transcribe::Transcriber { bindings: &bindings, krate, call, left };
            return match transcriber.all(&rule.template) {
                Ok(tokens) => Expanded::Tokens(tokens),
                Err(why) => Expanded::Failed(why),
            };
        }
    }
    Expanded::Failed("no rule matches")
}

/// Parts that belong together wherever they come to stand: an expression that was an argument.
fn together(tokens: &[TokenTree]) -> TokenTree {
    TokenTree::Group(proc_macro2::Group::new(Delimiter::None, tokens.iter().cloned().collect()))
}

#[cfg(test)]
mod tests;
