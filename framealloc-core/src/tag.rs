//! Tags: names for what memory is for. A tag is an arena, so its bytes are exact and cost nothing to count.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::closed::{self, Owner};
use crate::error::{Never, infallible};
use crate::raw::global::zone::{HeapZone, UNTAGGED};

/// Number of ids; names beyond it share [`TagId::OTHER`], which no game that names its systems by hand will see. Tables by tag are
/// as long as the highest index in use.
pub(crate) const LIMIT: usize = 1 << 16;

/// Bits of a handle's key that hold the tag; the rest is the number of the allocator.
pub(crate) const TAG_BITS: u32 = 20;

/// Paths nest this deep; a name that would nest deeper counts for the tag that it is opened in. Recursive functions make no
/// paths without end. A path that is written out as one name may be longer.
const DEEPEST: usize = 16;

/// The process-wide id of a tag path such as `ai::pathfinding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagId(u32);

/// What a name under a tag leads to.
pub(crate) enum Nested {
    /// The tag of that name.
    Own(TagId),
    /// A tag that the name counts for, because it can have none of its own.
    Instead(TagId),
}

impl TagId {
    /// The tag of memory that was asked for without one.
    pub const NONE: Self = Self(0);
    /// The tag of all names that came after the first 65,534.
    pub const OTHER: Self = Self(1);

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

    /// Returns the tag of `name` under this one: itself where the last segment is already that name.
    pub(crate) fn nested(self, name: &str) -> Result<Nested, TagNameError> {
        check(name)?;
        if self == Self::NONE {
            return Ok(found(intern(name), name));
        }
        let path = self.path();
        if path == name || path.rsplit_once("::").is_some_and(|(_, last)| last == name) {
            return Ok(Nested::Own(self));
        }
        if self == Self::OTHER || segments(path) + segments(name) > DEEPEST {
            return Ok(Nested::Instead(self));
        }
        // A name that a thread does not remember, since another took its place, comes here in every frame: no memory for that.
        let mut buffer = [0; SHORT_PATH];
        let mut end = 0;
        for part in [path, "::", name] {
            let Some(room) = buffer.get_mut(end..end + part.len()) else {
                let path = format!("{path}::{name}");
                return Ok(found(intern(&path), &path));
            };
            room.copy_from_slice(part.as_bytes());
            end += part.len();
        }
        let path = core::str::from_utf8(&buffer[..end]).expect("texts one after the other are a text");
        Ok(found(intern(path), path))
    }
}

/// Bytes of a path that is put together without an allocation.
const SHORT_PATH: usize = 256;

fn found(id: TagId, path: &str) -> Nested {
    if id == TagId::OTHER && path != OTHER_PATH { Nested::Instead(id) } else { Nested::Own(id) }
}

fn segments(path: &str) -> usize {
    path.split("::").count()
}

/// Why a text is not the name of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TagNameError {
    /// The text.
    pub name: Box<str>,
}

impl fmt::Display for TagNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {NO_TAG_NAME}", self.name)
    }
}

impl core::error::Error for TagNameError {}

const NO_TAG_NAME: &str = "not a tag name: it has an empty segment, where names go, with `::` between segments";

/// Names that come at run time are free but for this: attributes and `.fa.toml` want lowercase letters, digits and `_`.
const fn is_tag_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut length) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b':' && at + 1 < bytes.len() && bytes[at + 1] == b':' {
            if length == 0 {
                return false;
            }
            length = 0;
            at += 2;
        } else {
            length += 1;
            at += 1;
        }
    }
    length > 0
}

fn check(name: &str) -> Result<(), TagNameError> {
    if is_tag_name(name) { Ok(()) } else { Err(TagNameError { name: name.into() }) }
}

/// The panicking forms: the same words.
impl From<TagNameError> for Never {
    #[cold]
    #[inline(never)]
    fn from(error: TagNameError) -> Self {
        panic!("{error}")
    }
}

impl fmt::Display for TagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

/// Tags that there are: their indices are below.
pub(crate) fn count() -> usize {
    lock().paths.len()
}

struct TagNames {
    ids: HashMap<&'static str, u32>,
    paths: Vec<&'static str>,
}

/// What the rows that are always there are called.
const OTHER_PATH: &str = "(other)";

static NAMES: LazyLock<Mutex<TagNames>> = LazyLock::new(first_names);

#[inline(never)]
fn first_names() -> Mutex<TagNames> {
    let _growth = HeapZone::growth();
    let ids = HashMap::from([(UNTAGGED, TagId::NONE.0), (OTHER_PATH, TagId::OTHER.0)]);
    Mutex::new(TagNames { ids, paths: vec![UNTAGGED, OTHER_PATH] })
}

fn lock() -> std::sync::MutexGuard<'static, TagNames> {
    // Nothing below can panic between two changes, so a poisoned table is still whole.
    NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[inline(never)]
fn intern(path: &str) -> TagId {
    let mut names = lock();
    if let Some(&id) = names.ids.get(path) {
        return TagId(id);
    }
    let _growth = HeapZone::growth();
    if names.paths.len() >= LIMIT {
        return TagId::OTHER;
    }
    let id = TagId::from_index(names.paths.len());
    closed::table_grows(Owner::Process, "tags", path.len());
    // Tags live as long as the program: reports print them after their allocator is gone.
    let path: &'static str = Box::leak(path.into());
    names.paths.push(path);
    names.ids.insert(path, id.0);
    id
}

pub(crate) fn try_intern<E: From<TagNameError>>(path: &str) -> Result<TagId, E> {
    check(path)?;
    Ok(intern(path))
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
    ///
    /// ```compile_fail,E0080
    /// static PHYSICS: framealloc_core::Tag = framealloc_core::Tag::new("physics::");
    /// # PHYSICS.id();
    /// ```
    ///
    /// # Panics
    /// If a segment of the path is empty: while it is compiled, where the tag is a constant.
    #[must_use]
    pub const fn new(path: &'static str) -> Self {
        assert!(is_tag_name(path), "{}", NO_TAG_NAME);
        Self { path, id: AtomicU32::new(0) }
    }

    /// Returns the id of a path that is only known at run time.
    ///
    /// Every new path is kept for the life of the program: not for names made of frame or entity numbers. Those that come after
    /// the first 65,534 all have the id [`TagId::OTHER`].
    ///
    /// # Panics
    /// If a segment of the path is empty.
    #[must_use]
    pub fn intern(path: &str) -> TagId {
        infallible(try_intern(path))
    }

    /// Like [`Tag::intern`].
    ///
    /// ```
    /// use framealloc_core::Tag;
    ///
    /// assert_eq!(Tag::try_intern("Level 3::props")?.path(), "Level 3::props");
    /// assert!(Tag::try_intern("props::").is_err());
    /// # Ok::<(), framealloc_core::TagNameError>(())
    /// ```
    ///
    /// # Errors
    /// If a segment of the path is empty.
    pub fn try_intern(path: &str) -> Result<TagId, TagNameError> {
        try_intern(path)
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

    fn nested(parent: TagId, name: &str) -> TagId {
        match parent.nested(name).expect("a name") {
            Nested::Own(id) => id,
            Nested::Instead(_) => panic!("`{name}` has no tag of its own"),
        }
    }

    #[test]
    fn names_nest_and_repeat_in_place() {
        let ai = nested(TagId::NONE, "tests_ai");
        let path = nested(ai, "pathfinding");
        assert_eq!(path.path(), "tests_ai::pathfinding");
        assert_eq!(nested(path, "pathfinding"), path);
        assert_eq!(nested(ai, "tests_ai"), ai);
        assert_eq!(Tag::new("tests_ai::pathfinding").id(), path);
        assert_eq!(TagId::NONE.path(), "(untagged)");
    }
}
