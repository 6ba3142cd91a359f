//! Phases by name: the numbers of their paths, and what one span of a phase did.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::closed::{self, Owner};
use crate::raw::global::zone::HeapZone;

/// Paths nest this deep; what opens below counts for the last of them. Recursive systems make no names without end.
const DEEPEST: usize = 16;

/// Number of paths; further ones share one.
const LIMIT: usize = 1 << 16;

/// The path of the phases that share a row.
const OTHER_PATH: &str = "(other)";

/// The process-wide number of a path of phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PhaseId(u32);

impl PhaseId {
    /// What phases begin under where none is open.
    pub(crate) const ROOT: Self = Self(0);
    /// All phases whose names came after the last that has a row of its own.
    const OTHER: Self = Self(1);

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The path, for example `render::culling`.
    pub(crate) fn path(self) -> &'static str {
        names().paths.get(self.index()).map_or(OTHER_PATH, |(path, _)| path)
    }

    /// The phase `name` under this one: itself where it already has that name, or is nested too deep.
    #[inline(never)]
    pub(crate) fn nested(self, name: &'static str) -> Self {
        let mut names = names();
        // No string is made for what is known: a thread that forgot it asks again in a steady frame.
        if let Some(id) = names.ids.get(&(self, name)) {
            return *id;
        }
        let (parent, depth) = names.paths.get(self.index()).copied().unwrap_or((OTHER_PATH, DEEPEST));
        let last = parent.rsplit_once("::").map_or(parent, |(_, last)| last);
        if depth >= DEEPEST || (depth > 0 && last == name) {
            return self;
        }
        let _growth = HeapZone::growth();
        let path = if depth == 0 { name.to_owned() } else { format!("{parent}::{name}") };
        // A name may hold a path itself.
        if let Some(index) = names.paths.iter().position(|(known, _)| *known == path) {
            names.ids.insert((self, name), Self::from_index(index));
            return Self::from_index(index);
        }
        if names.paths.len() >= LIMIT {
            return Self::OTHER;
        }
        let id = Self::from_index(names.paths.len());
        closed::table_grows(Owner::Process, "phases", path.len());
        // Kept as long as the program, as tags are: what is read after the allocator is gone still has names.
        let path: &'static str = Box::leak(path.into_boxed_str());
        names.paths.push((path, depth + 1));
        names.ids.insert((self, name), id);
        id
    }
}

struct PhaseNames {
    /// By the phase around it and the name.
    ids: HashMap<(PhaseId, &'static str), PhaseId>,
    /// Path and depth.
    paths: Vec<(&'static str, usize)>,
}

fn names() -> MutexGuard<'static, PhaseNames> {
    static NAMES: LazyLock<Mutex<PhaseNames>> =
        LazyLock::new(|| Mutex::new(PhaseNames { ids: HashMap::new(), paths: vec![("", 0), (OTHER_PATH, DEEPEST)] }));
    // Nothing here can panic between two changes, so a poisoned table is still whole.
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one phase did between its begin and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhaseSpan {
    /// The path, for example `render::culling`.
    pub path: &'static str,
    /// Bytes of frame memory that the thread took meanwhile, in phases nested in it too.
    pub bytes: usize,
    /// How long it was open.
    pub duration: Duration,
}
