//! Which packages and paths are reported.

use std::path::Path;

use globset::{Glob, GlobMatcher};

use crate::analysis::Package;
use crate::model::paths::normalise;

/// A pattern that leaves something out.
#[derive(Clone, Debug)]
pub enum Exclusion {
    /// Paths from the workspace root that fit a glob.
    Paths(GlobMatcher),
    /// Packages whose name fits a glob.
    Packages(GlobMatcher),
    /// Packages whose name fits, and paths that have a part that fits.
    Either(GlobMatcher),
}

impl Exclusion {
    /// `--exclude`: a value with `/`, `\`, `**` or the ending `.rs` means paths, any other one means both the names of
    /// packages, as in cargo, and the parts of paths.
    ///
    /// # Errors
    /// The value is no glob.
    pub fn either(value: &str) -> Result<Self, globset::Error> {
        if value.contains(['/', '\\'])
            || value.contains("**")
            || Path::new(value).extension().is_some_and(|end| end == "rs")
        {
            Self::paths(value)
        } else {
            Ok(Self::Either(Glob::new(value)?.compile_matcher()))
        }
    }

    /// `--exclude-path` and `[analysis] exclude`: a glob over the path from the workspace root. What it names is left out
    /// with all that is below it.
    ///
    /// # Errors
    /// The value is no glob.
    pub fn paths(value: &str) -> Result<Self, globset::Error> {
        let value = value.replace('\\', "/");
        let value = value.trim_start_matches("./").trim_end_matches('/');
        let glob = globset::GlobBuilder::new(value).literal_separator(true).build()?;
        Ok(Self::Paths(glob.compile_matcher()))
    }

    /// `--exclude-package`.
    ///
    /// # Errors
    /// The value is no glob.
    pub fn packages(value: &str) -> Result<Self, globset::Error> {
        Ok(Self::Packages(Glob::new(value)?.compile_matcher()))
    }

    /// What the pattern was taken for, for `-v`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Paths(glob) => format!("excluding paths that fit `{}`", glob.glob()),
            Self::Packages(glob) => format!("excluding packages named `{}`", glob.glob()),
            Self::Either(glob) => format!("excluding packages and parts of paths named `{}`", glob.glob()),
        }
    }

    fn excludes(&self, package: &str, path: &str) -> bool {
        match self {
            Self::Paths(glob) => above(path).any(|path| glob.is_match(path)),
            Self::Packages(glob) => glob.is_match(package),
            Self::Either(glob) => glob.is_match(package) || path.split('/').any(|part| glob.is_match(part)),
        }
    }
}

/// The path itself and the directories above it.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rfind('/').map(|at| &path[..at]))
}

/// What is reported.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Names of packages; empty is every package.
    pub packages: Vec<String>,
    /// Files and directories from the workspace root, with `/`; empty is every path.
    pub paths: Vec<String>,
    /// What is left out of these.
    pub exclusions: Vec<Exclusion>,
}

impl Selection {
    /// Whether a file of a package is reported. `.fa.toml` and the baseline belong to no package, `""`.
    #[must_use]
    pub fn contains(&self, package: &str, path: &str) -> bool {
        self.is_selected_package(package)
            && (self.paths.is_empty()
                || self.paths.iter().any(|wanted| wanted.is_empty() || above(path).any(|path| path == wanted)))
            && !self.excludes(package, path)
    }

    /// Whether a package is reported, whatever is excluded of it.
    #[must_use]
    pub fn is_selected_package(&self, package: &str) -> bool {
        self.packages.is_empty() || package.is_empty() || self.packages.iter().any(|name| name == package)
    }

    /// Whether somebody asked for it to be left out.
    #[must_use]
    pub fn excludes(&self, package: &str, path: &str) -> bool {
        self.exclusions.iter().any(|exclusion| exclusion.excludes(package, path))
    }
}

/// The packages that `-p` names: names or globs, as in cargo.
///
/// # Errors
/// The pattern that names none, with the nearest package.
pub fn named<'p>(packages: &'p [Package], patterns: &[String]) -> Result<Vec<&'p str>, String> {
    let mut names = Vec::new();
    for pattern in patterns {
        let glob = Glob::new(pattern).map_err(|error| error.to_string())?.compile_matcher();
        let before = names.len();
        names.extend(packages.iter().map(|package| package.name.as_str()).filter(|name| glob.is_match(name)));
        if names.len() == before {
            let known = packages.iter().map(|package| package.name.as_str());
            let advice = framealloc_syntax::closest(pattern, known).map(|name| format!("; did you mean `{name}`?"));
            return Err(format!("no package of this workspace is called `{pattern}`{}", advice.unwrap_or_default()));
        }
    }
    Ok(names)
}

/// A path given on the command line as the workspace names it: from `root`, with `/`; `None` if it is outside.
#[must_use]
pub fn from_root(root: &Path, current: &Path, path: &Path) -> Option<String> {
    let absolute = normalise(&current.join(path));
    let inside = absolute.strip_prefix(normalise(root)).ok()?;
    let parts: Option<Vec<&str>> = inside.components().map(|part| part.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(pattern: &str, package: &str, path: &str) -> bool {
        let selection = Selection { exclusions: vec![Exclusion::either(pattern).unwrap()], ..Selection::default() };
        !selection.contains(package, path)
    }

    #[test]
    fn a_glob_of_paths_fits_whole_parts() {
        assert!(excluded("**/test*", "game", "tests/frame.rs"));
        assert!(excluded("**/test*", "game", "src/testing/mod.rs"));
        assert!(excluded("**/test*", "game", "src/test_frame.rs"));
        assert!(!excluded("**/test*", "game", "src/latest.rs"));
        assert!(!excluded("**/test*", "test", "src/lib.rs"));
        assert!(excluded("src\\gen", "game", "src/gen/a.rs"));
        assert!(excluded("src/*.rs", "game", "src/lib.rs") && !excluded("src/*.rs", "game", "src/a/b.rs"));
        assert!(excluded("lib.rs", "game", "lib.rs") && !excluded("lib.rs", "game", "src/lib.rs"));
    }

    #[test]
    fn a_plain_word_is_a_package_or_a_part_of_a_path() {
        assert!(excluded("generated", "game", "src/generated/a.rs"));
        assert!(excluded("generated", "generated", "src/lib.rs"));
        assert!(excluded("game-*", "game-tools", "tools/src/lib.rs"));
        assert!(!excluded("gen", "game", "src/generated/a.rs"));
    }

    #[test]
    fn a_selection_is_packages_and_paths() {
        let selection = Selection { paths: vec!["src/physics".to_owned()], ..Selection::default() };
        assert!(selection.contains("game", "src/physics/solver.rs") && !selection.contains("game", "src/physics.rs"));
        let selection = Selection { packages: vec!["game".to_owned()], ..Selection::default() };
        assert!(selection.contains("game", "a.rs") && !selection.contains("engine", "a.rs"));
    }

    #[test]
    fn paths_are_named_from_the_root() {
        let from = |path: &str| from_root(Path::new("/w"), Path::new("/w/game"), Path::new(path));
        assert_eq!(from("src/lib.rs").as_deref(), Some("game/src/lib.rs"));
        assert_eq!(from("./../engine/").as_deref(), Some("engine"));
        assert_eq!(from("..").as_deref(), Some(""));
        assert_eq!(from("../../x"), None);
    }
}
