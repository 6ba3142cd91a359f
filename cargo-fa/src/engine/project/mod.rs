//! Which packages there are, which of them can hold findings, and the sources they consist of.

mod load;
mod manifest;
mod metadata;
mod stored;

use std::path::{Path, PathBuf};

pub(crate) use load::{Loaded, SourceFile, certainty, is_read, load};

use serde::{Deserialize, Serialize};

use crate::analysis::{AnalysisError, OpenOptions, Package};

/// Packages that make up framealloc: depending on one of them is what lets findings exist at all. Their own sources
/// implement frames instead of using them, and are modelled by a table.
pub(crate) const FRAMEALLOC: &[&str] =
    &["framealloc", "framealloc-core", "framealloc-bevy", "framealloc-macros", "framealloc-syntax"];

/// A workspace whose manifests have been read.
#[derive(Clone, Debug)]
pub struct Project {
    pub(crate) root: PathBuf,
    pub(crate) target_directory: Option<PathBuf>,
    pub(crate) members: Vec<Member>,
    pub(crate) packages: Vec<Package>,
}

/// A package of the workspace, as its manifest describes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) dependencies: Vec<Dependency>,
    /// Read although nothing says that it uses framealloc: files named on the command line.
    pub(crate) loose: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: TargetKind,
    pub(crate) name: String,
    pub(crate) source: PathBuf,
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
        if let Some((root, target_directory, members)) = start.as_deref().and_then(stored::read) {
            return Ok(Self::assemble(root, Some(target_directory), members));
        }
        let read = match metadata::read(manifest_path) {
            Ok(read) => {
                if let Some(start) = &start {
                    stored::write(start, &read);
                }
                read
            }
            Err(cargo) => manifest::read(manifest_path).map_err(|_| cargo)?,
        };
        let (root, target_directory, members) = read;
        Ok(Self::assemble(root, Some(target_directory), members))
    }

    /// Files that belong to no package: each is the root of a crate of its own that may use framealloc.
    #[must_use]
    pub fn of_files(root: &Path, files: &[PathBuf]) -> Self {
        let members = files
            .iter()
            .map(|file| {
                let name = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().replace('-', "_"));
                let targets = vec![Target { kind: TargetKind::Library, name: name.clone(), source: root.join(file) }];
                let dependencies = FRAMEALLOC
                    .iter()
                    .map(|package| Dependency { name: package.replace('-', "_"), package: (*package).to_owned() })
                    .collect();
                MemberAt {
                    member: Member { name, targets, dependencies, loose: true },
                    directory: root.to_owned(),
                    default: true,
                }
            })
            .collect();
        Self::assemble(root.to_owned(), None, members)
    }

    /// Packages wherever they lie, all of which count as users of framealloc, so that every line is analysed.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn of_packages(root: &Path, directories: &[PathBuf]) -> Result<Self, AnalysisError> {
        let mut members = Vec::new();
        for directory in directories {
            let mut at = manifest::member(directory, None)?;
            let framealloc = FRAMEALLOC
                .iter()
                .map(|package| Dependency { name: package.replace('-', "_"), package: (*package).to_owned() });
            at.member.dependencies.extend(framealloc);
            members.push(at);
        }
        Ok(Self::assemble(root.to_owned(), None, members))
    }

    fn assemble(root: PathBuf, target_directory: Option<PathBuf>, mut members: Vec<MemberAt>) -> Self {
        members.sort_by(|left, right| left.member.name.cmp(&right.member.name));
        let packages = members
            .iter()
            .map(|at| Package {
                name: at.member.name.clone(),
                directory: relative(&root, &at.directory),
                selected_by_default: at.default,
                uses_bevy: at
                    .member
                    .dependencies
                    .iter()
                    .any(|dependency| dependency.package == "bevy" || dependency.package.starts_with("bevy_")),
            })
            .collect();
        let members = members.into_iter().map(|at| at.member).collect();
        Self { root, target_directory, members, packages }
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

#[derive(Clone, Debug, Serialize, Deserialize)]
struct MemberAt {
    member: Member,
    directory: PathBuf,
    default: bool,
}

/// `path` from `root`, with `/` between its parts; the whole path where it lies elsewhere.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

#[cfg(test)]
mod tests;
