//! Which packages there are, which of them can hold findings, and the sources they consist of.

mod compiler;
mod conditions;
mod features;
mod load;
mod manifest;
mod metadata;
mod outside;
mod profile;
mod script;
mod stored;
mod survey;
mod text;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) use conditions::Conditions;
pub(crate) use load::{Loaded, load};

use conditions::{CompilerCfgs, MemberConditions};
use script::Script;
use serde::{Deserialize, Serialize};

use crate::analysis::{AnalysisError, Build, OpenOptions, Package, Request};
use crate::engine::hir::cache::VERSION;
use crate::engine::hir::hash::hash;

/// Packages that make up framealloc: depending on one of them is what lets findings exist at all. Their own sources
/// implement frames instead of using them, and are modelled by a table.
pub(crate) const FRAMEALLOC: &[&str] =
    &["framealloc", "framealloc-core", "framealloc-bevy", "framealloc-macros", "framealloc-syntax"];

/// A workspace whose manifests have been read.
#[derive(Clone, Debug)]
pub struct Project {
    pub(crate) root: PathBuf,
    pub(crate) target_directory: Option<PathBuf>,
    /// Where build scripts write to: mostly the target directory.
    build_directory: Option<PathBuf>,
    pub(crate) members: Vec<Member>,
    pub(crate) packages: Vec<Package>,
    /// Dependencies that could not be read.
    pub(crate) unread: Vec<UnreadPackage>,
    build: Build,
    profile: profile::Profile,
    compiler: Option<CompilerCfgs>,
}

/// A package of the workspace, as its manifest describes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) dependencies: Vec<Dependency>,
    /// What its features turn on; `None` where nobody builds it, so that no condition is decided.
    pub(crate) features: Option<BTreeMap<String, Vec<String>>>,
    /// Read although nothing says that it uses framealloc: files named on the command line.
    pub(crate) loose: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: TargetKind,
    pub(crate) name: String,
    pub(crate) source: PathBuf,
    /// The features without which cargo leaves it out.
    required_features: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TargetKind {
    Library,
    Binary,
    Example,
    /// Integration tests and benches.
    Test,
    BuildScript,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Dependency {
    /// The name in paths: `fa` of `fa = { package = "framealloc" }`.
    pub(crate) name: String,
    pub(crate) package: String,
    /// The name in the manifest.
    key: String,
    kind: DependencyKind,
    optional: bool,
    default_features: bool,
    features: Vec<String>,
    /// The triple or `cfg(…)` that it is for.
    target: Option<String>,
    path: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum DependencyKind {
    Normal,
    Dev,
    Build,
}

/// A dependency that could not be read, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnreadPackage {
    pub(crate) name: String,
    pub(crate) manifest: PathBuf,
    pub(crate) message: String,
}

/// What manifests say.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Read {
    root: PathBuf,
    target_directory: PathBuf,
    build_directory: PathBuf,
    members: Vec<MemberAt>,
    unread: Vec<UnreadPackage>,
}

impl Project {
    /// Reads the manifests of the workspace that `manifest_path` belongs to, or that the current directory is in.
    ///
    /// # Errors
    /// When there is no manifest, or when neither cargo nor the built-in reader understands it.
    pub fn open(manifest_path: Option<&Path>) -> Result<Self, AnalysisError> {
        Self::open_with(&OpenOptions { manifest_path: manifest_path.map(Path::to_owned), ..OpenOptions::default() })
    }

    /// As [`Project::open`]; with a cache, cargo is asked only if something that it looks at has changed since.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn open_with(options: &OpenOptions) -> Result<Self, AnalysisError> {
        let manifest_path = options.manifest_path.as_deref();
        let start = manifest::start(manifest_path).ok().filter(|_| options.cache);
        let mut asked = compiler::Question::new(&options.build);
        let read = if let Some(read) = start.as_deref().and_then(stored::read) {
            read
        } else {
            // Cargo and rustc take their time, and need not wait for each other.
            asked.start();
            let mut read = match metadata::read(manifest_path) {
                Ok(read) => read,
                Err(cargo) => manifest::read(manifest_path).map_err(|_| cargo)?,
            };
            outside::follow(&mut read);
            if let Some(start) = &start {
                stored::write(start, &read);
            }
            read
        };
        let compiler = asked.answer(options.cache.then_some(&*read.target_directory));
        let compiler = compiler.map_err(AnalysisError::Build)?;
        let profile = profile::Profile::find(&read.root, options.build.profile.as_deref());
        let mut project = Self::assemble(read);
        project.build.clone_from(&options.build);
        project.profile = profile.map_err(AnalysisError::Build)?;
        project.compiler = compiler;
        project.conditions(&Request::default()).map_err(AnalysisError::Build)?;
        Ok(project)
    }

    /// What holds in the build.
    ///
    /// # Errors
    /// A feature that is asked for does not exist.
    pub(crate) fn conditions(&self, request: &Request) -> Result<Conditions, String> {
        let mut conditions = Conditions {
            tests: request.tests,
            debug_assertions: self.profile.debug_assertions,
            compiler: self.compiler.clone(),
            members: Vec::new(),
        };
        let triple = self.build.target.as_deref();
        let counts = |dependency: &Dependency| match dependency.kind {
            DependencyKind::Build => false,
            DependencyKind::Dev if !request.tests && !request.examples => false,
            _ => dependency.target.as_deref().is_none_or(|target| compiler::is_for(target, triple, &conditions)),
        };
        let features = features::resolve(&self.members, &self.selected(), &self.build, &counts)?;
        let mut scripts = self.scripts();
        let members = self.members.iter().zip(features).map(|(member, features)| {
            let has_script = member.targets.iter().any(|target| target.kind == TargetKind::BuildScript);
            let script = match scripts.remove(&member.name) {
                Some(output) => Script::Built(output),
                None if has_script => Script::Unbuilt,
                None => Script::None,
            };
            MemberConditions { features, script }
        });
        conditions.members = members.collect();
        Ok(conditions)
    }

    /// Where the facts of this workspace are kept: one target directory may serve several.
    #[must_use]
    pub fn cache_directory(&self) -> Option<PathBuf> {
        let root = hash(self.root.to_string_lossy().as_bytes());
        Some(self.target_directory.as_ref()?.join("cargo-fa").join(VERSION).join(format!("sources-{root:032x}")))
    }

    /// The packages that cargo would build.
    fn selected(&self) -> Vec<usize> {
        let globs: Vec<_> = self.build.packages.iter().filter_map(|pattern| globset::Glob::new(pattern).ok()).collect();
        let globs: Vec<_> = globs.iter().map(globset::Glob::compile_matcher).collect();
        let is_selected = |package: &Package| match globs.as_slice() {
            [] if self.build.workspace => !package.outside,
            [] => package.selected_by_default,
            globs => globs.iter().any(|glob| glob.is_match(&package.name)),
        };
        (0..self.packages.len()).filter(|at| is_selected(&self.packages[*at])).collect()
    }

    /// What build scripts have written for this build.
    fn scripts(&self) -> BTreeMap<String, script::ScriptOutput> {
        let has_script = |member: &&Member| member.targets.iter().any(|target| target.kind == TargetKind::BuildScript);
        let with: Vec<&str> = self.members.iter().filter(has_script).map(|member| member.name.as_str()).collect();
        let Some(directory) = self.build_directory.as_ref().filter(|_| !with.is_empty()) else {
            return BTreeMap::new();
        };
        let directory = match compiler::target(&self.build) {
            Some(triple) => directory.join(Path::new(&triple).file_stem().unwrap_or_default()),
            None => directory.clone(),
        };
        script::outputs(&directory.join(&self.profile.directory).join("build"), &with)
    }

    /// Files that belong to no package: each is the root of a crate of its own that may use framealloc.
    #[must_use]
    pub fn of_files(root: &Path, files: &[PathBuf]) -> Self {
        let members = files
            .iter()
            .map(|file| {
                let name = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().replace('-', "_"));
                let targets = vec![Target {
                    kind: TargetKind::Library,
                    name: name.clone(),
                    source: root.join(file),
                    required_features: Vec::new(),
                }];
                let dependencies = FRAMEALLOC.iter().map(|package| Dependency::on(package)).collect();
                MemberAt {
                    member: Member { name, targets, dependencies, features: None, loose: true },
                    directory: root.to_owned(),
                    default: true,
                    outside: false,
                    id: String::new(),
                    described: Vec::new(),
                }
            })
            .collect();
        Self::assemble_members(root.to_owned(), members)
    }

    /// Packages wherever they lie, all of which count as users of framealloc, so that every line is analysed.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn of_packages(root: &Path, directories: &[PathBuf]) -> Result<Self, AnalysisError> {
        let mut members = Vec::new();
        for directory in directories {
            let mut at = manifest::member(directory, None)?;
            at.member.dependencies.extend(FRAMEALLOC.iter().map(|package| Dependency::on(package)));
            at.member.features = None;
            members.push(at);
        }
        Ok(Self::assemble_members(root.to_owned(), members))
    }

    fn assemble_members(root: PathBuf, members: Vec<MemberAt>) -> Self {
        let (target_directory, build_directory) = (PathBuf::new(), PathBuf::new());
        let read = Read { root, target_directory, build_directory, members, unread: Vec::new() };
        Self { target_directory: None, build_directory: None, ..Self::assemble(read) }
    }

    fn assemble(read: Read) -> Self {
        let Read { root, target_directory, build_directory, mut members, unread } = read;
        members.sort_by(|left, right| left.member.name.cmp(&right.member.name));
        let packages = members
            .iter()
            .map(|at| Package {
                name: at.member.name.clone(),
                directory: relative(&root, &at.directory),
                selected_by_default: at.default && !at.outside,
                outside: at.outside,
                id: at.id.clone(),
                targets: at.described.clone(),
                uses_bevy: at
                    .member
                    .dependencies
                    .iter()
                    .any(|dependency| dependency.package == "bevy" || dependency.package.starts_with("bevy_")),
            })
            .collect();
        let members = members.into_iter().map(|at| at.member).collect();
        Self {
            root,
            target_directory: Some(target_directory),
            build_directory: Some(build_directory),
            members,
            packages,
            unread,
            build: Build::default(),
            profile: profile::Profile::default(),
            compiler: None,
        }
    }

    /// Whether a package can name frame memory: it uses framealloc, uses one that does, or holds a configured root.
    pub(crate) fn users(&self, roots: &[String]) -> Vec<bool> {
        let is_framealloc = |name: &str| FRAMEALLOC.contains(&name);
        let at = |package: &str| self.members.iter().position(|member| member.name == package);
        let named_root = |member: &Member| {
            roots.iter().any(|root| root.split("::").next().is_some_and(|first| first == member.name.replace('-', "_")))
        };
        let mut uses: Vec<bool> = self
            .members
            .iter()
            .map(|member| {
                member.dependencies.iter().any(|dependency| is_framealloc(&dependency.package)) || named_root(member)
            })
            .collect();
        // Upwards: whoever depends on a user may reach the allocator through it.
        loop {
            let grown: Vec<usize> = (0..self.members.len())
                .filter(|index| !uses[*index])
                .filter(|index| {
                    let dependencies = &self.members[*index].dependencies;
                    dependencies.iter().any(|dependency| at(&dependency.package).is_some_and(|index| uses[index]))
                })
                .collect();
            if grown.is_empty() {
                break;
            }
            for index in grown {
                uses[index] = true;
            }
        }
        uses
    }

    /// Whether a package takes part: it can name frame memory, or is called by one that can.
    pub(crate) fn relevant(&self, users: &[bool]) -> Vec<bool> {
        let is_framealloc = |name: &str| FRAMEALLOC.contains(&name);
        let at = |package: &str| self.members.iter().position(|member| member.name == package);
        let mut takes_part = users.to_vec();
        let mut stack: Vec<usize> = (0..takes_part.len()).filter(|index| takes_part[*index]).collect();
        while let Some(index) = stack.pop() {
            for dependency in &self.members[index].dependencies {
                if let Some(callee) = at(&dependency.package)
                    && !takes_part[callee]
                {
                    takes_part[callee] = true;
                    stack.push(callee);
                }
            }
        }
        self.members
            .iter()
            .zip(takes_part)
            .map(|(member, takes_part)| takes_part && !is_framealloc(&member.name))
            .collect()
    }
}

impl Dependency {
    /// One that is there whatever the build.
    fn on(package: &str) -> Self {
        Self {
            name: package.replace('-', "_"),
            package: package.to_owned(),
            key: package.to_owned(),
            kind: DependencyKind::Normal,
            optional: false,
            default_features: true,
            features: Vec::new(),
            target: None,
            path: None,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct MemberAt {
    member: Member,
    directory: PathBuf,
    default: bool,
    /// It is no member of the workspace but a dependency of one.
    outside: bool,
    /// Its name for cargo, and what cargo says of its targets; empty where cargo was not asked.
    id: String,
    described: Vec<String>,
}

/// `path` from `root`, with `/` between its parts and `..` where it lies elsewhere.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let path = crate::model::paths::relative_to(root, path);
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

#[cfg(test)]
mod tests;
