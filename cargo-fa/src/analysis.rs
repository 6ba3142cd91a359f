//! What the engine is asked and what it answers: the border between the layers that read programs and those that report.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use framealloc_syntax::Denied;

use crate::model::config::Config;
use crate::model::finding::{Confidence, Finding, Place};
use crate::model::suppress::Directive;

/// Which workspace to open.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// `Cargo.toml` to start from; `None` is the nearest one above the current directory.
    pub manifest_path: Option<PathBuf>,
    /// Believe what is stored below the target directory about manifests that have not changed, and store it there.
    pub cache: bool,
    /// Files that no manifest lists, instead of the packages of one.
    pub loose: Option<LooseFiles>,
    /// Which build of the workspace.
    pub build: Build,
}

/// Which build is analysed, in cargo's own words; the default is what `cargo build` would make here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Build {
    /// `--package`: names or globs; empty is what cargo builds when no package is named.
    pub packages: Vec<String>,
    /// `--workspace`.
    pub workspace: bool,
    /// `--features`, with commas or blanks between them.
    pub features: Vec<String>,
    /// `--all-features`.
    pub all_features: bool,
    /// `--no-default-features`.
    pub no_default_features: bool,
    /// `--target`.
    pub target: Option<String>,
    /// `--cfg`, as rustc takes it: `name` or `name="value"`.
    pub cfgs: Vec<String>,
    /// `--profile`; `None` is `dev`.
    pub profile: Option<String>,
}

/// Files that belong to no package: each is read as the root of a crate of its own.
#[derive(Clone, Debug)]
pub struct LooseFiles {
    /// The directory that paths of findings start from.
    pub root: PathBuf,
    /// Their paths from there.
    pub files: Vec<PathBuf>,
}

/// What to analyse.
///
/// The engine always analyses the whole workspace, because calls cross packages; which packages and paths are
/// *reported* is decided afterwards.
#[expect(clippy::struct_excessive_bools, reason = "these are the flags of a command line")]
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `Cargo.toml` to start from; `None` is the nearest one above the current directory.
    pub manifest_path: Option<PathBuf>,
    /// Also read integration tests, benches and `#[cfg(test)]` code.
    pub tests: bool,
    /// Also read examples.
    pub examples: bool,
    /// How many threads to use; 0 is one per processor.
    pub jobs: usize,
    /// Also produce findings of low confidence.
    pub pedantic: bool,
    /// Also analyse functions that have nothing to do with frames, as far as names and calls tell. It takes longer and finds
    /// nothing more: this is for tests of just that.
    pub exhaustive: bool,
    /// Read and write the cache of facts below the target directory.
    pub cache: bool,
    /// Give no memory back: the process ends soon.
    pub ends: bool,
    /// Also list what the build leaves out.
    pub left_out: bool,
    /// Texts that stand for what is on disk, by the path of the file: what an editor has not saved.
    pub edited: Arc<Edited>,
    /// Also tell what is known of each system.
    pub systems: bool,
    /// Of these, also whether each asks the heap for memory in steady frames: that follows each of them alone.
    pub predictions: bool,
    /// The packages to report, where not all are: frame roots of these are followed first, so that what lies below their
    /// calls is found on a way from them.
    pub packages: Vec<String>,
}

/// Texts of files by their absolute path.
pub type Edited = BTreeMap<PathBuf, Arc<str>>;

/// What the engine found.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Findings in any order and at any level; levels, suppressions and selections are applied to them afterwards.
    pub findings: Vec<Finding>,
    /// Every file that was read, sorted by path.
    pub files: Vec<AnalysedFile>,
    /// Files or parts of files that could not be analysed; each becomes FA900.
    pub unparsed: Vec<Unparsed>,
    /// Calls of macros of the workspace that could not be expanded: their arguments were read as they stand.
    pub unexpanded: Vec<Unexpanded>,
    /// Tags and the calls between them, for `cargo fa graph`.
    pub tags: TagGraph,
    /// Functions that declare an effect.
    pub declared: Vec<Declared>,
    /// What this build leaves out, sorted by place; only where [`Request::left_out`] asks for it.
    pub left_out: Vec<LeftOut>,
    /// The systems, sorted by place; only where [`Request::systems`] asks for them.
    pub systems: Vec<SystemFacts>,
    /// How often a function was analysed, and how often the result of a former run was still that of this one.
    pub functions: Functions,
    /// How long each layer took, in the order they ran.
    pub timings: Vec<(&'static str, Duration)>,
}

/// What is known of a function with `#[frame_system]` before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemFacts {
    /// The name that recordings and snapshots have it under.
    pub name: String,
    /// Its path, as findings have it.
    pub item: String,
    /// Name of the package.
    pub package: String,
    /// Where its name stands.
    pub place: Place,
    /// The tag that it declares.
    pub tag: Option<String>,
    /// The budget of one call that it declares, in bytes.
    pub budget: Option<u64>,
    /// What it promises not to do.
    pub denied: Denied,
    /// How sure it is that it asks the heap for memory in frames that are like those before them; only where
    /// [`Request::predictions`] asks for it.
    pub heap: Option<Confidence>,
    /// Whether it may ask the heap for memory in frames in which something has changed or was asked for.
    pub heap_on_change: bool,
    /// What one call takes from the frame.
    pub worst: WorstCase,
}

/// The most that a function takes from the frame, as far as it can be numbered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorstCase {
    /// Bytes.
    pub bytes: u64,
    /// How they come about: where, in words, and how many.
    pub parts: Vec<(Place, String, u64)>,
    /// What comes on top, with no number: where, and what.
    pub open: Vec<(Place, String)>,
}

/// How much of the work was done before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Functions {
    /// Analyses that were run.
    pub analysed: usize,
    /// Analyses whose result was taken from a former run.
    pub reused: usize,
}

/// One file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalysedFile {
    /// Path from the workspace root, with `/`.
    pub path: Arc<str>,
    /// Name of the package that it belongs to.
    pub package: Arc<str>,
    /// Path of the file that the crate begins with which it is compiled into.
    pub root: Arc<str>,
    /// How many lines it has.
    pub lines: u32,
    /// The suppressions in it.
    pub directives: Vec<Directive>,
    /// Whether its functions were read; those of a package that cannot name frame memory are only once one of them is
    /// called by code that can.
    pub whole: bool,
}

/// A file that was left out, wholly or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unparsed {
    /// Where the trouble is.
    pub place: Place,
    /// What the trouble is, in lower case.
    pub message: String,
    /// How much was left out.
    pub extent: Unread,
    /// Name of the package.
    pub package: Arc<str>,
}

/// How much was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The file at the place.
    File,
    /// A part of it.
    Part,
    /// What it names.
    Named,
}

/// Code that is not in this build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Where it is.
    pub place: Place,
    /// What it is: the name of an item, or what kind of code.
    pub what: String,
    /// The condition that does not hold.
    pub condition: String,
}

/// A call of a macro of the workspace that could not be expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpanded {
    /// Where the call is.
    pub place: Place,
    /// The name of the macro.
    pub name: String,
    /// Why, in lower case.
    pub reason: String,
}

/// A function that declares an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name; of one that a macro made, the call of the macro.
    pub place: Place,
    /// Its path.
    pub item: String,
}

/// The tags of a program and which of them call into which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagGraph {
    /// Every tag that is declared or used, sorted by name.
    pub tags: Vec<TagNode>,
    /// Calls from code under one tag into code under another, sorted.
    pub calls: Vec<TagCall>,
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagNode {
    /// Its name, such as `physics` or `ai::pathfinding`.
    pub name: String,
    /// Whether `.fa.toml` declares it.
    pub declared: bool,
    /// In how many places it is used.
    pub uses: usize,
    /// The modules that use it, sorted, each starting with the name of its crate.
    pub modules: Vec<String>,
}

/// Code under `from` calls code under `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCall {
    /// The tag of the caller.
    pub from: String,
    /// The tag of the callee.
    pub to: String,
    /// The first such call.
    pub place: Place,
    /// How many such calls there are.
    pub count: usize,
    /// Whether `may_use` of `from` lists `to`, or says nothing.
    pub allowed: bool,
}

/// Why nothing could be analysed at all.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnalysisError {
    /// There is no workspace here, or its manifest cannot be read.
    Project(String),
    /// The build that is asked for does not exist.
    Build(String),
}

impl std::fmt::Display for AnalysisError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Project(message) | Self::Build(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for AnalysisError {}

/// A workspace whose manifests have been read and whose sources have not.
pub trait Workspace {
    /// The directory that paths of findings start from.
    fn root(&self) -> &std::path::Path;
    /// The packages of the workspace.
    fn packages(&self) -> &[Package];
    /// Reads and analyses the sources.
    fn analyze(&self, request: &Request, config: &Config) -> Analysis;
}

/// A package of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Path of its directory from the workspace root, with `/`; empty at the root.
    pub directory: String,
    /// Whether cargo works on it when no package is named.
    pub selected_by_default: bool,
    /// Whether it depends on Bevy.
    pub uses_bevy: bool,
    /// Whether it is no member of the workspace, but a dependency of one whose path leads outside.
    pub outside: bool,
    /// What cargo calls it in its messages; empty where cargo was not asked.
    pub id: String,
    /// What cargo says of its targets, each as JSON.
    pub targets: Vec<String>,
}
