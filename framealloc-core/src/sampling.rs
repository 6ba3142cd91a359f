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
}

impl Default for SiteSampling {
    /// About every 128 KiB.
    fn default() -> Self {
        Self::every(kilobytes(128))
    }
}

impl SiteSampling {
    /// Samples about every `bytes` bytes; 0 is 1.
    #[must_use]
    pub const fn every(bytes: usize) -> Self {
        Self { every: if bytes == 0 { 1 } else { bytes }, seed: 0x9E37_79B9_7F4A_7C15, depth: 48 }
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

    /// Returns how many bytes lie between two samples on average.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.every
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
