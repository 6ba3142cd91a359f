//! Tags: names for what memory is for. A tag is an arena, so its bytes are exact and cost nothing to count.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::raw::heap_guard::HeapZone;

/// Number of ids; names beyond it share [`TagId::OTHER`], which no game that names its systems by hand will see.
const LIMIT: u32 = 1 << 20;

/// The process-wide id of a tag path such as `ai::pathfinding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagId(u32);

impl TagId {
    /// The tag of memory that was asked for without one.
    pub const NONE: Self = Self(0);
    /// The tag of all names that came after the first million.
    pub const OTHER: Self = Self(LIMIT - 1);

    /// Returns the path, for example `ai::pathfinding`; of [`TagId::NONE`] it is `(untagged)`.
    #[must_use]
    pub fn path(self) -> &'static str {
        lock().paths.get(self.0 as usize).copied().unwrap_or("(other)")
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) const fn from_index(index: usize) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "indices of tags are below LIMIT")]
        Self(index as u32)
    }

    /// Returns the id of `name` under this tag: itself where the last segment is already that name.
    pub(crate) fn nested(self, name: &str) -> Self {
        if self == Self::NONE {
            return intern(name);
        }
        let path = self.path();
        if path == name || path.rsplit_once("::").is_some_and(|(_, last)| last == name) {
            return self;
        }
        intern(&format!("{path}::{name}"))
    }
}

impl fmt::Display for TagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

/// Tags that there are: their indices are below.
#[cfg(feature = "memory_filter")]
pub(crate) fn count() -> usize {
    lock().paths.len()
}

struct Names {
    ids: HashMap<&'static str, u32>,
    paths: Vec<&'static str>,
}

static NAMES: LazyLock<Mutex<Names>> =
    LazyLock::new(|| Mutex::new(Names { ids: HashMap::new(), paths: vec!["(untagged)"] }));

fn lock() -> std::sync::MutexGuard<'static, Names> {
    // Nothing below can panic between two changes, so a poisoned table is still whole.
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn intern(path: &str) -> TagId {
    let mut names = lock();
    if let Some(&id) = names.ids.get(path) {
        return TagId(id);
    }
    let _growth = HeapZone::growth();
    let Ok(id) = u32::try_from(names.paths.len()) else { return TagId::OTHER };
    if id >= LIMIT - 1 {
        return TagId::OTHER;
    }
    // Tags live as long as the program: reports print them after their allocator is gone.
    let path: &'static str = Box::leak(path.into());
    names.paths.push(path);
    names.ids.insert(path, id);
    TagId(id)
}

/// A tag as a constant: typos are compile errors, and the id is looked up once.
///
/// A `Tag` names its path absolutely, wherever it is used. A string given to
/// [`with_tag`](crate::SmartAlloc::with_tag) nests under the tag that is open.
///
/// ```
/// use framealloc_core::{SmartAlloc, Tag};
///
/// static PHYSICS: Tag = Tag::new("physics");
///
/// let alloc = SmartAlloc::default();
/// let contacts = alloc.tagged(&PHYSICS).frame_slice_copy(&[1, 2, 3]);
/// assert_eq!(&*contacts, [1, 2, 3]);
/// ```
#[derive(Debug)]
pub struct Tag {
    path: &'static str,
    /// 0 until the first use.
    id: AtomicU32,
}

impl Tag {
    /// Makes a tag of a path, for example `"physics"` or `"ai::pathfinding"`.
    #[must_use]
    pub const fn new(path: &'static str) -> Self {
        Self { path, id: AtomicU32::new(0) }
    }

    /// Returns the id of a path that is only known at run time.
    ///
    /// Every new path is kept for the life of the program: not for names made of frame or entity numbers.
    #[must_use]
    pub fn intern(path: &str) -> TagId {
        intern(path)
    }

    /// Returns the path.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the id.
    #[must_use]
    #[inline]
    pub fn id(&self) -> TagId {
        // Relaxed: the id is a number that every thread computes alike; nothing is published with it.
        match self.id.load(Ordering::Relaxed) {
            0 => self.first_use(),
            id => TagId(id),
        }
    }

    #[cold]
    fn first_use(&self) -> TagId {
        let id = intern(self.path);
        self.id.store(id.0, Ordering::Relaxed);
        id
    }
}

/// What names a tag: `&Tag` and [`TagId`] absolutely, a `&'static str` under the tag that is open.
pub trait IntoTag: sealed::Sealed {}

impl IntoTag for &Tag {}
impl IntoTag for TagId {}
impl IntoTag for &'static str {}

pub(crate) mod sealed {
    use super::{Tag, TagId};

    /// How a tag is resolved; not nameable outside, so that [`super::IntoTag`] can change.
    pub trait Sealed {
        /// The absolute id, or the name to look up under the current tag.
        fn resolve(self) -> Result<TagId, &'static str>;
    }

    impl Sealed for &Tag {
        #[inline]
        fn resolve(self) -> Result<TagId, &'static str> {
            Ok(self.id())
        }
    }

    impl Sealed for TagId {
        #[inline]
        fn resolve(self) -> Result<TagId, &'static str> {
            Ok(self)
        }
    }

    impl Sealed for &'static str {
        #[inline]
        fn resolve(self) -> Result<TagId, &'static str> {
            Err(self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_nest_and_repeat_in_place() {
        let ai = TagId::NONE.nested("tests_ai");
        let path = ai.nested("pathfinding");
        assert_eq!(path.path(), "tests_ai::pathfinding");
        assert_eq!(path.nested("pathfinding"), path);
        assert_eq!(ai.nested("tests_ai"), ai);
        assert_eq!(Tag::new("tests_ai::pathfinding").id(), path);
        assert_eq!(TagId::NONE.path(), "(untagged)");
    }
}
