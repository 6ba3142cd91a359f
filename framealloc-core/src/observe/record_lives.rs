//! What a recording says of blocks of the heap that are followed: when they were made, and when they were freed.

use framealloc_trace::{Encoder, Life, Lives};

use super::record_sites::KnownSites;
use crate::raw::frames::sampling::samples::{Estimate, SampledBy};
use crate::raw::global::followed::{Birth, Fate, Following, PLACES, Watch};
use crate::sampling::SiteSampling;
use crate::stack::StackId;
use crate::tag::TagId;

/// The blocks that the file knows. All lists have room for as many as there can be.
pub(super) struct RecordedLives {
    watch: Watch,
    every: usize,
    /// By place: what the file knows of the block there.
    known: Box<[Option<Life>]>,
    next: u32,
    /// What was missed before the recording.
    missed: u64,
    lives: Lives,
}

impl RecordedLives {
    /// Begins to follow blocks, if the settings ask for it and no other recording does.
    pub(super) fn begin(sampling: Option<SiteSampling>) -> Option<Self> {
        let sampling = sampling?;
        let every = sampling.lifetimes()?;
        let watch = Watch::begin(Following { every, depth: sampling.stack_depth(), seed: sampling.seed() })?;
        let missed = watch.missed();
        let lives = Lives {
            every: every as u64,
            // Of one frame: those that live, and those that died in it.
            born: Vec::with_capacity(2 * PLACES),
            died: Vec::with_capacity(PLACES),
            ..Lives::default()
        };
        Some(Self { watch, every, known: vec![None; PLACES].into(), next: 0, missed, lives })
    }

    /// Adds what became of blocks in the frame with this number, which was added last; `define` names tags and systems of
    /// sites that the file does not know.
    pub(super) fn write(
        &mut self,
        encoder: &mut Encoder,
        frame: u64,
        sites: &mut KnownSites,
        mut define: impl FnMut(&mut Encoder, SampledBy),
    ) {
        let Self { watch, every, known, next, missed, lives } = self;
        lives.died.clear();
        lives.born.clear();
        if lives.anew {
            // All that live, of which what has died since is told below.
            for life in known.iter().flatten() {
                sites.define(life.site, encoder, &mut define);
                lives.born.push(*life);
            }
        }
        watch.drain(|fate| match fate {
            Fate::Born(place, Birth { stack, tag, size }) => {
                let by = SampledBy { stack: StackId(stack), tag: TagId::from_index(tag as usize), system: 0 };
                let Estimate { blocks, bytes, .. } = Estimate::of(size, *every);
                let site = sites.number_of(by);
                sites.define(site, encoder, &mut define);
                let life = Life { id: *next, site, frame, blocks, bytes };
                *next = next.wrapping_add(1);
                known[place] = Some(life);
                lives.born.push(life);
            }
            // Of one that was followed for another recording the file knows nothing.
            Fate::Died(place) => lives.died.extend(known[place].take().map(|life| life.id)),
        });
        let all = watch.missed();
        lives.missed = all - *missed;
        *missed = all;
        if lives.anew || lives.missed > 0 || !lives.born.is_empty() || !lives.died.is_empty() {
            encoder.lives(lives);
        }
        lives.anew = false;
    }

    /// What was written is lost: all that live are written again.
    pub(super) fn write_again(&mut self) {
        self.lives.anew = true;
    }
}
