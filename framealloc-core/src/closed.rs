//! Closed memory: the allocators that were sealed, and what has grown since.
//!
//! Pools, lists of retired values and tables are the whole process's: they are sealed as long as any allocator is, and each
//! of those hears of what grows. Frame memory is sealed with its own allocator. Only growth ever looks here.

use core::panic::Location;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{AllocError, Grower};

/// What one grower asked for since the allocator was sealed, at one place of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Growth {
    /// What asked for memory.
    pub by: Grower,
    /// The call that asked first, with the feature `debug`; `None` without it, and where no call of the program did.
    pub site: Option<&'static Location<'static>>,
    /// How often it asked for memory that the region had not.
    pub requests: usize,
    /// Bytes that it asked for.
    pub bytes: usize,
    /// How many of the requests were refused. The others were served by the global allocator.
    pub refused: usize,
}

/// For whom memory grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The allocator with this number.
    Allocator(u64),
    /// All of the process.
    Process,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Refused,
    Passed,
}

/// What is remembered of one allocator that was sealed, and may be again.
#[derive(Debug)]
struct Sealed {
    allocator: u64,
    is_closed: bool,
    /// It never grows itself: [`MOST`] there are at most.
    grown: Vec<Growth>,
}

/// How many growers an allocator tells apart. The last one stands for all that come later.
const MOST: usize = 64;

/// Who has no row of its own.
const OTHERS: Grower = Grower::Table("others");

/// Allocators in the list, and those of them that are sealed: most programs have neither, and are spared the lock.
static KNOWN: AtomicUsize = AtomicUsize::new(0);
static CLOSED: AtomicUsize = AtomicUsize::new(0);
static ALL: Mutex<Vec<Sealed>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<Sealed>> {
    // Nothing below can panic between two changes, so a poisoned list is still whole.
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(all: &[Sealed]) {
    KNOWN.store(all.len(), Relaxed);
    CLOSED.store(all.iter().filter(|sealed| sealed.is_closed).count(), Relaxed);
}

/// Seals the memory of an allocator, and forgets what has grown since the last time.
pub(crate) fn seal(allocator: u64) {
    let mut all = lock();
    match all.iter_mut().find(|sealed| sealed.allocator == allocator) {
        Some(sealed) => {
            sealed.is_closed = true;
            sealed.grown.clear();
        }
        None => all.push(Sealed { allocator, is_closed: true, grown: Vec::with_capacity(MOST) }),
    }
    count(&all);
}

/// Unseals it. What has grown is remembered.
pub(crate) fn unseal(allocator: u64) {
    let mut all = lock();
    if let Some(sealed) = all.iter_mut().find(|sealed| sealed.allocator == allocator) {
        sealed.is_closed = false;
    }
    count(&all);
}

/// An allocator is gone.
pub(crate) fn forget(allocator: u64) {
    if KNOWN.load(Relaxed) > 0 {
        let mut all = lock();
        all.retain(|sealed| sealed.allocator != allocator);
        count(&all);
    }
}

/// Whether memory of this owner is sealed.
pub(crate) fn is_sealed(owner: Owner) -> bool {
    if CLOSED.load(Relaxed) == 0 {
        return false;
    }
    match owner {
        Owner::Process => true,
        Owner::Allocator(number) => lock().iter().any(|sealed| sealed.is_closed && sealed.allocator == number),
    }
}

/// What has grown since an owner was sealed for the last time.
pub(crate) fn grown(owner: Owner) -> Vec<Growth> {
    // Asked for before the lock is taken: the global allocator may come here.
    let mut grown = Vec::with_capacity(MOST);
    if let Some(sealed) = lock().iter().find(|sealed| Owner::Allocator(sealed.allocator) == owner) {
        grown.extend_from_slice(&sealed.grown);
    }
    grown
}

/// Notes a request for `bytes` bytes of an owner that is sealed.
#[cold]
#[inline(never)]
pub(crate) fn note(owner: Owner, by: Grower, bytes: usize, outcome: Outcome, site: Site) {
    for sealed in lock().iter_mut().filter(|sealed| sealed.is_closed) {
        if owner == Owner::Process || owner == Owner::Allocator(sealed.allocator) {
            sealed.note(Growth { by, site, requests: 1, bytes, refused: usize::from(outcome == Outcome::Refused) });
        }
    }
}

impl Sealed {
    fn note(&mut self, growth: Growth) {
        let is_known = |known: &&mut Growth| (known.by, known.site) == (growth.by, growth.site);
        if let Some(known) = self.grown.iter_mut().find(is_known) {
            known.add(growth);
        } else if self.grown.len() < MOST {
            self.grown.push(growth);
        } else {
            let last = &mut self.grown[MOST - 1];
            (last.by, last.site) = (OTHERS, None);
            last.add(growth);
        }
    }
}

impl Growth {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.refused += other.refused;
    }
}

/// The call that asks.
pub(crate) type Site = Option<&'static Location<'static>>;

/// The call of the program that a function with `track_caller` works for; such functions have that with the feature `debug`
/// only, as each passes a pointer on.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn site() -> Site {
    if cfg!(feature = "debug") { Some(Location::caller()) } else { None }
}

/// The error of a request that was refused because memory is sealed; notes it. `left` bytes are left in the region.
#[cold]
#[inline(never)]
pub(crate) fn refuse(owner: Owner, by: Grower, asked: usize, left: usize, site: Site) -> AllocError {
    note(owner, by, asked, Outcome::Refused, site);
    AllocError::Sealed { by, asked, left }
}

/// The library keeps something for itself, for which it takes some `bytes` bytes of the heap. That is never refused, as it is
/// little and mostly nobody would be there to hear of it, but told.
#[inline]
pub(crate) fn table_grows(owner: Owner, name: &'static str, bytes: usize) {
    if CLOSED.load(Relaxed) > 0 {
        note(owner, Grower::Table(name), bytes, Outcome::Passed, None);
    }
}
