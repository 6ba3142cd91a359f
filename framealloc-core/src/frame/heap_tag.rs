//! The tag of the heap in plain code.

use crate::error::infallible;
use crate::raw::global::zone::OpenTag;
use crate::tag::{IntoTag, TagId, TagNameError, try_intern};

/// Calls `body`, and attributes what it takes from the heap on this thread to a tag, where an
/// [`AmbientAlloc<A, Tags>`](crate::AmbientAlloc) is the program's global allocator: for code that has no allocator at hand.
/// Without one it only calls `body`.
///
/// The tag names its path absolutely, a string too. It is open until `body` ends, by a panic as well; what runs on other
/// threads meanwhile has tags of its own. Functions with `#[frame_system]` inside go by the tag of their frame memory.
/// A string is looked up under a lock at every call: a [`Tag`](crate::Tag) is not.
///
/// ```
/// use framealloc_core::{AmbientAlloc, SmartAlloc, Tags, heap_tag};
/// use std::alloc::System;
///
/// #[global_allocator]
/// static GLOBAL: AmbientAlloc<System, Tags> = AmbientAlloc::system();
///
/// let alloc = SmartAlloc::default();
/// let samples = heap_tag("audio", || vec![0_i16; 1000]);
/// let audio = alloc.stats().heap_tag("audio").ok_or("it has blocks")?;
/// assert_eq!((audio.bytes, audio.blocks), (2000, 1));
/// drop(samples); // under another tag, or by another thread: it is taken off this one
/// assert_eq!(alloc.stats().heap_tag("audio").map(|audio| (audio.bytes, audio.blocks)), Some((0, 0)));
/// # Ok::<(), &str>(())
/// ```
///
/// # Panics
/// If a segment of the name is empty: see [`try_heap_tag`].
pub fn heap_tag<R>(tag: impl IntoTag, body: impl FnOnce() -> R) -> R {
    infallible(resolve(tag).map(|tag| under(tag, body)))
}

/// Like [`heap_tag`].
///
/// ```
/// use framealloc_core::try_heap_tag;
///
/// assert_eq!(try_heap_tag("audio", || 1 + 1)?, 2);
/// assert!(try_heap_tag("audio::", || 1 + 1).is_err());
/// # Ok::<(), framealloc_core::TagNameError>(())
/// ```
///
/// # Errors
/// If a segment of the name is empty. `body` is not called.
pub fn try_heap_tag<R>(tag: impl IntoTag, body: impl FnOnce() -> R) -> Result<R, TagNameError> {
    resolve(tag).map(|tag| under(tag, body))
}

fn resolve<E: From<TagNameError>>(tag: impl IntoTag) -> Result<TagId, E> {
    tag.resolve().or_else(try_intern)
}

/// Calls `body` while the tag is open for the heap.
pub(crate) fn under<R>(tag: TagId, body: impl FnOnce() -> R) -> R {
    let _open = OpenTag::begin(tag.index());
    body()
}
