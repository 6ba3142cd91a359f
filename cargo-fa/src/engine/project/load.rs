//! Reading and parsing: every file of the module trees, in parallel, each once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::survey::{Start, children_directory, survey};
use super::text;
use super::tree::{Links, Tree, Unread};
use super::{Conditions, Project, TargetKind, relative};
use crate::analysis::{Edited, Request};
use crate::engine::hir::cache::{Cache, Facts};
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::ItemId;
use crate::engine::hir::macros::Macros;
use crate::engine::hir::pack::Origin;
use crate::engine::hir::{self, Extent, Refused, scratch};
use crate::model::source::text_of;
use crate::model::suppress::{self, Directive};

/// The sources of a workspace.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Sorted by path.
    pub(crate) files: Vec<SourceFile>,
    /// One per target that is read.
    pub(crate) crates: Vec<CrateSource>,
    /// What holds in the build.
    pub(crate) conditions: Conditions,
    /// Targets that are not built for want of a feature.
    pub(crate) left_out: Vec<LeftOutTarget>,
}

/// A target that is not built.
#[derive(Debug)]
pub(crate) struct LeftOutTarget {
    /// The path of its root, from the root of the workspace.
    pub(crate) source: String,
    pub(crate) name: String,
    /// The feature that it needs.
    pub(crate) feature: String,
}

#[derive(Debug)]
pub(crate) struct SourceFile {
    /// From the root of the workspace, with `/`.
    pub(crate) path: Arc<str>,
    pub(crate) member: usize,
    pub(crate) facts: FileFacts,
    pub(crate) origin: Origin,
    /// That of its facts; zero where it has none.
    pub(crate) key: u128,
    pub(crate) refused: Option<Refused>,
    /// What it names and nobody could read.
    pub(crate) unread: Vec<Refused>,
    pub(crate) directives: Vec<Directive>,
}

#[derive(Debug)]
pub(crate) struct CrateSource {
    pub(crate) member: usize,
    pub(crate) name: String,
    pub(crate) kind: TargetKind,
    /// Index into [`Loaded::files`].
    pub(crate) root: usize,
    /// `mod x;` and `include!`: the file and item of the declaration, and the file that it names.
    pub(crate) modules: BTreeMap<(usize, ItemId), usize>,
}

struct Pending {
    path: PathBuf,
    member: usize,
}

/// Parses what the relevant packages consist of; of those that are no `users` of frames only what is outside of functions.
pub(crate) fn load(project: &Project, request: &Request, users: &[bool], cache: &Cache) -> Loaded {
    let relevant = project.relevant(users);
    // What is asked for was checked when the project was opened.
    let conditions = project.conditions(request).unwrap_or_default();
    let mut targets = Vec::new();
    let mut left_out = Vec::new();
    for (member, package) in project.members.iter().enumerate() {
        if !relevant[member] && !package.loose {
            continue;
        }
        for target in &package.targets {
            let read = match target.kind {
                TargetKind::Library | TargetKind::Binary => true,
                TargetKind::Example => request.examples,
                TargetKind::Test => request.tests,
                TargetKind::BuildScript => false,
            };
            let needed = target.required_features.iter().find(|feature| conditions.lacks(member, feature));
            match needed {
                Some(feature) if read => {
                    let source = relative(&project.root, &target.source);
                    left_out.push(LeftOutTarget { source, name: target.name.clone(), feature: feature.clone() });
                }
                _ if read => targets.push((member, target)),
                _ => {}
            }
        }
    }
    let roots = targets.iter().map(|(member, target)| {
        let children = target.source.parent().map(Path::to_owned).unwrap_or_default();
        Start { path: target.source.clone(), children, member: *member }
    });
    let mut wanted: Vec<Start> = roots.collect();
    let mut parsed = Files::new();
    let mut fingerprints: FxHashMap<OsString, u128> = FxHashMap::default();
    let mut links: Vec<Links> = Vec::new();
    let mut unread = Unread::new();
    let mut macros = Macros::new(dependencies(project), externs(project));
    loop {
        let found = survey(std::mem::take(&mut wanted), &conditions, &request.edited, |path| {
            parsed.contains_key(path.as_os_str())
        });
        let mut fresh: Vec<Pending> = Vec::new();
        let mut defined = Vec::new();
        for file in found {
            if !file.macros.is_empty() {
                defined.push((file.path.clone(), file.member, file.macros));
            }
            fresh.push(Pending { path: file.path, member: file.member });
        }
        let has_new_macros = !defined.is_empty();
        macros.add(defined);
        let known = Arc::new(macros);
        if has_new_macros {
            fresh.extend(calling_new_macros(&parsed, &fingerprints, &known, &request.edited));
        }
        let fresh = parse_all(fresh, cache, request, users, &known);
        // Files whose functions were not read yet keep what they know of macros.
        macros = Arc::unwrap_or_clone(known);
        for (path, file, fingerprint) in fresh {
            fingerprints.insert(path.clone(), fingerprint);
            parsed.insert(path, file);
        }
        links.clear();
        unread.clear();
        for (member, target) in &targets {
            let package = project.root.join(&project.packages[*member].directory);
            let mut tree = Tree::new(&parsed, &conditions, *member, &package);
            tree.follow(&target.source, target.source.parent().unwrap_or(Path::new("")));
            wanted.extend(tree.missing.into_iter().map(|path| {
                let children = children_directory(&path);
                Start { path, children, member: *member }
            }));
            links.push(tree.links);
            for (file, refused) in tree.unread {
                let known: &mut Vec<Refused> = unread.entry(file).or_default();
                known.extend(refused);
                known.dedup();
            }
        }
        if wanted.is_empty() {
            break;
        }
    }
    let (files, crates) = assemble(project, &targets, parsed, &links, unread);
    Loaded { files, crates, conditions, left_out }
}

/// By path, as bytes: to compare paths part by part takes ten times as long.
pub(super) type Files = BTreeMap<OsString, (usize, Parsed)>;

type Targets<'p> = [(usize, &'p super::Target)];

fn assemble(
    project: &Project,
    targets: &Targets<'_>,
    parsed: Files,
    links: &[Links],
    mut unread: Unread,
) -> (Vec<SourceFile>, Vec<CrateSource>) {
    let mut used: BTreeMap<&OsStr, usize> = BTreeMap::new();
    for ((_, target), links) in targets.iter().zip(links) {
        used.insert(target.source.as_os_str(), 0);
        used.extend(links.values().map(|path| (path.as_os_str(), 0)));
    }
    // The walk of the directories also finds files that no module names: those are not part of the program.
    let is_root = |path: &OsStr| targets.iter().any(|(_, target)| target.source.as_os_str() == path);
    used.retain(|path, _| match parsed.get(*path) {
        Some((_, Parsed::Absent)) => is_root(path),
        known => known.is_some(),
    });
    for (at, index) in used.values_mut().enumerate() {
        *index = at;
    }
    let crates = targets
        .iter()
        .zip(links)
        .filter_map(|((member, target), links)| {
            Some(CrateSource {
                member: *member,
                name: target.name.clone(),
                kind: target.kind,
                root: *used.get(target.source.as_os_str())?,
                modules: links
                    .iter()
                    .filter_map(|((from, item), to)| {
                        Some(((*used.get(from.as_os_str())?, *item), *used.get(to.as_os_str())?))
                    })
                    .collect(),
            })
        })
        .collect();
    let kept: Vec<OsString> = used.into_keys().map(OsStr::to_owned).collect();
    let mut parsed = parsed;
    let files = kept
        .into_iter()
        .filter_map(|path| {
            let (member, parsed) = parsed.remove(&path)?;
            let unread = unread.remove(&path).unwrap_or_default();
            let path = relative(&project.root, Path::new(&path)).into();
            Some(match parsed {
                Parsed::Facts(read, directives) => {
                    let Facts { facts, origin, key } = *read;
                    SourceFile { path, member, facts, origin, key, refused: None, unread, directives }
                }
                Parsed::Refused(refused, directives) => {
                    let Facts { facts, origin, key } = Facts::default();
                    SourceFile { path, member, facts, origin, key, refused: Some(refused), unread, directives }
                }
                // The root of a target, as its manifest has it.
                Parsed::Absent => {
                    let message = "it does not exist, and a manifest names it".to_owned();
                    let refused = Some(Refused { at: hir::ir::Span::default(), message });
                    let Facts { facts, origin, key } = Facts::default();
                    SourceFile { path, member, facts, origin, key, refused, unread, directives: Vec::new() }
                }
            })
        })
        .collect();
    (files, crates)
}

/// A file with the suppressions in it, which are found whether it parses or not.
pub(super) enum Parsed {
    Facts(Box<Facts>, Vec<Directive>),
    Refused(Refused, Vec<Directive>),
    Absent,
}

/// The packages of the workspace that each package names, with its names for them.
fn dependencies(project: &Project) -> Vec<Vec<(usize, String)>> {
    let members = &project.members;
    let at = |package: &str| members.iter().position(|member| member.name == package);
    let named = |member: &super::Member| {
        let all = member.dependencies.iter();
        all.filter_map(|dependency| Some((at(&dependency.package)?, dependency.name.clone()))).collect()
    };
    members.iter().map(named).collect()
}

/// The names that paths of each package may begin with.
fn externs(project: &Project) -> Vec<Vec<String>> {
    let names = |member: &super::Member| member.dependencies.iter().map(|dependency| dependency.name.clone()).collect();
    project.members.iter().map(names).collect()
}

fn parse_all(
    wanted: Vec<Pending>,
    cache: &Cache,
    request: &Request,
    users: &[bool],
    macros: &Arc<Macros>,
) -> Vec<(OsString, (usize, Parsed), u128)> {
    // The largest first, so that the last task to finish is a small one; those of one size stay sorted by path.
    let size = |pending: &Pending| std::fs::metadata(&pending.path).map_or(0, |metadata| metadata.len());
    let mut wanted: Vec<(u64, Pending)> = wanted.into_par_iter().map(|pending| (size(&pending), pending)).collect();
    wanted.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    wanted
        .into_par_iter()
        .with_max_len(1)
        .map(|(_, pending)| {
            let mut fingerprint = 0;
            // Of a text that is not on disk nothing can be read later.
            let bodies = users[pending.member] || request.edited.contains_key(&pending.path);
            let parse = |bytes: &mut Vec<u8>| match text::read(&pending.path, &request.edited, bytes) {
                Ok(()) => {
                    let text = || text_of(bytes);
                    let macros = macros.for_file(&pending.path, pending.member, bytes);
                    fingerprint = macros.as_ref().map_or(0, |macros| macros.fingerprint);
                    match cache.parse(&pending.path, bytes, Extent { tests: request.tests, bodies }, macros) {
                        Ok(read) => {
                            let comments = &read.facts.comments;
                            let directives =
                                if comments.is_empty() { Vec::new() } else { suppress::read(&text(), comments) };
                            Parsed::Facts(Box::new(read), directives)
                        }
                        Err(refused) => Parsed::Refused(refused, suppress::scan(&text())),
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Parsed::Absent,
                Err(error) => {
                    let message = format!("cannot be read: {error}");
                    Parsed::Refused(Refused { at: hir::ir::Span::default(), message }, Vec::new())
                }
            };
            let parsed = scratch::with_buffer(parse);
            (pending.path.into_os_string(), (pending.member, parsed), fingerprint)
        })
        .collect()
}

/// The files that were read before and would be read otherwise with the macros that are known now.
fn calling_new_macros(
    parsed: &Files,
    fingerprints: &FxHashMap<OsString, u128>,
    macros: &Arc<Macros>,
    edited: &Edited,
) -> Vec<Pending> {
    let calls = |(path, (member, _)): &(&OsString, &(usize, Parsed))| {
        let path = Path::new(path);
        let now = scratch::with_buffer(|bytes| {
            let read = text::read(path, edited, bytes);
            read.ok().and_then(|()| macros.for_file(path, *member, bytes)).map_or(0, |macros| macros.fingerprint)
        });
        fingerprints.get(path.as_os_str()) != Some(&now)
    };
    let again = parsed.par_iter().filter(calls);
    again.map(|(path, (member, _))| Pending { path: path.into(), member: *member }).collect()
}
