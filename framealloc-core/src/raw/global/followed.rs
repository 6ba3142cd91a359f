//! Blocks of the heap that are followed from where they were made to where they are freed: a sample of those of the program,
//! while a recording wants to know how long they live.
//!
//! Who serves a block finds out at no cost whether it is sampled (`by_tag/thread.rs`, where the counts of a thread are full
//! anyway; [`meets`], where a block is counted atomically anyway), calls [`born`] then, and marks the block with the number that
//! it gets. A block with a mark is seen when it is freed, and [`died`] is called. Both take no lock and ask for nothing that
//! could be waited for; places are a fixed number.
//!
//! - **F1** A place is taken by whoever set its bit in `taken`, until the end of a frame has told that its block died. What
//!   it says is written before its bit in `born` is set, and that before its bit in `died` (release, then acquire), so that
//!   who takes the bits of `died` first finds each birth no later than its death.

use core::cell::Cell;

use crate::raw::mem::gaps::Gaps;
use crate::sync::{
    Acquire, AtomicU32, AtomicU64, AtomicUsize, Relaxed, Release, Witness, const_unless_loom, each, static_unless_loom,
    thread_locals,
};

/// Places in a word.
const BITS: usize = 64;

/// Words of places.
const WORDS: usize = match usize::BITS {
    _ if cfg!(framealloc_loom) => 1,
    64.. => 64,
    _ => 8,
};

/// Blocks that are followed at once, at most.
pub(crate) const PLACES: usize = if cfg!(framealloc_loom) { 2 } else { WORDS * BITS };

/// Whose block it is, and where it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Birth {
    /// The number of the stack.
    pub(crate) stack: u32,
    /// The index of the tag.
    pub(crate) tag: u32,
    /// Bytes.
    pub(crate) size: usize,
}

/// What became of a block, by the number of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Born(usize, Birth),
    Died(usize),
}

#[derive(Debug)]
struct Place {
    stack: AtomicU32,
    tag: AtomicU32,
    size: AtomicUsize,
    /// All of it, for models: it is written while nobody reads it (F1).
    witness: Witness,
}

impl Place {
    const_unless_loom! {
        fn new() -> Self {
            Self {
                stack: AtomicU32::new(0),
                tag: AtomicU32::new(0),
                size: AtomicUsize::new(0),
                witness: Witness::new(),
            }
        }
    }
}

/// The blocks that are followed.
#[derive(Debug)]
pub(crate) struct Followed {
    taken: [AtomicU64; WORDS],
    born: [AtomicU64; WORDS],
    died: [AtomicU64; WORDS],
    places: [Place; PLACES],
    /// Blocks that found no place.
    missed: AtomicU64,
}

impl Followed {
    const_unless_loom! {
        pub(crate) fn new() -> Self {
            Self {
                taken: each!(AtomicU64::new(0); WORDS),
                born: each!(AtomicU64::new(0); WORDS),
                died: each!(AtomicU64::new(0); WORDS),
                places: each!(Place::new(); PLACES),
                missed: AtomicU64::new(0),
            }
        }
    }

    /// Follows a block. `None`, and it is counted, if as many are followed as there are places.
    pub(crate) fn born(&self, birth: Birth) -> Option<usize> {
        let Some(place) = self.take() else {
            self.missed.fetch_add(1, Relaxed);
            return None;
        };
        let Place { stack, tag, size, witness } = &self.places[place];
        witness.exclusive();
        stack.store(birth.stack, Relaxed);
        tag.store(birth.tag, Relaxed);
        size.store(birth.size, Relaxed);
        // Release: who finds the bit finds what the place says (F1).
        self.born[place / BITS].fetch_or(bit(place), Release);
        Some(place)
    }

    fn take(&self) -> Option<usize> {
        for (word, taken) in self.taken.iter().enumerate() {
            loop {
                let free = (!taken.load(Relaxed)).trailing_zeros() as usize;
                let place = word * BITS + free;
                if free == BITS || place >= PLACES {
                    break;
                }
                // Acquire: who had the place before has read it (F1).
                if taken.fetch_or(bit(place), Acquire) & bit(place) == 0 {
                    return Some(place);
                }
            }
        }
        None
    }

    /// The block with this place is freed.
    pub(crate) fn died(&self, place: usize) {
        let Some(died) = self.died.get(place / BITS) else { return };
        // Release: who finds the bit finds that the block was born (F1).
        died.fetch_or(bit(place), Release);
    }

    /// Calls `visit` with what became of blocks since this was last called, births first, and frees the places of those that
    /// died. One thread at a time.
    pub(crate) fn drain(&self, mut visit: impl FnMut(Fate)) {
        let mut died = [0; WORDS];
        for (found, word) in died.iter_mut().zip(&self.died) {
            // Nearly all are empty nearly always, and a load costs nothing.
            if word.load(Relaxed) != 0 {
                *found = word.swap(0, Acquire);
            }
        }
        for (word, born) in self.born.iter().enumerate() {
            if born.load(Relaxed) == 0 {
                continue;
            }
            for place in places_of(word, born.swap(0, Acquire)) {
                let Place { stack, tag, size, witness } = &self.places[place];
                witness.shared();
                let birth = Birth { stack: stack.load(Relaxed), tag: tag.load(Relaxed), size: size.load(Relaxed) };
                visit(Fate::Born(place, birth));
            }
        }
        for (word, died) in died.into_iter().enumerate() {
            places_of(word, died).for_each(|place| visit(Fate::Died(place)));
            if died != 0 {
                // Release: who takes a place writes to it after it was read (F1).
                self.taken[word].fetch_and(!died, Release);
            }
        }
    }

    /// Blocks that found no place, so far.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.load(Relaxed)
    }
}

fn bit(place: usize) -> u64 {
    1 << (place % BITS)
}

/// The places whose bits a word has.
fn places_of(word: usize, mut bits: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let place = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (place < BITS).then_some(word * BITS + place)
    })
}

static_unless_loom! {
    /// Those of the process.
    static ALL: Followed = Followed::new();
}

static_unless_loom! {
    /// Bytes between two blocks that are followed, on average; 0 where none are.
    static EVERY: AtomicUsize = AtomicUsize::new(0);
}

static_unless_loom! {
    /// Calls of a stack that are kept.
    static DEPTH: AtomicUsize = AtomicUsize::new(0);
}

static_unless_loom! {
    /// Where the next random gap begins.
    static SEED: AtomicU64 = AtomicU64::new(0);
}

thread_locals! {
    /// Bytes before the next block that is followed, of those that are counted atomically; 0 before the first gap.
    static UNTIL: Cell<usize> = Cell::new(0);
}

/// How blocks are followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Following {
    /// Bytes between two of them, on average.
    pub(crate) every: usize,
    /// Calls of a stack that are kept.
    pub(crate) depth: usize,
    pub(crate) seed: u64,
}

/// The time in which blocks are followed, by one recording at a time: those of another are not told of.
#[derive(Debug)]
pub(crate) struct Watch(());

#[allow(clippy::unused_self, reason = "only who has it may ask")]
impl Watch {
    /// Begins it, unless another recording follows blocks already.
    pub(crate) fn begin(following: Following) -> Option<Self> {
        let Following { every, depth, seed } = following;
        EVERY.compare_exchange(0, every.max(1), Relaxed, Relaxed).ok()?;
        DEPTH.store(depth, Relaxed);
        SEED.store(seed, Relaxed);
        // What an earlier one followed and has died meanwhile.
        ALL.drain(|_| ());
        Some(Self(()))
    }

    /// Calls `visit` with what became of blocks since this was last called.
    pub(crate) fn drain(&mut self, visit: impl FnMut(Fate)) {
        ALL.drain(visit);
    }

    /// Blocks that found no place, since the program began.
    pub(crate) fn missed(&self) -> u64 {
        ALL.missed()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        EVERY.store(0, Relaxed);
    }
}

/// Whether blocks are followed.
#[inline(always)]
pub(crate) fn is_on() -> bool {
    !cfg!(framealloc_loom) && EVERY.load(Relaxed) != 0
}

/// Bytes to the next block that is followed: at least one.
#[cold]
pub(crate) fn draw() -> usize {
    // Each gap from a place of its own: threads need not agree on an order.
    let seed = SEED.fetch_add(0x9E37_79B9_7F4A_7C15, Relaxed);
    Gaps::new(EVERY.load(Relaxed), seed).draw().max(1)
}

/// Whether a block of `size` bytes is followed, of those that are counted one by one.
#[inline]
pub(crate) fn meets(size: usize) -> bool {
    is_on() && counts(size)
}

#[cold]
#[inline(never)]
fn counts(size: usize) -> bool {
    UNTIL.with(|until| {
        let left = if until.get() == 0 { draw() } else { until.get() };
        let is_met = size >= left;
        until.set(if is_met { draw() } else { left - size });
        is_met
    })
}

/// Follows a block of `size` bytes of the tag with this index, which the caller makes. Returns the number that it is to be marked
/// with, if there is a place. What looking who asks takes from the heap is to be ours:
/// [`HeapZone::growth`](super::zone::HeapZone::growth) is the caller's.
#[cold]
#[inline(never)]
pub(crate) fn born(tag: u32, size: usize) -> Option<u32> {
    let stack = crate::stack::try_here(DEPTH.load(Relaxed)).0;
    u32::try_from(ALL.born(Birth { stack, tag, size })?).ok()
}

/// The block with this number is freed.
#[cold]
#[inline(never)]
pub(crate) fn died(place: u32) {
    ALL.died(place as usize);
}

/// The face of the places for loom: what a block says of itself is one number, in all its parts.
#[cfg(framealloc_loom)]
pub mod model {
    use loom::sync::Arc;

    use super::{Birth, Fate, Followed};

    /// The blocks that are followed: two at once.
    #[derive(Debug)]
    pub struct FollowedBlocks(Followed);

    impl FollowedBlocks {
        /// None is followed.
        #[must_use]
        pub fn new() -> Arc<Self> {
            Arc::new(Self(Followed::new()))
        }

        /// Follows a block; returns its place, if there is one.
        #[must_use]
        pub fn born(&self, says: u32) -> Option<usize> {
            self.0.born(Birth { stack: says, tag: says, size: says as usize })
        }

        /// The block is freed.
        pub fn died(&self, place: usize) {
            self.0.died(place);
        }

        /// Calls `visit` with what became of blocks: the place, and what a block said that was born.
        ///
        /// # Panics
        /// If the parts of what it said differ.
        pub fn drain(&self, mut visit: impl FnMut(usize, Option<u32>)) {
            self.0.drain(|fate| match fate {
                Fate::Born(place, Birth { stack, tag, size }) => {
                    assert!(stack == tag && size == tag as usize, "it was read before it was written, or after");
                    visit(place, Some(tag));
                }
                Fate::Died(place) => visit(place, None),
            });
        }
    }
}
