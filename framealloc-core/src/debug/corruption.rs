//! Bytes that somebody changed although they are nobody's.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use std::io::Write;

use super::objects::object_at;
use super::site::AllocSite;
use crate::raw::global::quiet::quietly;
use crate::sync::Mutex;

/// A write to bytes that are nobody's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Corruption {
    /// Where the bytes are, seen from the allocation.
    pub kind: CorruptionKind,
    /// The distance in bytes: of the first changed byte from the end of the allocation, of the last one from its beginning, or,
    /// in freed memory, from its beginning.
    pub distance: usize,
    /// Bytes of the allocation.
    pub bytes: usize,
    /// The path of the tag of frame memory, or the name of the pool.
    pub memory: &'static str,
    /// Who made the allocation; of freed memory, the last one that was there. `None` if it is not known.
    pub site: Option<AllocSite>,
}

/// Where changed bytes are, seen from the allocation that is closest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CorruptionKind {
    /// Behind its end.
    Overrun,
    /// Before its beginning.
    Underrun,
    /// In the slot of a pool, after its object was freed.
    WrittenAfterFree,
}

/// What happens when a [`Corruption`] is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reaction {
    /// It is kept for [`corruptions`].
    Collect,
    /// It is also written to the standard error output.
    #[default]
    Report,
    /// It is written to the standard error output, and the program ends (abort).
    Abort,
}

static REACTION: AtomicU8 = AtomicU8::new(Reaction::Report as u8);

/// Sets what happens when a [`Corruption`] is found; at first it is reported.
///
/// ```
/// framealloc_core::debug::set_reaction(framealloc_core::debug::Reaction::Abort);
/// ```
pub fn set_reaction(reaction: Reaction) {
    REACTION.store(reaction as u8, Ordering::Relaxed);
}

/// What is kept at most: the first tell enough.
const MOST: usize = 1024;

static FOUND: Mutex<Vec<Corruption>> = Mutex::new(Vec::new());

/// Takes what was found since the last call, on all threads, the first 1024.
///
/// ```
/// # use framealloc_core::{debug, pool};
/// drop(pool::boxed(5_u64));
/// assert!(debug::corruptions().is_empty());
/// ```
#[must_use]
pub fn corruptions() -> Vec<Corruption> {
    core::mem::take(&mut FOUND.lock())
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, distance, bytes, memory, site } = self;
        match kind {
            CorruptionKind::Overrun => write!(f, "a write {distance} bytes behind the end of")?,
            CorruptionKind::Underrun => write!(f, "a write {distance} bytes before the beginning of")?,
            CorruptionKind::WrittenAfterFree => write!(f, "a write to freed memory, {distance} bytes into")?,
        }
        write!(f, " an allocation of {bytes} bytes in {memory}")?;
        match site {
            Some(site) => write!(f, ", made at {site}"),
            None => Ok(()),
        }
    }
}

/// Keeps what was found, and says or does what is wished.
pub(crate) fn found(corruption: Corruption) {
    let reaction = REACTION.load(Ordering::Relaxed);
    quietly(|| {
        if reaction != Reaction::Collect as u8 {
            // In one piece, and whatever becomes of it: there is nobody to report to.
            let _ = std::io::stderr().write_all(format!("framealloc: {corruption}\n").as_bytes());
        }
        if reaction == Reaction::Abort as u8 {
            std::process::abort();
        }
        let mut found = FOUND.lock();
        if found.len() < MOST && found.try_reserve(1).is_ok() {
            found.push(corruption);
        }
    });
}

/// Bytes behind the object at `address` were changed, the first of them at `distance`.
pub(crate) fn object_overrun(address: usize, bytes: usize, distance: usize, pool: &'static str) {
    let site = object_at(address).map(|object| object.site);
    found(Corruption { kind: CorruptionKind::Overrun, distance, bytes, memory: pool, site });
}

/// The free slot at `address` was written to.
pub(crate) fn slot_written(address: usize, distance: usize, pool: &'static str) {
    let object = object_at(address);
    let bytes = object.as_ref().map_or(0, |object| object.bytes);
    let site = object.map(|object| object.site);
    found(Corruption { kind: CorruptionKind::WrittenAfterFree, distance, bytes, memory: pool, site });
}
