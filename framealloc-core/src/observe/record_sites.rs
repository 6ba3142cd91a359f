//! What a recording says of sampled sites: their numbers, and the names of the calls that led there.

use framealloc_trace::{Call, Encoder, Site, SiteFigures};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::sampling::samples::{Estimate, SampledBy};
use crate::stack::{StackCall, StackId, calls_of};

/// The sites that the file has, by number.
#[derive(Default)]
pub(super) struct KnownSites {
    numbers: FxHashMap<SampledBy, u32>,
    sites: Vec<SampledBy>,
    /// Whether the file says what the number is.
    defined: Vec<bool>,
    /// Stacks that nobody has looked up for the file yet.
    unnamed: Vec<StackId>,
    /// The sites of a frame, kept for its memory.
    figures: Vec<SiteFigures>,
}

impl KnownSites {
    /// Adds what was sampled in the last frame, where frames are sampled; `define` names its tags and systems first.
    pub(super) fn write(
        &mut self,
        alloc: &SmartAlloc,
        encoder: &mut Encoder,
        mut define: impl FnMut(&mut Encoder, SampledBy),
    ) {
        let Some(sampling) = alloc.config().sites() else { return };
        self.figures.clear();
        for &(by, estimate) in alloc.last_samples() {
            let id = self.number_of(by);
            self.define(id, encoder, &mut define);
            let Estimate { samples, blocks, bytes } = estimate;
            // Several threads may have met the same place.
            match self.figures.iter_mut().find(|known| known.id == id) {
                Some(known) => {
                    known.samples += samples;
                    known.blocks = known.blocks.saturating_add(blocks);
                    known.bytes = known.bytes.saturating_add(bytes);
                }
                None => self.figures.push(SiteFigures { id, samples, blocks, bytes }),
            }
        }
        encoder.samples(sampling.bytes() as u64, &self.figures);
    }

    /// The number of a site.
    pub(super) fn number_of(&mut self, by: SampledBy) -> u32 {
        let Self { numbers, sites, defined, .. } = self;
        *numbers.entry(by).or_insert_with(|| {
            sites.push(by);
            defined.push(false);
            u32::try_from(sites.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// Says what the number of a site stands for, if the file does not; `define` names its tag and system first.
    pub(super) fn define(&mut self, id: u32, encoder: &mut Encoder, define: &mut impl FnMut(&mut Encoder, SampledBy)) {
        let (Some(defined), Some(by)) = (self.defined.get_mut(id as usize), self.sites.get(id as usize)) else {
            return;
        };
        if core::mem::replace(defined, true) {
            return;
        }
        define(encoder, *by);
        let stack = Some(by.stack).filter(|stack| *stack != StackId::NONE);
        let tag = u32::try_from(by.tag.index()).unwrap_or(u32::MAX);
        encoder.site(&Site { id, tag, system: by.system.checked_sub(1), stack: stack.map(|stack| stack.0) });
        self.unnamed.extend(stack);
    }

    /// What was written is lost: the sites are written again.
    pub(super) fn write_again(&mut self) {
        self.defined.fill(false);
        self.unnamed.clear();
    }

    /// Takes the stacks that are to be named.
    pub(super) fn take_unnamed(&mut self) -> Vec<StackId> {
        core::mem::take(&mut self.unnamed)
    }
}

/// The names that the file has.
#[derive(Default)]
pub(super) struct Names {
    calls: FxHashMap<StackCall, u32>,
    stacks: FxHashSet<StackId>,
}

impl Names {
    /// The blocks that name the calls of these stacks, as far as the file has them not. It takes its time: the writer of the
    /// file calls it, or the end of the recording.
    pub(super) fn of(&mut self, stacks: &[StackId]) -> Vec<u8> {
        let mut encoder = Encoder::resume(Vec::new());
        for stack in stacks {
            if !self.stacks.insert(*stack) {
                continue;
            }
            let numbers: Vec<u32> =
                calls_of(*stack).into_iter().map(|call| self.number_of(call, &mut encoder)).collect();
            encoder.stack(stack.0, &numbers);
        }
        encoder.into_bytes()
    }

    fn number_of(&mut self, call: StackCall, encoder: &mut Encoder) -> u32 {
        let next = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        if let Some(id) = self.calls.get(&call) {
            return *id;
        }
        let StackCall { function, file, line } = call.clone();
        encoder.call(&Call { id: next, function, file: file.unwrap_or_default(), line: line.unwrap_or(0) });
        self.calls.insert(call, next);
        next
    }
}
