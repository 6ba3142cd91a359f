//! The files of a crate: `mod x;` and `include!` lead from one to the next.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Conditions;
use super::load::{Files, Parsed};
use super::script::Script;
use super::survey::children_directory;
use crate::engine::hir::Refused;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{Included, Item, ItemId, ItemKind};
use crate::engine::hir::offset;

/// `mod x;` or `include!`: the file and item of the declaration, and the file that it names.
pub(super) type Links = BTreeMap<(OsString, ItemId), OsString>;

/// What a file names and nobody can read, by file.
pub(super) type Unread = BTreeMap<OsString, Vec<Refused>>;

pub(super) struct Tree<'p> {
    pub(super) parsed: &'p Files,
    pub(super) conditions: &'p Conditions,
    pub(super) member: usize,
    /// The directory of the manifest.
    pub(super) package: &'p Path,
    pub(super) links: Links,
    pub(super) missing: Vec<PathBuf>,
    pub(super) unread: Unread,
    /// The files on the way from the root to here.
    around: Vec<PathBuf>,
}

/// From this depth on the file system is asked whether a file has come by another name before.
const DEEP: usize = 8;

/// Where a declaration leads.
enum Target {
    File { path: PathBuf, children: PathBuf },
    Nowhere(String),
}

impl<'p> Tree<'p> {
    pub(super) fn new(parsed: &'p Files, conditions: &'p Conditions, member: usize, package: &'p Path) -> Self {
        Self {
            parsed,
            conditions,
            member,
            package,
            links: Links::new(),
            missing: Vec::new(),
            unread: Unread::new(),
            around: Vec::new(),
        }
    }

    /// Follows a file whose modules lie in `children`.
    pub(super) fn follow(&mut self, file: &Path, children: &Path) {
        let Some((_, parsed)) = self.parsed.get(file.as_os_str()) else {
            self.missing.push(file.to_owned());
            return;
        };
        let Parsed::Facts(read, _) = parsed else { return };
        let facts = &read.facts;
        self.around.push(file.to_owned());
        for (index, item) in facts.items.iter().enumerate() {
            let id = ItemId(offset(index));
            if !matches!(item.kind, ItemKind::Module { inline: false, .. } | ItemKind::Include(_))
                || !self.conditions.is_built(self.member, facts, id)
            {
                continue;
            }
            match self.target(file, children, facts, id) {
                Target::File { path, children } if !self.is_circle(&path) => {
                    self.links.insert((file.as_os_str().to_owned(), id), path.as_os_str().to_owned());
                    self.follow(&path, &children);
                }
                Target::File { .. } => self.refuse(file, item, "leads to a file that it is itself a part of"),
                // Where it is not certain that the module is built, nothing is missing.
                Target::Nowhere(_) if !self.is_certain(facts, id) => {}
                Target::Nowhere(why) => self.refuse(file, item, &why),
            }
        }
        self.around.pop();
    }

    fn refuse(&mut self, file: &Path, item: &Item, message: &str) {
        let what = if matches!(item.kind, ItemKind::Include(_)) { "include!" } else { "this module" };
        let refused = Refused { at: item.name_span, message: format!("{what} {message}") };
        self.unread.entry(file.as_os_str().to_owned()).or_default().push(refused);
    }

    fn is_certain(&self, facts: &FileFacts, item: ItemId) -> bool {
        let mut around = std::iter::successors(Some(item), |id| facts.item(*id).parent);
        around.all(|id| {
            let attrs = &facts.item(id).attrs;
            !attrs.in_macro && attrs.cfg.iter().all(|cfg| self.conditions.is_decided(self.member, cfg))
        })
    }

    /// Whether a file is one of those around it: by its name, or by a link.
    fn is_circle(&self, path: &Path) -> bool {
        if self.around.iter().any(|around| around == path) {
            return true;
        }
        if self.around.len() < DEEP {
            return false;
        }
        let Ok(real) = path.canonicalize() else { return false };
        self.around.iter().any(|around| around.canonicalize().is_ok_and(|around| around == real))
    }

    fn target(&self, file: &Path, children: &Path, facts: &FileFacts, id: ItemId) -> Target {
        let item = facts.item(id);
        let (inline, in_function) = inline_parents(facts, id);
        let paths = match &item.kind {
            ItemKind::Include(included) => return self.included(file, facts, *included),
            ItemKind::Module { paths, .. } => paths,
            _ => return Target::Nowhere(String::new()),
        };
        let mut directory = children.to_owned();
        directory.extend(&inline);
        let stated = paths.iter().find(|(when, _)| self.conditions.holds(self.member, when) != Some(false));
        if let Some((_, path)) = stated {
            // Relative to the directory of the file, or to that of the inline module it stands in.
            let base = if inline.is_empty() { file.parent().unwrap_or(Path::new("")) } else { &directory };
            let path = normal(&base.join(facts.name(*path)));
            if !self.is_file(&path) {
                return Target::Nowhere(format!("names {}, which does not exist", self.shown(&path)));
            }
            let children = path.parent().map(Path::to_owned).unwrap_or_default();
            return Target::File { path, children };
        }
        if in_function {
            return Target::Nowhere("stands in a function and names no file, which rustc refuses".to_owned());
        }
        let name = facts.name(item.name);
        let candidates = [directory.join(format!("{name}.rs")), directory.join(name).join("mod.rs")];
        if let Some(path) = candidates.iter().find(|path| self.is_file(path)) {
            return Target::File { children: children_directory(path), path: path.clone() };
        }
        let [flat, nested] = candidates.map(|path| self.shown(&path));
        Target::Nowhere(format!("has no file: neither {flat} nor {nested} exists"))
    }

    fn included(&self, file: &Path, facts: &FileFacts, included: Included) -> Target {
        let beside = file.parent().unwrap_or(Path::new(""));
        let script = self.conditions.script(self.member);
        let path = match (included, script) {
            (Included::Here(path), _) => beside.join(facts.name(path)),
            (Included::Package(path), _) => self.package.join(facts.name(path)),
            (Included::OutDir(path), Script::Built(output)) => output.out_dir.join(facts.name(path)),
            (Included::Variable(name), Script::Built(output)) => match output.variable(facts.name(name)) {
                Some(path) => beside.join(path),
                None => {
                    return Target::Nowhere(format!("names no file: the build script sets no `{}`", facts.name(name)));
                }
            },
            (Included::OutDir(path), _) => {
                let path = facts.name(path);
                return Target::Nowhere(format!(
                    "names {path}, which the build script writes: run `cargo check` first"
                ));
            }
            (Included::Variable(name), _) => {
                let name = facts.name(name);
                return Target::Nowhere(format!("names the file that `{name}` says: run `cargo check` first"));
            }
            (Included::Unknown, _) => {
                return Target::Nowhere("names no file that is known before macros are expanded".to_owned());
            }
        };
        let path = normal(&path);
        if !self.is_file(&path) {
            return Target::Nowhere(format!("names {}, which does not exist", self.shown(&path)));
        }
        let children = path.parent().map(Path::to_owned).unwrap_or_default();
        Target::File { path, children }
    }

    fn is_file(&self, path: &Path) -> bool {
        match self.parsed.get(path.as_os_str()) {
            Some((_, Parsed::Absent)) => false,
            Some(_) => true,
            None => path.is_file(),
        }
    }

    /// A path for a message: from the package where it lies there.
    fn shown(&self, path: &Path) -> String {
        super::relative(self.package, path)
    }
}

/// The names of the inline modules around an item, and whether it stands in a function, which is no part of the path.
fn inline_parents(facts: &FileFacts, item: ItemId) -> (Vec<String>, bool) {
    let (mut names, mut in_function) = (Vec::new(), false);
    let mut at = facts.item(item).parent;
    while let Some(parent) = at {
        let around = facts.item(parent);
        match around.kind {
            ItemKind::Module { .. } => names.insert(0, facts.name(around.name).to_owned()),
            _ => in_function = true,
        }
        at = around.parent;
    }
    (names, in_function)
}

/// Resolves `..` without asking the file system, so that one file has one path.
fn normal(path: &Path) -> PathBuf {
    crate::model::paths::normalise(path)
}
