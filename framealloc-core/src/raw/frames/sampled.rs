//! What was sampled of all threads, as the ends of frames collect it.

use super::allocator::SmartAlloc;
use super::sampling::SampleSink;
use super::sampling::samples::{Estimate, OpenSystem, SampledBy};
use super::thread_arenas::ThreadArenas;
use crate::sampling::SiteSampling;
use crate::stack::{StackCall, calls_of};
use crate::tag::TagId;

/// A place of the program that asks for frame memory, and how much, as samples tell:
/// [`SmartAlloc::sampled_sites`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SampledSite {
    /// The path of the tag; `(untagged)` for memory without one.
    pub tag: &'static str,
    /// The annotated system that was open, by its name.
    pub system: Option<&'static str>,
    /// The calls that led there, the innermost first, from the one that called framealloc on, to the annotated system if one
    /// was open. Empty without the feature
    /// `stacks`, and where the target cannot unwind.
    pub calls: Vec<StackCall>,
    /// How often it was sampled: the fewer, the less the estimates say. Their error is about one part in the square root of it.
    pub samples: u64,
    /// Blocks, estimated.
    pub blocks: u64,
    /// Bytes, estimated.
    pub bytes: u64,
}

impl SampleSink for ThreadArenas {
    fn take_sample(&self, tag: TagId, size: usize, every: usize, depth: usize) {
        // SAFETY: this thread has the arena set to itself, and the references end before anything else touches it (I2, I9).
        unsafe {
            let system = (*self.state()).system;
            (&mut (*self.state()).samples).take(tag, system, size, every, depth);
        }
    }

    fn every(&self, sampling: SiteSampling) -> usize {
        // SAFETY: this thread has the arena set to itself (I2); a plain value.
        let doubled = unsafe { (*self.state()).samples.doubled };
        sampling.bytes().saturating_mul(1 << doubled)
    }
}

impl ThreadArenas {
    /// Calls `visit` with what was sampled since the last end of a frame; `most` is the bound of samples in one.
    pub(super) fn drain_samples(&self, most: Option<usize>, visit: impl FnMut(SampledBy, Estimate)) {
        // SAFETY: this thread has the arena set to itself, and `visit` is our own and does not touch it (I2, I9).
        unsafe { (&mut (*self.state()).samples).drain(most, visit) };
    }

    /// The annotated system begins. Returns what [`leave_system`](Self::leave_system) goes back to.
    #[inline]
    pub(crate) fn enter_system(&self, system: OpenSystem) -> OpenSystem {
        // SAFETY: this thread has the arena set to itself (I2); a plain value.
        unsafe { core::mem::replace(&mut (*self.state()).system, system) }
    }

    /// The system ends, and is returned.
    #[inline]
    pub(crate) fn leave_system(&self, outer: OpenSystem) -> OpenSystem {
        self.enter_system(outer)
    }
}

impl SmartAlloc {
    /// What was sampled in the last frame; what several threads asked for at one place is there as often.
    pub(crate) fn last_samples(&self) -> &[(SampledBy, Estimate)] {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        unsafe { &(*self.frame_state()).sampled }.last()
    }

    /// Returns the places of the program that asked for frame memory in all frames that have ended, most bytes first:
    /// estimates from samples, where [`AllocConfig::with_sites`](crate::AllocConfig::with_sites) asks for them.
    ///
    /// Looks up the names of functions, which opens the program's debug information the first time: milliseconds.
    #[must_use]
    pub fn sampled_sites(&self) -> Vec<SampledSite> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        let total = unsafe { &(*self.frame_state()).sampled }.total();
        let mut sites: Vec<(SampledBy, Estimate)> = total.iter().map(|(by, figures)| (*by, *figures)).collect();
        sites.sort_unstable_by_key(|(by, figures)| (core::cmp::Reverse(figures.bytes), *by));
        let site = |(by, Estimate { samples, blocks, bytes }): (SampledBy, Estimate)| SampledSite {
            tag: by.tag.path(),
            system: by.system.checked_sub(1).map(|index| crate::site::name_of(index as usize)),
            calls: calls_of(by.stack),
            samples,
            blocks,
            bytes,
        };
        sites.into_iter().map(site).collect()
    }
}
