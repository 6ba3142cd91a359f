//! What was sampled: by stack, tag and system.

use core::num::NonZeroU32;

use rustc_hash::FxHashMap;

use crate::closed::{self, Owner};
use crate::stack::{OpenedAt, StackId};
use crate::tag::TagId;

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SampledBy {
    pub(crate) stack: StackId,
    pub(crate) tag: TagId,
    /// 1 + the index of the annotated system that was open; 0 for none.
    pub(crate) system: u32,
}

/// An annotated system that is open on a thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenSystem {
    /// 1 + its index; 0 for none.
    pub(crate) number: u32,
    /// Where on the stack it was opened: calls of frames above this are not its own.
    pub(crate) opened_at: OpenedAt,
}

impl OpenSystem {
    pub(crate) const NONE: Self = Self { number: 0, opened_at: OpenedAt::NOWHERE };

    /// The system with this number, opened in a function that has this variable.
    #[inline(always)]
    pub(crate) fn new(number: NonZeroU32, variable: *const u8) -> Self {
        Self { number: number.get(), opened_at: OpenedAt::of(variable) }
    }
}

/// What was asked for, estimated from what was sampled of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// What was sampled.
    pub(crate) samples: u64,
    /// Blocks, and their bytes.
    pub(crate) blocks: u64,
    pub(crate) bytes: u64,
}

impl Estimate {
    /// What one sample of `size` bytes stands for, where samples lie `every` bytes apart on average: as much as makes up for
    /// how unlikely it was to be met.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is an estimate, and positive"
    )]
    pub(crate) fn of(size: usize, every: usize) -> Self {
        // 1 - e^-x by the function that is exact for small x.
        let likely = -(-(size as f64) / every as f64).exp_m1();
        let blocks = 1.0 / likely;
        Self { samples: 1, blocks: blocks.round() as u64, bytes: (blocks * size as f64).round() as u64 }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.samples += other.samples;
        self.blocks = self.blocks.saturating_add(other.blocks);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// What was sampled on one thread in the running frame. Its memory stays: it grows with the places that are sampled, not with
/// the samples.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    by: FxHashMap<SampledBy, Estimate>,
    /// Those with a sample in the running frame.
    met: Vec<SampledBy>,
    /// Samples of the running frame.
    taken: usize,
    /// How often the gaps were doubled, to stay within the bound.
    pub(crate) doubled: u32,
}

/// Gaps are doubled so often at most.
const DOUBLED: u32 = 16;

impl Samples {
    /// A block of `size` bytes, which is not 0, was sampled.
    pub(crate) fn take(&mut self, tag: TagId, system: OpenSystem, size: usize, every: usize, depth: usize) {
        let by = SampledBy { stack: crate::stack::here(depth, system.opened_at), tag, system: system.number };
        self.taken += 1;
        let figures = self.by.entry(by).or_default();
        if figures.samples == 0 {
            if self.met.len() == self.met.capacity() {
                closed::table_grows(Owner::Process, "sampled sites", size_of::<(SampledBy, Estimate)>());
            }
            self.met.push(by);
        }
        figures.add(Estimate::of(size, every));
    }

    /// Calls `visit` with what was sampled since this was last called, and has gaps follow the bound of samples in a frame.
    pub(crate) fn drain(&mut self, most: Option<usize>, mut visit: impl FnMut(SampledBy, Estimate)) {
        let taken = core::mem::take(&mut self.taken);
        if let Some(most) = most {
            if taken > most {
                self.doubled = (self.doubled + 1).min(DOUBLED);
            } else if taken < most / 4 {
                self.doubled = self.doubled.saturating_sub(1);
            }
        }
        for by in self.met.drain(..) {
            if let Some(figures) = self.by.get_mut(&by) {
                visit(by, core::mem::take(figures));
            }
        }
    }
}

/// What was sampled on all threads, in all frames that have ended.
#[derive(Debug, Default)]
pub(crate) struct SampledFigures {
    /// Of the last frame; what several threads asked for at one place is there as often.
    last: Vec<(SampledBy, Estimate)>,
    total: FxHashMap<SampledBy, Estimate>,
}

impl SampledFigures {
    /// A frame ends.
    pub(crate) fn begin(&mut self) {
        self.last.clear();
    }

    /// What one thread has sampled in the frame that ends.
    pub(crate) fn add(&mut self, by: SampledBy, figures: Estimate) {
        self.last.push((by, figures));
        self.total.entry(by).or_default().add(figures);
    }

    pub(crate) fn last(&self) -> &[(SampledBy, Estimate)] {
        &self.last
    }

    pub(crate) fn total(&self) -> &FxHashMap<SampledBy, Estimate> {
        &self.total
    }
}
