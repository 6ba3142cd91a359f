//! Packs: files that hold the facts of many files, each written once.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::bodies::{Bodies, Unread};
use super::file::FileFacts;
use super::hash::checksum;
use super::key::Key;
use super::macros::FileMacros;
use super::part::{Pack, Part};

const MAGIC: &[u8; 8] = b"fa facts";
/// Key, place, lengths and checksums of both parts.
const INDEX_ENTRY: usize = 16 + 8 + 4 + 4 + 8 + 8;

/// What the cache knew of a file before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Origin {
    /// All of it, or there is no cache.
    #[default]
    Stored,
    /// What is outside of functions.
    Outline(Key),
    Parsed(Key),
}

impl Origin {
    pub(super) fn to_store(self, facts: &FileFacts) -> Option<Key> {
        match self {
            Self::Parsed(key) => Some(key),
            Self::Outline(key) => facts.bodies.known().map(|_| key),
            Self::Stored => None,
        }
    }
}

/// What a pack holds of one file: the facts without the bodies of functions, and the bodies, or nothing of them where they
/// were not parsed.
#[derive(Debug)]
pub(super) struct Entry {
    outline: Part,
    bodies: Part,
    used: AtomicBool,
}

impl Entry {
    pub(super) fn has_bodies(&self) -> bool {
        self.bodies.length > 0
    }

    pub(super) fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    pub(super) fn read(&self, path: &Path, key: Key, macros: Option<FileMacros>) -> Option<(FileFacts, Origin)> {
        let mut facts: FileFacts = self.outline.read(|bytes| postcard::from_bytes(bytes).ok())?;
        let stored = self.has_bodies().then(|| self.bodies.clone());
        let origin = if stored.is_some() { Origin::Stored } else { Origin::Outline(key) };
        let outside = facts.outside.rows();
        facts.bodies = Bodies::unread(Unread { path: path.to_owned(), key, outside, macros, stored });
        self.used.store(true, Ordering::Relaxed);
        Some((facts, origin))
    }

    /// Without the bodies, which nobody may ask for.
    pub(super) fn outline(&self) -> Option<FileFacts> {
        self.used.store(true, Ordering::Relaxed);
        self.outline.read(|bytes| postcard::from_bytes(bytes).ok())
    }

    /// As it was written, for another pack.
    pub(super) fn record(&self) -> Option<Record> {
        let mut bytes = self.outline.read(|bytes| Some(bytes.to_vec()))?;
        let outline = bytes.len();
        self.bodies.read(|bodies| {
            bytes.extend_from_slice(bodies);
            Some(())
        })?;
        Some(Record { bytes, outline })
    }
}

/// What is written of one file: both parts, and how long the first is.
#[derive(Debug)]
pub(super) struct Record {
    bytes: Vec<u8>,
    outline: usize,
}

impl Record {
    pub(super) fn of(facts: &FileFacts) -> Option<Self> {
        let mut bytes = postcard::to_stdvec(facts).ok()?;
        let outline = bytes.len();
        if let Some(bodies) = facts.bodies.known() {
            // Not by `to_extend` onto the same bytes: that takes one byte at a time.
            bytes.extend(postcard::to_stdvec(bodies).ok()?);
        }
        Some(Self { bytes, outline })
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn parts(&self) -> [&[u8]; 2] {
        let (outline, bodies) = self.bytes.split_at(self.outline);
        [outline, bodies]
    }
}

/// Magic, number of entries, checksum of the index, index.
pub(super) fn head(records: &[(u128, Record)]) -> Vec<u8> {
    let mut index = Vec::with_capacity(records.len() * INDEX_ENTRY);
    let mut at = (MAGIC.len() + 8 + 8 + records.len() * INDEX_ENTRY) as u64;
    for (key, record) in records {
        index.extend(key.to_le_bytes());
        index.extend(at.to_le_bytes());
        index.extend(record.parts().into_iter().flat_map(|part| super::offset(part.len()).to_le_bytes()));
        index.extend(record.parts().into_iter().flat_map(|part| checksum(part).to_le_bytes()));
        at += record.len() as u64;
    }
    let mut head = MAGIC.to_vec();
    head.extend((records.len() as u64).to_le_bytes());
    head.extend(checksum(&index).to_le_bytes());
    head.extend(index);
    head
}

pub(super) fn write(path: &Path, head: &[u8], records: &[(u128, Record)]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::with_capacity(1 << 17, File::create(path)?);
    file.write_all(head)?;
    for (_, record) in records {
        file.write_all(&record.bytes)?;
    }
    file.into_inner()?;
    Ok(())
}

/// What a pack holds, by key; nothing if it is none.
pub(super) fn open(path: &Path) -> Option<Vec<(u128, Entry)>> {
    let mut file = File::open(path).ok()?;
    let longest = file.metadata().ok()?.len();
    let mut head = [0; MAGIC.len() + 16];
    file.read_exact(&mut head).ok()?;
    let (count, sum) = head.strip_prefix(MAGIC)?.split_first_chunk::<8>()?;
    let length = u64::from_le_bytes(*count).checked_mul(INDEX_ENTRY as u64).filter(|length| *length <= longest)?;
    let mut index = vec![0; usize::try_from(length).ok()?];
    file.read_exact(&mut index).ok()?;
    if sum != checksum(&index).to_le_bytes() {
        return None;
    }
    let pack = Arc::new(Pack(Mutex::new(file)));
    let entries = index.chunks_exact(INDEX_ENTRY).filter_map(|entry| {
        let (key, entry) = entry.split_first_chunk::<16>()?;
        let (at, entry) = entry.split_first_chunk::<8>()?;
        let (outline, entry) = entry.split_first_chunk::<4>()?;
        let (bodies, entry) = entry.split_first_chunk::<4>()?;
        let (outline_sum, bodies_sum) = entry.split_first_chunk::<8>()?;
        let part = |at: u64, length: &[u8; 4], sum: &[u8; 8]| {
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            Some(Part { pack: Arc::clone(&pack), at, length, sum: u64::from_le_bytes(*sum) })
        };
        let at = u64::from_le_bytes(*at);
        let outline = part(at, outline, outline_sum)?;
        let bodies = part(at.checked_add(outline.length as u64)?, bodies, bodies_sum.first_chunk()?)?;
        Some((u128::from_le_bytes(*key), Entry { outline, bodies, used: AtomicBool::new(false) }))
    });
    Some(entries.collect())
}
