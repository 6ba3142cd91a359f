//! Zones: parts of a program whose heap is bumped.

use core::marker::PhantomData;

use crate::SmartAlloc;
use crate::raw::global::zone::AmbientZone;

impl SmartAlloc {
    /// Calls `body`, and has what it asks of the heap bumped from chunks of this thread and tag, where an
    /// [`AmbientAlloc`](crate::AmbientAlloc) is the program's global allocator: what `Vec`, `String` and `Box` in it take,
    /// dependencies included. Without one it only calls `body`.
    ///
    /// The zone is that of this thread and ends with `body`, by a panic as well. Everything that runs on the thread
    /// meanwhile is inside, also what a task pool runs on the stack of a `body` that waits; annotated systems are not,
    /// unless they say `ambient`. Tasks on other threads are outside: each calls this itself. Zones nest, and each goes by
    /// its own tag.
    ///
    /// Values may leave it in any way: that is what a global allocator promises. Those that do keep their chunk of 16 KiB
    /// from being used again, which [`AmbientAlloc::stats`](crate::AmbientAlloc::stats) shows by tag.
    ///
    /// ```
    /// use framealloc_core::{AmbientAlloc, SmartAlloc};
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc = AmbientAlloc::system();
    ///
    /// let alloc = SmartAlloc::default();
    /// let longest = alloc.ambient(|| {
    ///     let words: Vec<String> = "the quick brown fox".split(' ').map(str::to_uppercase).collect();
    ///     words.iter().map(String::len).max()
    /// });
    /// assert_eq!(longest, Some(5));
    /// ```
    #[inline]
    pub fn ambient<R>(&self, body: impl FnOnce() -> R) -> R {
        let _zone = AmbientZone::begin(self.tag_id().index());
        body()
    }
}

/// A zone that ends when the guard is dropped, for parallel iterators that make a value for each batch.
///
/// It is not handed to users: a guard that is forgotten, or dropped after one that began before it, ends the program as soon as a
/// zone ends that is not the innermost.
#[doc(hidden)]
#[derive(Debug)]
pub struct ZoneGuard {
    _zone: AmbientZone,
    /// The zone is that of its thread.
    _thread: PhantomData<*const ()>,
}

impl ZoneGuard {
    /// Begins a zone of the allocator's tag.
    #[must_use = "the zone ends by it"]
    pub fn new(alloc: &SmartAlloc) -> Self {
        Self { _zone: AmbientZone::begin(alloc.tag_id().index()), _thread: PhantomData }
    }
}
