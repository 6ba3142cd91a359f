//! Reading and parsing: every file of the module trees, in parallel, each once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Project, TargetKind, relative};
use crate::analysis::Request;
use crate::engine::hir::cache::Cache;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{Cfg, Given, ItemId, ItemKind};
use crate::engine::hir::pack::Origin;
use crate::engine::hir::{self, Extent, Refused, scratch};
use crate::model::finding::Confidence;
use crate::model::source::text_of;
use crate::model::suppress::{self, Directive};

/// The sources of a workspace.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Sorted by path.
    pub(crate) files: Vec<SourceFile>,
    /// One per target that is read.
    pub(crate) crates: Vec<CrateSource>,
}

#[derive(Debug)]
pub(crate) struct SourceFile {
    /// From the root of the workspace, with `/`.
    pub(crate) path: Arc<str>,
    pub(crate) member: usize,
    pub(crate) facts: FileFacts,
    pub(crate) origin: Origin,
    pub(crate) refused: Option<Refused>,
    pub(crate) directives: Vec<Directive>,
}

#[derive(Debug)]
pub(crate) struct CrateSource {
    pub(crate) member: usize,
    pub(crate) name: String,
    pub(crate) kind: TargetKind,
    /// Index into [`Loaded::files`].
    pub(crate) root: usize,
    /// `mod x;`: the file and item of the declaration, and the file that it names.
    pub(crate) modules: BTreeMap<(usize, ItemId), usize>,
}

struct Pending {
    path: PathBuf,
    member: usize,
}

/// Parses what the relevant packages consist of; of those that are no `users` of frames only what is outside of functions.
pub(crate) fn load(project: &Project, request: &Request, users: &[bool], cache: &Cache) -> Loaded {
    let relevant = project.relevant(users);
    let mut targets = Vec::new();
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
            if read {
                targets.push((member, target));
            }
        }
    }
    let files_of = |(member, target): &(usize, &super::Target)| {
        let mut wanted = vec![Pending { path: target.source.clone(), member: *member }];
        if !project.members[*member].loose {
            guess_modules(&target.source, *member, &mut wanted);
        }
        wanted
    };
    let mut wanted: Vec<Pending> = targets.par_iter().with_max_len(1).flat_map_iter(files_of).collect();
    let mut parsed = Files::new();
    let mut links: Vec<Links> = Vec::new();
    loop {
        wanted.sort_by(|left, right| left.path.as_os_str().cmp(right.path.as_os_str()));
        wanted.dedup_by(|left, right| left.path.as_os_str() == right.path.as_os_str());
        wanted.retain(|pending| !parsed.contains_key(pending.path.as_os_str()));
        let fresh = parse_all(std::mem::take(&mut wanted), cache, request.tests, users);
        parsed.extend(fresh);
        links.clear();
        for (member, target) in &targets {
            let mut tree = Tree { parsed: &parsed, links: Links::new(), missing: Vec::new(), request };
            tree.follow(&target.source, target.source.parent().unwrap_or(Path::new("")), 0);
            wanted.extend(tree.missing.into_iter().map(|path| Pending { path, member: *member }));
            links.push(tree.links);
        }
        if wanted.is_empty() {
            break;
        }
    }
    assemble(project, &targets, parsed, &links)
}

/// By path, as bytes: to compare paths part by part takes ten times as long.
type Files = BTreeMap<OsString, (usize, Parsed)>;

/// `mod x;`: the file and item of the declaration, and the file that it names.
type Links = BTreeMap<(OsString, ItemId), OsString>;

type Targets<'p> = [(usize, &'p super::Target)];

fn assemble(project: &Project, targets: &Targets<'_>, parsed: Files, links: &[Links]) -> Loaded {
    let mut used: BTreeMap<&OsStr, usize> = BTreeMap::new();
    for ((_, target), links) in targets.iter().zip(links) {
        used.insert(target.source.as_os_str(), 0);
        used.extend(links.values().map(|path| (path.as_os_str(), 0)));
    }
    // The walk of the directories also finds files that no module names: those are not part of the program.
    used.retain(|path, _| matches!(parsed.get(*path), Some((_, parsed)) if !matches!(parsed, Parsed::Absent)));
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
            let path = relative(&project.root, Path::new(&path)).into();
            Some(match parsed {
                Parsed::Facts(read, directives) => {
                    let (facts, origin) = *read;
                    SourceFile { path, member, facts, origin, refused: None, directives }
                }
                Parsed::Refused(refused, directives) => {
                    let (facts, origin) = Default::default();
                    SourceFile { path, member, facts, origin, refused: Some(refused), directives }
                }
                Parsed::Absent => return None,
            })
        })
        .collect();
    Loaded { files, crates }
}

/// A file with the suppressions in it, which are found whether it parses or not.
enum Parsed {
    Facts(Box<(FileFacts, Origin)>, Vec<Directive>),
    Refused(Refused, Vec<Directive>),
    Absent,
}

fn parse_all(wanted: Vec<Pending>, cache: &Cache, tests: bool, users: &[bool]) -> Vec<(OsString, (usize, Parsed))> {
    // The largest first, so that the last task to finish is a small one; those of one size stay sorted by path.
    let size = |pending: &Pending| std::fs::metadata(&pending.path).map_or(0, |metadata| metadata.len());
    let mut wanted: Vec<(u64, Pending)> = wanted.into_par_iter().map(|pending| (size(&pending), pending)).collect();
    wanted.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    wanted
        .into_par_iter()
        .with_max_len(1)
        .map(|(_, pending)| {
            let parse =
                |bytes: &mut Vec<u8>| match File::open(&pending.path).and_then(|mut file| file.read_to_end(bytes)) {
                    Ok(_) => {
                        let text = || text_of(bytes);
                        match cache.parse(&pending.path, bytes, Extent { tests, bodies: users[pending.member] }) {
                            Ok(read) => {
                                let comments = &read.0.comments;
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
            (pending.path.into_os_string(), (pending.member, parsed))
        })
        .collect()
}

/// Adds the files that modules of a library or binary most likely name, so that one round finds nearly all.
fn guess_modules(source: &Path, member: usize, wanted: &mut Vec<Pending>) {
    let Some(directory) = source.parent() else { return };
    if directory.file_name().is_none_or(|name| name != "src") {
        return;
    }
    for entry in walkdir::WalkDir::new(directory).follow_links(false).into_iter().flatten() {
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "rs") {
            wanted.push(Pending { path: entry.into_path(), member });
        }
    }
}

/// Where the modules of a file live that is not the root of a crate.
fn children_directory(file: &Path) -> PathBuf {
    let parent = file.parent().map(Path::to_owned).unwrap_or_default();
    let stem = file.file_stem().unwrap_or_default();
    if stem == "mod" { parent } else { parent.join(stem) }
}

struct Tree<'p> {
    parsed: &'p Files,
    links: Links,
    missing: Vec<PathBuf>,
    request: &'p Request,
}

impl Tree<'_> {
    fn follow(&mut self, file: &Path, children: &Path, depth: usize) {
        // `#[path]` can make a file its own module.
        if depth > 128 {
            return;
        }
        let Some((_, parsed)) = self.parsed.get(file.as_os_str()) else {
            self.missing.push(file.to_owned());
            return;
        };
        let Parsed::Facts(read, _) = parsed else { return };
        let (facts, _) = &**read;
        for (index, item) in facts.items.iter().enumerate() {
            let ItemKind::Module { inline: false, path } = &item.kind else { continue };
            let id = ItemId(u32::try_from(index).unwrap_or(u32::MAX));
            if !is_read(facts, id, self.request.tests) {
                continue;
            }
            let (inline, reachable) = inline_parents(facts, id);
            if !reachable {
                continue;
            }
            let mut directory = children.to_owned();
            directory.extend(&inline);
            let name = facts.name(item.name);
            let target = if let Some(path) = path {
                // Relative to the directory of the file, or to that of the inline module it stands in.
                let base = if inline.is_empty() { file.parent().unwrap_or(Path::new("")) } else { &directory };
                let target = normal(&base.join(facts.name(*path)));
                let children = target.parent().map(Path::to_owned).unwrap_or_default();
                Some((target, children))
            } else {
                let flat = directory.join(format!("{name}.rs"));
                let nested = directory.join(name).join("mod.rs");
                let known = |path: &Path| match self.parsed.get(path.as_os_str()) {
                    Some((_, Parsed::Absent)) => false,
                    Some(_) => true,
                    None => path.is_file(),
                };
                [flat, nested].into_iter().find(|path| known(path)).map(|path| {
                    let children = children_directory(&path);
                    (path, children)
                })
            };
            if let Some((target, children)) = target {
                self.links.insert((file.as_os_str().to_owned(), id), target.as_os_str().to_owned());
                self.follow(&target, &children, depth + 1);
            }
        }
    }
}

/// The names of the inline modules around an item; false when it stands in a function body.
fn inline_parents(facts: &FileFacts, item: ItemId) -> (Vec<String>, bool) {
    let mut names = Vec::new();
    let mut at = facts.item(item).parent;
    while let Some(parent) = at {
        let outer = facts.item(parent);
        if !matches!(outer.kind, ItemKind::Module { .. }) {
            return (names, false);
        }
        names.insert(0, facts.name(outer.name).to_owned());
        at = outer.parent;
    }
    (names, true)
}

/// Resolves `..` without asking the file system, so that one file has one path.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                parts.pop();
            }
            std::path::Component::CurDir => {}
            part => parts.push(part),
        }
    }
    parts
}

/// Whether an item and everything around it is compiled, as far as that is known; unknown conditions count as true.
pub(crate) fn is_read(facts: &FileFacts, item: ItemId, tests: bool) -> bool {
    let mut at = Some(item);
    while let Some(id) = at {
        let around = facts.item(id);
        if around.attrs.cfg.iter().any(|cfg| holds(cfg, tests) == Some(false)) || (around.attrs.test && !tests) {
            return false;
        }
        at = around.parent;
    }
    facts.attrs.cfg.iter().all(|cfg| holds(cfg, tests) != Some(false))
}

/// How sure it is that an item is compiled as it stands, given what is around it.
pub(crate) fn certainty(facts: &FileFacts, item: ItemId, tests: bool) -> Confidence {
    let mut sure = Confidence::High;
    let mut at = Some(item);
    while let Some(id) = at {
        let around = facts.item(id);
        sure = sure.min(match around.attrs.given_to {
            Given::Nobody if around.attrs.cfg.iter().all(|cfg| holds(cfg, tests).is_some()) => Confidence::High,
            Given::Nobody | Given::CfgIf => Confidence::Medium,
            Given::Unknown => Confidence::Low,
        });
        at = around.parent;
    }
    sure
}

/// Whether a condition holds; `None` when it depends on what is not known here.
pub(crate) fn holds(cfg: &Cfg, tests: bool) -> Option<bool> {
    match cfg {
        Cfg::Test => Some(tests),
        Cfg::Feature(_) | Cfg::DebugAssertions | Cfg::Unknown => None,
        Cfg::All(list) => {
            let mut known = Some(true);
            for cfg in list {
                match holds(cfg, tests) {
                    Some(false) => return Some(false),
                    Some(true) => {}
                    None => known = None,
                }
            }
            known
        }
        Cfg::Any(list) => {
            let mut known = Some(false);
            for cfg in list {
                match holds(cfg, tests) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => known = None,
                }
            }
            known
        }
        Cfg::Not(cfg) => holds(cfg, tests).map(|holds| !holds),
    }
}
