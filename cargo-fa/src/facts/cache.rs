//! Facts of files that have been seen before, found by their content.

use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustc_hash::FxHashSet;

use super::ir::FileFacts;
use super::{Refused, parse};

/// Changes whenever the facts of the same text do.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-2");

/// Entries that no run has used are removed once there are this many times more of them than of used ones.
const KEPT: usize = 4;

/// Where facts come from instead of the parser: one small file for each content, below the target directory.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    directory: Option<PathBuf>,
    used: Mutex<FxHashSet<String>>,
}

impl Cache {
    /// A cache below this target directory; without one, everything is parsed.
    pub(crate) fn open(target: Option<&Path>) -> Self {
        let directory = target.map(|target| target.join("cargo-fa").join(VERSION));
        let directory = directory.filter(|directory| std::fs::create_dir_all(directory).is_ok());
        Self { directory, used: Mutex::default() }
    }

    pub(crate) fn parse(&self, bytes: &[u8]) -> Result<Box<FileFacts>, Refused> {
        let Some(directory) = &self.directory else { return parse(bytes).map(Box::new) };
        let name = format!("{:016x}{:016x}", hash(1, bytes), hash(2, bytes));
        let path = directory.join(&name);
        if let Ok(mut used) = self.used.lock() {
            used.insert(name.clone());
        }
        if let Some(facts) = std::fs::read(&path).ok().and_then(|stored| read(&stored)) {
            return Ok(Box::new(facts));
        }
        let facts = parse(bytes)?;
        // A cache that cannot be written is no reason to fail.
        if let Some(stored) = write(&facts) {
            let fresh = directory.join(format!("{name}.{}", std::process::id()));
            if std::fs::write(&fresh, stored).is_ok() {
                let _ = std::fs::rename(&fresh, &path);
            }
        }
        Ok(Box::new(facts))
    }

    /// Removes what has not been used for long.
    pub(crate) fn save(self) {
        let (Some(directory), Ok(used)) = (self.directory, self.used.into_inner()) else { return };
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let unused: Vec<PathBuf> = entries
            .filter(|entry| !used.contains(&*entry.file_name().to_string_lossy()))
            .map(|entry| entry.path())
            .collect();
        if unused.len() > used.len().max(16) * KEPT {
            for path in unused {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

fn hash(seed: u8, bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write_u8(seed);
    hasher.write(bytes);
    hasher.finish()
}

/// The facts with a checksum in front: an entry that was cut short must not be believed.
fn write(facts: &FileFacts) -> Option<Vec<u8>> {
    let mut stored = vec![0; 8];
    stored = postcard::to_extend(facts, stored).ok()?;
    let sum = hash(0, &stored[8..]).to_le_bytes();
    stored[..8].copy_from_slice(&sum);
    Some(stored)
}

fn read(stored: &[u8]) -> Option<FileFacts> {
    let (sum, payload) = stored.split_first_chunk::<8>()?;
    if u64::from_le_bytes(*sum) != hash(0, payload) {
        return None;
    }
    postcard::from_bytes(payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_of_the_cache_is_what_went_in() {
        let target = tempfile::tempdir().expect("a directory");
        let text = include_bytes!("lower/exprs.rs");
        let cache = Cache::open(Some(target.path()));
        let parsed = cache.parse(text).expect("parses");
        let again = Cache::open(Some(target.path())).parse(text).expect("is read");
        assert_eq!(parsed, again);
        assert_eq!(parsed, Cache::default().parse(text).expect("parses"));
    }

    #[test]
    fn a_damaged_entry_is_parsed_again() {
        let target = tempfile::tempdir().expect("a directory");
        let text = b"fn f() -> u32 { 1 }";
        let cache = Cache::open(Some(target.path()));
        let parsed = cache.parse(text).expect("parses");
        let directory = target.path().join("cargo-fa").join(VERSION);
        for entry in std::fs::read_dir(directory).expect("is there").flatten() {
            let mut stored = std::fs::read(entry.path()).expect("readable");
            let last = stored.len() - 1;
            stored[last] ^= 1;
            std::fs::write(entry.path(), stored).expect("written");
        }
        assert_eq!(cache.parse(text).expect("parses"), parsed);
    }
}
