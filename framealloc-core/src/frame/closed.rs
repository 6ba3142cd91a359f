//! Closed memory: an allocator that has all it needs, and is to take no more.

use crate::SmartAlloc;
use crate::closed::{self, Growth};
use crate::raw::mem::region::{self, RegionStats};

impl SmartAlloc {
    /// Seals memory: from here on nothing of frames and pools asks the global allocator for any. What
    /// [a region](crate::AllocConfig::with_region) has left may still be taken; what does not fit is refused with
    /// [`AllocError::Sealed`](crate::AllocError::Sealed), or by a panic with the same words. For after loading, where memory
    /// is a promise: consoles, wasm, certification. A frame that is open is ended first, so that all is settled.
    ///
    /// That holds for frame memory of this allocator and its scratch regions, on all threads. Pools and the lists of
    /// retired values are the whole process's: they are sealed as long as any allocator is. Memory that is held is kept
    /// meanwhile: idle threads give none back, and pools are not [trimmed](crate::pool::trim).
    ///
    /// - A tag or thread whose [budget](crate::Budget) has the policy [`Promote`](crate::BudgetPolicy::Promote) is served by
    ///   the heap instead, until its frame ends. That is in its statistics as a fallback, as for a budget.
    /// - What the program asks of the heap as such, with [`HeapBox`](crate::HeapBox) or by `Box`, is its own doing and passes.
    ///   So does a request over [the heap threshold](crate::AllocConfig::with_heap_threshold) to a pool.
    /// - What the library keeps for itself of a thread, tag, system or scope that it has not met before passes, as it is little
    ///   and there is mostly nobody who could be refused.
    ///
    /// [`growth_since_seal`](Self::growth_since_seal) names what was refused, and what passed of the first and the last kind.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, AllocError, SmartAlloc, kilobytes};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_region(kilobytes(256)));
    /// alloc.whole_frame(|alloc| {
    ///     alloc.frame_slice_zeroed::<u8>(kilobytes(50));
    /// });
    /// alloc.seal();
    /// for _ in 0..100 {
    ///     alloc.whole_frame(|alloc| {
    ///         alloc.frame_slice_zeroed::<u8>(kilobytes(50));
    ///     });
    /// }
    /// assert!(alloc.growth_since_seal().is_empty());
    /// let refused = alloc.with_tag("ai", |ai| ai.try_frame_slice_zeroed::<u8>(kilobytes(400)).map(|bytes| bytes.len()));
    /// assert!(matches!(refused, Err(AllocError::Sealed { asked, .. }) if asked >= kilobytes(400)));
    /// assert!(alloc.growth_since_seal().iter().any(|growth| growth.by.to_string() == "the frame memory of tag `ai`"));
    /// alloc.unseal(); // for the next level
    /// ```
    ///
    /// # Panics
    /// If the end of a frame that is open does, as [`end_frame`](Self::end_frame). Memory is sealed all the same.
    pub fn seal(&mut self) {
        let ended = if self.is_in_frame() { self.end_frame_caught(None).1 } else { None };
        closed::seal(self.id());
        crate::panics::resume(ended);
    }

    /// Lets memory grow again: for a level to be loaded, say. What has grown until now is remembered.
    pub fn unseal(&mut self) {
        closed::unseal(self.id());
    }

    /// Returns whether memory is sealed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        closed::is_sealed(self.inner().sealed_by())
    }

    /// Returns what has grown or was to grow since memory was sealed for the last time: by what asked, and with the feature
    /// `debug` by the call.
    #[must_use]
    pub fn growth_since_seal(&self) -> Vec<Growth> {
        closed::grown(self.inner().sealed_by())
    }

    /// Returns the figures of the region that allocators of the process have asked for.
    #[must_use]
    pub fn region_stats() -> RegionStats {
        region::stats()
    }
}
