//! How an allocator is set up.

use crate::raw::chunk::ChunkPolicy;

/// Returns the bytes of `count` KiB.
///
/// # Panics
/// If they are more than `usize::MAX`.
#[must_use]
pub const fn kilobytes(count: usize) -> usize {
    scaled(count, 10)
}

/// Returns the bytes of `count` MiB.
///
/// # Panics
/// If they are more than `usize::MAX`.
#[must_use]
pub const fn megabytes(count: usize) -> usize {
    scaled(count, 20)
}

/// Returns the bytes of `count` GiB.
///
/// # Panics
/// If they are more than `usize::MAX`.
#[must_use]
pub const fn gigabytes(count: usize) -> usize {
    scaled(count, 30)
}

const fn scaled(count: usize, shift: u32) -> usize {
    match count.checked_mul(1 << shift) {
        Some(bytes) => bytes,
        None => panic!("the size is over `usize::MAX` bytes"),
    }
}

/// How an allocator is set up; [`AllocConfig::default`] suits most games.
///
/// ```
/// use framealloc_core::{AllocConfig, SmartAlloc, megabytes};
///
/// let config = AllocConfig::default().with_frame_chunk(megabytes(4)).with_prefault(true);
/// let alloc = SmartAlloc::new(config);
/// assert_eq!(alloc.config().frame_chunk(), megabytes(4));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocConfig {
    frame_chunk: usize,
    prefault: bool,
    huge_pages: bool,
}

impl Default for AllocConfig {
    fn default() -> Self {
        Self { frame_chunk: kilobytes(64), prefault: false, huge_pages: false }
    }
}

impl AllocConfig {
    /// Sets the bytes that a thread's frame memory starts with. It grows to what frames need and stays there, so this
    /// only decides how the first frames go.
    #[must_use]
    pub fn with_frame_chunk(mut self, bytes: usize) -> Self {
        self.frame_chunk = bytes;
        self
    }

    /// Has every page of a new chunk touched when it is made, so that the first frames do not pay for page faults
    /// (some 2 µs per 4 KiB).
    #[must_use]
    pub fn with_prefault(mut self, prefault: bool) -> Self {
        self.prefault = prefault;
        self
    }

    /// Asks the system to back chunks of 2 MiB and more with huge pages, where it has them (Linux). Their size is then
    /// a multiple of 2 MiB.
    #[must_use]
    pub fn with_huge_pages(mut self, huge_pages: bool) -> Self {
        self.huge_pages = huge_pages;
        self
    }

    /// Returns the bytes that a thread's frame memory starts with.
    #[must_use]
    pub fn frame_chunk(&self) -> usize {
        self.frame_chunk
    }

    pub(crate) fn chunk_policy(&self) -> ChunkPolicy {
        ChunkPolicy { first: self.frame_chunk, prefault: self.prefault, huge_pages: self.huge_pages }
    }
}
