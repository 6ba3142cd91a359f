//! Facts of files that have been seen before, found by their content.
//!
//! They lie in a few packs below the target directory, each written once and never changed: what a run had to parse
//! becomes a new pack, and when there are many, one takes the place of all. A file for each entry was rejected: making and
//! opening a thousand files takes longer than parsing half of them.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::file::FileFacts;
use super::hash::hash;
use super::key::Key;
use super::macros::FileMacros;
use super::pack::{self, Entry, Origin, Record};
use super::{Extent, Refused, parse};

/// Changes whenever the facts of the same text, or the form of a pack, do.
pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-25");

/// Entries that no run has used are removed once there are this many times more of them than of used ones.
const KEPT: usize = 4;
/// Packs are put together once there are this many.
const PACKS: usize = 8;

/// What is known of a file, where from, and under which name.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "the facts are what this is about")]
pub(crate) struct Facts {
    pub(crate) facts: FileFacts,
    pub(crate) origin: Origin,
    /// Of two texts that are read alike; zero where none was.
    pub(crate) key: u128,
}

/// Where facts come from instead of the parser.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    directory: Option<PathBuf>,
    known: FxHashMap<u128, Entry>,
    packs: Vec<PathBuf>,
}

impl Cache {
    /// A cache in this directory; without one, everything is parsed.
    pub(crate) fn open(directory: Option<&Path>) -> Self {
        let directory = directory.map(Path::to_owned);
        let Some(directory) = directory.filter(|directory| std::fs::create_dir_all(directory).is_ok()) else {
            return Self::default();
        };
        let entries = std::fs::read_dir(&directory).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut packs: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|extension| extension == "pack")).collect();
        packs.sort();
        let mut known = FxHashMap::default();
        for (key, entry) in packs.iter().filter_map(|path| pack::open(path)).flatten() {
            // A later run may have parsed the bodies that an earlier one left alone.
            if known.get(&key).is_none_or(|old: &Entry| !old.has_bodies()) {
                known.insert(key, entry);
            }
        }
        Self { directory: Some(directory), known, packs }
    }

    /// Where it lies, if there is one.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// What is outside of the functions of a text that was read once, by its key.
    pub(crate) fn outline(&self, key: u128) -> Option<FileFacts> {
        self.known.get(&key)?.outline()
    }

    /// The facts of a file of these bytes; bodies that are stored come along even if nobody asked for them.
    pub(crate) fn parse(
        &self,
        path: &Path,
        bytes: &[u8],
        extent: Extent,
        macros: Option<FileMacros>,
    ) -> Result<Facts, Refused> {
        let key = Key::of(bytes, extent).with_macros(macros.as_ref());
        let known = self.known.get(&key.stored()).filter(|entry| entry.has_bodies() || !extent.bodies);
        let (facts, origin) = match known.and_then(|entry| entry.read(path, key, macros.clone())) {
            Some(read) => read,
            None if self.directory.is_none() => (parse(path, bytes, key, extent, macros)?, Origin::Stored),
            None => (parse(path, bytes, key, extent, macros)?, Origin::Parsed(key)),
        };
        Ok(Facts { facts, origin, key: key.stored() })
    }

    /// Writes what was parsed of these, on a thread of its own, and removes what has not been used for long.
    ///
    /// A cache that cannot be written is no reason to fail.
    pub(crate) fn save<'f>(
        self,
        files: impl ParallelIterator<Item = (&'f FileFacts, Origin)>,
    ) -> Option<JoinHandle<()>> {
        let directory = self.directory?;
        // Only now: what has been parsed since is stored as well, and the memory of the parser is free.
        let mut records: Vec<(u128, Record)> =
            files.filter_map(|(facts, origin)| Some((origin.to_store(facts)?.stored(), Record::of(facts)?))).collect();
        let used = self.known.values().filter(|entry| entry.is_used()).count();
        let crowded = self.known.len() - used > (used + records.len()).max(16) * KEPT;
        let together = crowded || self.packs.len() >= PACKS;
        if records.is_empty() && !together {
            return None;
        }
        let mut superseded = Vec::new();
        if together {
            let kept = self.known.into_iter().filter(|(_, entry)| !crowded || entry.is_used());
            records.extend(kept.filter_map(|(key, entry)| Some((key, entry.record()?))));
            superseded = self.packs;
        }
        let write = move || {
            // Of two records the one with bodies stays.
            records.sort_by_key(|(key, record)| (*key, std::cmp::Reverse(record.len())));
            records.dedup_by_key(|(key, _)| *key);
            let head = pack::head(&records);
            let path = directory.join(format!("{:032x}.pack", hash(&head)));
            let unfinished = directory.join(format!("unfinished-{}", std::process::id()));
            let written = pack::write(&unfinished, &head, &records).and_then(|()| std::fs::rename(&unfinished, &path));
            if written.is_ok() {
                for old in superseded.iter().filter(|old| **old != path) {
                    let _ = std::fs::remove_file(old);
                }
            }
        };
        std::thread::Builder::new().name("cargo-fa cache".to_owned()).spawn(write).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Extent = Extent { tests: false, bodies: true };
    const OUTLINE: Extent = Extent { tests: false, bodies: false };

    fn finish(cache: Cache, parsed: &[(FileFacts, Origin)]) {
        if let Some(writing) = cache.save(parsed.par_iter().map(|(facts, origin)| (facts, *origin))) {
            writing.join().expect("written");
        }
    }

    fn read(cache: &Cache, text: &[u8], extent: Extent) -> (FileFacts, Origin) {
        parse_at(cache, Path::new("nowhere.rs"), text, extent)
    }

    fn parse_at(cache: &Cache, path: &Path, text: &[u8], extent: Extent) -> (FileFacts, Origin) {
        let Facts { facts, origin, .. } = cache.parse(path, text, extent, None).expect("parses");
        (facts, origin)
    }

    fn packs(target: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(target).expect("is there").flatten().map(|entry| entry.path());
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "pack")).collect()
    }

    #[test]
    fn what_comes_out_of_the_cache_is_what_went_in() {
        let target = tempfile::tempdir().expect("a directory");
        let text = include_bytes!("lower/exprs.rs");
        let cache = Cache::open(Some(target.path()));
        let parsed = [read(&cache, text, WHOLE)];
        finish(cache, &parsed);
        let cache = Cache::open(Some(target.path()));
        let (stored, origin) = read(&cache, text, WHOLE);
        assert_eq!(parsed[0].0, stored);
        assert!(matches!(origin, Origin::Stored), "it was not parsed again: {origin:?}");
        assert_eq!(stored, read(&Cache::default(), text, WHOLE).0);
    }

    #[test]
    fn functions_are_stored_once_they_were_read() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("lib.rs");
        let text = b"fn f() -> u32 { 1 } fn g() { f(); }";
        std::fs::write(&path, text).expect("written");
        let (whole, _) = read(&Cache::default(), text, WHOLE);
        let run = |extent: Extent, look: bool| {
            let cache = Cache::open(Some(folder.path()));
            let parsed = [parse_at(&cache, &path, text, extent)];
            let unread = parsed[0].0.bodies.are_unread();
            if look {
                assert_eq!(parsed[0].0, whole);
            }
            finish(cache, &parsed);
            unread
        };
        assert!(run(OUTLINE, false), "nobody looked");
        assert!(run(OUTLINE, false), "only the outline is stored");
        assert!(run(OUTLINE, true), "it is read late");
        assert!(!run(OUTLINE, true), "it is stored now");
        assert!(!run(WHOLE, true));
        // The other way round, and with the packs put together in between.
        let text = |number: usize| format!("fn h() {{ {number} }}").into_bytes();
        for number in 0..2 * PACKS {
            let cache = Cache::open(Some(folder.path()));
            let parsed = [read(&cache, &text(number), OUTLINE), read(&cache, &text(0), WHOLE)];
            finish(cache, &parsed);
        }
        let cache = Cache::open(Some(folder.path()));
        assert!(!read(&cache, &text(0), OUTLINE).0.bodies.are_unread());
        assert!(read(&cache, &text(2 * PACKS - 1), OUTLINE).0.bodies.are_unread());
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_not_mixed_with_what_it_was() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("lib.rs");
        std::fs::write(&path, "fn f() { 2 }").expect("written");
        for cache in [Cache::default(), Cache::open(Some(folder.path()))] {
            let parsed = [parse_at(&cache, &path, b"fn f() { 1 }", OUTLINE)];
            assert_eq!(parsed[0].0.bodies.tables().exprs.len(), 0);
            let refused = parsed[0].0.bodies.refused().expect("refused");
            assert!(refused.message.contains("changed"), "{refused:?}");
            finish(cache, &parsed);
        }
        let cache = Cache::open(Some(folder.path()));
        assert!(read(&cache, b"fn f() { 1 }", OUTLINE).0.bodies.are_unread(), "the outline is stored, and no more");
    }

    #[test]
    fn a_damaged_entry_is_parsed_again() {
        let text = b"fn f() -> u32 { 1 }";
        let target = tempfile::tempdir().expect("a directory");
        let source = target.path().join("lib.rs");
        std::fs::write(&source, text).expect("written");
        let read = |cache: &Cache| parse_at(cache, &source, text, WHOLE);
        let cache = Cache::open(Some(target.path()));
        let parsed = [read(&cache)];
        finish(cache, &parsed);
        let [pack] = packs(target.path()).try_into().expect("one pack");
        let whole = std::fs::read(&pack).expect("readable");
        let again = || read(&Cache::open(Some(target.path()))).0;
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&pack, &damaged).expect("written");
            assert_eq!(again(), parsed[0].0, "byte {at}");
            std::fs::write(&pack, &whole[..at]).expect("written");
            assert_eq!(again(), parsed[0].0, "cut at {at}");
        }
    }

    #[test]
    fn packs_are_put_together_and_what_nobody_uses_goes() {
        let target = tempfile::tempdir().expect("a directory");
        let text = |number: usize| format!("fn f() -> u32 {{ {number} }}");
        for number in 0..100 {
            let cache = Cache::open(Some(target.path()));
            let parsed = [read(&cache, text(number).as_bytes(), WHOLE), read(&cache, b"fn always() {}", WHOLE)];
            finish(cache, &parsed);
            assert!(packs(target.path()).len() <= PACKS, "after {number}");
        }
        let cache = Cache::open(Some(target.path()));
        assert!(cache.known.contains_key(&hash(b"fn always() {}")));
        assert!(cache.known.contains_key(&hash(text(99).as_bytes())));
        assert!(!cache.known.contains_key(&hash(text(0).as_bytes())), "{} entries", cache.known.len());
    }
}
