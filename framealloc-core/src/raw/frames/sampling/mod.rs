//! Sampling: which places of the program ask for frame memory, at no cost per allocation.
//!
//! The window of a sampled arena ends where the next block is to be sampled, so that the compare of the hot path fails there
//! and the cold path can look who asks. What is kept back of the window is opened again by every cold path before it does
//! anything else (I33).

pub(crate) mod samples;

use core::ptr::NonNull;

use crate::raw::mem::gaps::Gaps;
use crate::sampling::SiteSampling;
use crate::tag::TagId;

/// Windows of one arena that may end at a sample at once: its own and those that cursors have out. What is beyond is not
/// sampled before memory ends it.
const WINDOWS: usize = 4;

/// What hears of samples: the arena set. Called in cold paths, with nothing borrowed (I9).
pub(super) trait SampleSink {
    /// A block of `size` bytes under a tag was sampled, where gaps are of `every` bytes on average; `depth` calls of its stack
    /// are kept.
    fn take_sample(&self, tag: TagId, size: usize, every: usize, depth: usize);

    /// Bytes of gaps on average, from the next reset of an arena on.
    fn every(&self, sampling: SiteSampling) -> usize;
}

/// What is kept back of a window: memory beside it, on one side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) at: *mut u8,
    pub(super) bytes: usize,
    /// The ends of the window.
    pub(super) base: *mut u8,
    pub(super) end: *mut u8,
}

/// Where the next samples of one arena are.
pub(super) struct Sampler {
    /// Where the samples go; it outlives the arena (I3).
    pub(super) sink: NonNull<dyn SampleSink>,
    pub(super) gaps: Gaps,
    pub(super) sampling: SiteSampling,
    /// What is kept back of windows that end at a sample. No list that could grow: it is changed in steady frames.
    kept: [Option<Kept>; WINDOWS],
}

impl Sampler {
    /// The sampler of the `number`th arena of a thread.
    pub(super) fn new(sampling: SiteSampling, sink: NonNull<dyn SampleSink>, number: u64) -> Self {
        let seed = sampling.seed().wrapping_add(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        Self { sink, gaps: Gaps::new(sampling.bytes(), seed), sampling, kept: [None; WINDOWS] }
    }

    /// Whether no other window can end at a sample.
    pub(super) fn is_full(&self) -> bool {
        self.kept.iter().all(Option::is_some)
    }

    /// All that is kept back.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.kept.iter().flatten()
    }

    /// Notes what is kept back of a window. There is room: the sampler is not [full](Self::is_full).
    pub(super) fn keep(&mut self, kept: Kept) {
        debug_assert!(!self.is_full());
        if let Some(place) = self.kept.iter_mut().find(|place| place.is_none()) {
            *place = Some(kept);
        }
    }

    /// Takes out anything that is kept back.
    pub(super) fn take_any(&mut self) -> Option<Kept> {
        self.kept.iter_mut().find_map(Option::take)
    }

    /// Forgets all that is kept back.
    pub(super) fn clear(&mut self) {
        self.kept = [None; WINDOWS];
    }

    /// Takes out what is kept back of the window with these ends.
    pub(super) fn take(&mut self, base: *mut u8, end: *mut u8) -> Option<Kept> {
        let is_of = |kept: &mut Kept| kept.base == base && kept.end == end;
        self.kept.iter_mut().find_map(|place| place.take_if(is_of))
    }

    /// Whether the window with these ends ends at a sample.
    pub(super) fn ends_at_sample(&self, base: *mut u8, end: *mut u8) -> bool {
        self.kept().any(|kept| kept.base == base && kept.end == end)
    }
}
