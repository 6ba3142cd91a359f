//! What names were found to mean, so that each is searched for once.
//!
//! Globs may lead in circles: a search that comes by a name that is searched for already finds nothing there, so that what
//! it finds on the way depends on where it began. Only what it found for whoever asked is kept, and only for those who ask
//! the same: nothing depends on what was asked before, and so not on the number of threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::paths::Space;
use super::{ModuleId, Res};

/// A name in a module.
pub(super) type Asked<'l> = (ModuleId, &'l str, Space);

type Found<'l> = FxHashMap<Asked<'l>, Option<Res<'l>>>;

#[derive(Debug)]
pub(super) struct LookupCache<'l> {
    /// By module, many to a table: two threads seldom want the same one.
    known: Vec<Mutex<Found<'l>>>,
    /// What the search that goes on has found, and what it still looks for, as `None`: one for each thread of the pool and
    /// one for whoever is outside of it.
    ways: Vec<Mutex<Found<'l>>>,
}

const TABLES: usize = 64;

/// Leave to search for a name.
pub(super) struct Search<'l> {
    asked: Asked<'l>,
    /// Nobody was searching for anything.
    first: bool,
    kept: bool,
}

impl<'l> LookupCache<'l> {
    pub(super) fn new() -> Self {
        let tables = |count| std::iter::repeat_with(Mutex::default).take(count).collect();
        Self { known: tables(TABLES), ways: tables(rayon::current_num_threads() + 1) }
    }

    fn known(&self, (module, ..): Asked<'l>) -> MutexGuard<'_, Found<'l>> {
        self.known[module.0 as usize % TABLES].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn way(&self) -> MutexGuard<'_, Found<'l>> {
        let last = self.ways.len() - 1;
        let at = rayon::current_thread_index().map_or(last, |at| at.min(last));
        self.ways[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known, or a search, which [`LookupCache::end`] ends; `depth` imports led here.
    pub(super) fn begin(&self, asked: Asked<'l>, depth: u32) -> Result<Option<Res<'l>>, Search<'l>> {
        let mut way = self.way();
        let first = way.is_empty();
        // A chain of imports that began elsewhere may end sooner.
        let kept = first && depth == 0;
        let known = if kept { self.known(asked).get(&asked).copied() } else { way.get(&asked).copied() };
        if let Some(known) = known {
            return Ok(known);
        }
        way.insert(asked, None);
        Err(Search { asked, first, kept })
    }

    pub(super) fn end(&self, search: &Search<'l>, found: Option<Res<'l>>) {
        let mut way = self.way();
        if search.first {
            way.clear();
        } else {
            way.insert(search.asked, found);
        }
        if search.kept {
            self.known(search.asked).insert(search.asked, found);
        }
    }
}
