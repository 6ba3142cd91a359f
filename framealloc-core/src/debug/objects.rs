//! The objects in pools, and those that leak.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};

use super::site::AllocSite;
use super::table::Table;
use crate::raw::global::quiet::quietly;

/// An object in a pool that is alive, or a slot that was taken and not yet written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PoolObject {
    /// The type it was made as.
    pub type_name: &'static str,
    /// Its bytes.
    pub bytes: usize,
    /// The name of its pool; `heap` where no slot could hold it.
    pub pool: &'static str,
    /// Ends of frames since it was made, of all allocators together.
    pub age: u64,
    /// Who made it.
    pub site: AllocSite,
}

/// The objects of one type that one place in the program made and nobody has dropped.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leak {
    /// How many are alive.
    pub objects: usize,
    /// The bytes of all of them.
    pub bytes: usize,
    /// The oldest of them.
    pub oldest: PoolObject,
}

/// The objects in pools that are alive, by type and site: what a program that has dropped everything leaks.
///
/// Its `Display` is one line for each site, most bytes first.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LeakReport {
    /// By site, most bytes first.
    pub sites: Vec<Leak>,
}

impl LeakReport {
    /// Returns how many objects are alive.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.sites.iter().map(|site| site.objects).sum()
    }

    /// Returns their bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.sites.iter().map(|site| site.bytes).sum()
    }
}

impl fmt::Display for LeakReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} objects in pools are alive, {} bytes", self.objects(), self.bytes())?;
        for Leak { objects, bytes, oldest } in &self.sites {
            let PoolObject { type_name, pool, age, site, .. } = oldest;
            writeln!(f, "{objects} of {type_name}, {bytes} bytes, in {pool}, up to {age} frames old, made at {site}")?;
        }
        Ok(())
    }
}

struct Record {
    live: bool,
    type_name: &'static str,
    bytes: usize,
    pool: &'static str,
    made: u64,
    site: AllocSite,
}

/// Objects by address. A freed one stays until its slot is taken again, to be named when somebody writes to it.
static OBJECTS: Table<Record> = Table::new();

static FRAMES: AtomicU64 = AtomicU64::new(0);

pub(super) fn count_frame() {
    FRAMES.fetch_add(1, Ordering::Relaxed);
}

/// An object is made in a pool.
#[track_caller]
pub(crate) fn made(address: usize, bytes: usize, type_name: &'static str, pool: &'static str) {
    let Some(site) = AllocSite::here() else { return };
    let made = FRAMES.load(Ordering::Relaxed);
    let record = Record { live: true, type_name, bytes, pool, made, site };
    quietly(|| OBJECTS.insert(address, record));
}

/// The object at `address` is dropped, its memory free.
pub(crate) fn freed(address: usize) {
    quietly(|| OBJECTS.with(address, |known| known.get_mut(&address).map(|record| record.live = false)));
}

/// Memory that no pool keeps is free.
pub(crate) fn gone(address: usize) {
    quietly(|| OBJECTS.with(address, |known| known.remove(&address)));
}

/// The object that is, or was last, at `address`.
pub(super) fn object_at(address: usize) -> Option<PoolObject> {
    quietly(|| OBJECTS.with(address, |known| known.get(&address).map(Record::object)))?
}

impl Record {
    fn object(&self) -> PoolObject {
        let Self { type_name, bytes, pool, made, ref site, .. } = *self;
        let age = FRAMES.load(Ordering::Relaxed).saturating_sub(made);
        PoolObject { type_name, bytes, pool, age, site: site.clone() }
    }
}

/// Returns the objects in pools that are alive, the oldest first.
///
/// Without the slots that a thread keeps for itself: those are free. Heap boxes are not in pools.
#[must_use]
pub fn pool_objects() -> Vec<PoolObject> {
    let objects = quietly(|| {
        let mut objects = Vec::new();
        OBJECTS.for_each(|address, record| {
            if record.live {
                objects.push((record.made, address, record.object()));
            }
        });
        objects.sort_by_key(|(made, address, _)| (*made, *address));
        objects
    });
    objects.unwrap_or_default().into_iter().map(|(_, _, object)| object).collect()
}

/// Returns the objects in pools that are alive, by type and site: at the end of a program, or of a level, those that leak.
///
/// ```
/// use framealloc_core::{debug, pool};
///
/// let kept: Vec<_> = (0..3).map(|i| pool::boxed([i; 5])).collect();
/// let leaks = debug::leaks();
/// assert_eq!((leaks.objects(), leaks.bytes(), leaks.sites.len()), (3, 60, 1));
/// drop(kept);
/// assert_eq!(debug::leaks().objects(), 0);
/// ```
#[must_use]
pub fn leaks() -> LeakReport {
    let mut sites: Vec<Leak> = Vec::new();
    for object in pool_objects() {
        let same = |leak: &&mut Leak| leak.oldest.site == object.site && leak.oldest.type_name == object.type_name;
        match sites.iter_mut().find(same) {
            Some(leak) => {
                leak.objects += 1;
                leak.bytes += object.bytes;
            }
            None => sites.push(Leak { objects: 1, bytes: object.bytes, oldest: object }),
        }
    }
    sites.sort_by_key(|leak| core::cmp::Reverse(leak.bytes));
    LeakReport { sites }
}
