//! How frame memory is sampled.

use crate::config::kilobytes;

/// How often frame memory is sampled to tell which places of the program ask for it:
/// [`AllocConfig::with_sites`](crate::AllocConfig::with_sites).
///
/// An allocation is sampled about every so many bytes. The gaps are random, of a geometric distribution, as in the heap
/// profilers of Go, `TCMalloc` and jemalloc: each byte is as likely to be chosen as any other, whatever rhythm the program has,
/// and what is sampled is scaled up by how likely it was, so that the expected figures are the true ones.
///
/// ```
/// use framealloc_core::{AllocConfig, SiteSampling, SmartAlloc, kilobytes};
///
/// let sampling = SiteSampling::every(kilobytes(16)).with_seed(7);
/// let mut alloc = SmartAlloc::new(AllocConfig::default().with_sites(sampling));
/// alloc.whole_frame(|alloc| {
///     for _ in 0..10_000 {
///         alloc.frame_slice_zeroed::<u8>(100);
///     }
/// });
/// let sites = alloc.sampled_sites();
/// let estimate: u64 = sites.iter().map(|site| site.bytes).sum();
/// assert!(estimate > 0, "about {} bytes", 10_000 * 104);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteSampling {
    every: usize,
    seed: u64,
    depth: usize,
    /// Bytes of the heap; 0 where it is not followed.
    lifetimes: usize,
    /// Samples of a thread in a frame, about; 0 for no limit.
    most: usize,
}

impl Default for SiteSampling {
    /// About every 128 KiB, and at most about 16 samples of a thread in a frame.
    fn default() -> Self {
        Self::every(kilobytes(128)).with_most_samples(16)
    }
}

impl SiteSampling {
    /// Samples about every `bytes` bytes; 0 is 1.
    #[must_use]
    pub const fn every(bytes: usize) -> Self {
        Self {
            every: if bytes == 0 { 1 } else { bytes },
            seed: 0x9E37_79B9_7F4A_7C15,
            depth: 48,
            lifetimes: 0,
            most: 0,
        }
    }

    /// Bounds what sampling costs a frame: a thread that takes more samples in a frame than this (0 is 1) has gaps twice as
    /// large from the next frame on, and smaller ones again once it takes less than a quarter. What is sampled is scaled by
    /// the gap that it was met with, so the expected figures stay the true ones. A frame that takes far more than those
    /// before it may pass the bound once.
    #[must_use]
    pub const fn with_most_samples(mut self, per_frame: usize) -> Self {
        self.most = if per_frame == 0 { 1 } else { per_frame };
        self
    }

    /// Sets where the random gaps begin. With the same seed a program of one thread is sampled at the same places in every run.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Limits the calls that are kept of a stack, from the innermost on. The default is 48.
    #[must_use]
    pub const fn with_stack_depth(mut self, calls: usize) -> Self {
        self.depth = calls;
        self
    }

    /// Also follows blocks of the heap in recordings, about one in so many bytes (0 is 1), from the frame in which they are made to
    /// the one in which they are freed: what was made between two frames and lives at a third? Frame memory dies with
    /// its frame, so this is about the program's heap, where an [`AmbientAlloc<A, Tags>`](crate::AmbientAlloc) is its global
    /// allocator, and else about [`HeapBox`](crate::heap::HeapBox)es and what pools pass on to the heap. Pools are not
    /// followed. Not done by default.
    ///
    /// One recording at a time follows blocks, up to 4096 at once (512 on 32 bits); the recording says how many found no
    /// place.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, RecordOptions, SiteSampling, SmartAlloc, kilobytes};
    ///
    /// let sampling = SiteSampling::default().with_lifetimes(kilobytes(64));
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_sites(sampling));
    /// alloc.record_in_memory(RecordOptions::default())?;
    /// let level = alloc.whole_frame(|alloc| alloc.heap_box([0_u8; 1 << 20]));
    /// alloc.whole_frame(|_| drop(level));
    /// let (_, bytes) = alloc.take_recording()?; // `cargo fa report --made 1..1 --freed-after 1`
    /// # assert!(!bytes.is_empty());
    /// # Ok::<(), framealloc_core::RecordError>(())
    /// ```
    #[must_use]
    pub const fn with_lifetimes(mut self, bytes: usize) -> Self {
        self.lifetimes = if bytes == 0 { 1 } else { bytes };
        self
    }

    /// Returns how many bytes of the heap lie on average between two blocks that are followed, if any are.
    #[must_use]
    pub const fn lifetimes(self) -> Option<usize> {
        if self.lifetimes == 0 { None } else { Some(self.lifetimes) }
    }

    /// Returns how many bytes lie between two samples on average.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.every
    }

    /// Returns how many samples of a thread in a frame are the bound, if there is one.
    #[must_use]
    pub const fn most_samples(self) -> Option<usize> {
        if self.most == 0 { None } else { Some(self.most) }
    }

    /// Returns where the random gaps begin.
    #[must_use]
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// Returns how many calls are kept of a stack.
    #[must_use]
    pub const fn stack_depth(self) -> usize {
        self.depth
    }
}
