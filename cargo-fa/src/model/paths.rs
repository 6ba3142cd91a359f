//! Paths as text, without asking the file system.

use std::path::{Component, Path, PathBuf};

/// Takes `.` and `..` out without asking the file system, so that a link keeps the name that it was called by.
#[must_use]
pub fn normalise(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            part => result.push(part),
        }
    }
    result
}

/// The way from one directory to a path; both are absolute. On another drive it is the path itself.
#[must_use]
pub fn relative_to(base: &Path, path: &Path) -> PathBuf {
    if let Ok(inside) = path.strip_prefix(base)
        && !inside.components().any(|part| part == Component::ParentDir)
    {
        return inside.to_owned();
    }
    let (base, path) = (normalise(base), normalise(path));
    let common = base.components().zip(path.components()).take_while(|(left, right)| left == right).count();
    if common == 0 {
        return path;
    }
    let up = base.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_a_directory() {
        let told =
            |base: &str, path: &str| relative_to(Path::new(base), Path::new(path)).to_string_lossy().replace('\\', "/");
        assert_eq!(told("/w/game", "/w/game/src/lib.rs"), "src/lib.rs");
        assert_eq!(told("/w/game", "/w/engine/src/lib.rs"), "../engine/src/lib.rs");
        assert_eq!(told("/w/game", "/w"), "..");
        assert_eq!(told("/w/game", "/w/game/crates/flat/../../src/lib.rs"), "src/lib.rs");
        assert_eq!(told("/w/x", "/w/./game/../engine"), "../engine");
    }
}
