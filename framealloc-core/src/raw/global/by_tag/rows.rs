//! Rows of one thread, and what is known of a tag over all threads.

use super::super::followed;
use super::magazines::{Keeper, Magazines};
use super::{FOLLOWED_ROW, ROWS};
use crate::sync::{AtomicU64, AtomicUsize, Relaxed, Witness, const_unless_loom, each};

/// What a thread keeps to itself: it settles when it made or freed as many bytes, and tells the total when that is as far from
/// what it told.
pub(super) const TELL: usize = 16 << 10;

/// A block in a pending count; its bytes are above. There are never as many blocks as the field holds, since each has a byte,
/// nor as many bytes.
const BLOCK: u64 = 1;
const BYTES: u32 = 16;
const _: () = assert!(TELL < 1 << BYTES);

/// What a thread made and freed of the blocks of one tag. Numbers wrap: what one thread makes others free.
///
/// Only its thread writes to it: with one addition to one word for a block, which settles once in a while.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Row {
    /// Blocks and bytes that were made since the thread settled.
    made: AtomicU64,
    /// The same of those that were freed.
    freed: AtomicU64,
    /// Bytes that were made, less those that were freed, before.
    net: AtomicUsize,
    /// The part of them that the total has.
    told: AtomicUsize,
    allocations: AtomicU64,
    frees: AtomicU64,
    /// Where blocks are followed: bytes before the next one, when the thread last settled; 0 before the first. So far as
    /// fewer than [`TELL`] are left, what is missing is in `made`, and not in `net`: the count is full at the block that is
    /// to be followed, and that one settles.
    until: AtomicUsize,
}

/// Whether a row's blocks may be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sampled {
    Yes,
    /// What framealloc takes for itself: looking who asks takes from the heap, too.
    Never,
}

/// What a row says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowSum {
    pub(crate) bytes: usize,
    pub(crate) allocations: u64,
    pub(crate) frees: u64,
}

impl Row {
    const_unless_loom! {
        fn new() -> Self {
            Self {
                made: AtomicU64::new(0),
                freed: AtomicU64::new(0),
                net: AtomicUsize::new(0),
                told: AtomicUsize::new(0),
                allocations: AtomicU64::new(0),
                frees: AtomicU64::new(0),
                until: AtomicUsize::new(0),
            }
        }
    }

    /// Counts a block that the calling thread, whose row it is, is about to make, unless it is time to settle then. Returns
    /// whether it is counted.
    #[inline(always)]
    #[must_use]
    pub(super) fn take(&self, bytes: usize) -> bool {
        // First, since more bytes than there can be in a block may be asked for: they would not fit into the count.
        bytes <= TELL && count_if_small(&self.made, bytes)
    }

    /// The same for one that it is about to free.
    #[inline(always)]
    #[must_use]
    pub(super) fn free(&self, bytes: usize) -> bool {
        count_if_small(&self.freed, bytes)
    }

    /// A block that was [counted](Self::take) was not made. It may be settled already.
    pub(super) fn took_nothing(&self, bytes: usize) {
        self.allocations.store(self.allocations.load(Relaxed).wrapping_sub(1), Relaxed);
        self.net.store(self.net.load(Relaxed).wrapping_sub(bytes), Relaxed);
    }

    /// Counts a block of the calling thread, whose row it is. Returns whether it is time to [settle](Self::settle).
    #[inline(always)]
    #[must_use]
    pub(super) fn took(&self, bytes: usize) -> bool {
        count(&self.made, bytes)
    }

    /// Counts a block that the calling thread frees. Returns whether it is time to [settle](Self::settle).
    #[inline(always)]
    #[must_use]
    pub(super) fn freed(&self, bytes: usize) -> bool {
        count(&self.freed, bytes)
    }

    /// Adds what is pending up, and tells the total of it if that is much. Returns whether the block that was counted last, if
    /// it was made and not freed, is to be followed.
    #[cold]
    #[inline(never)]
    pub(super) fn settle(&self, total: &Total, sampled: Sampled) -> bool {
        let (made, made_bytes) = parts(&self.made);
        let (freed, freed_bytes) = parts(&self.freed);
        self.made.store(0, Relaxed);
        self.freed.store(0, Relaxed);
        self.allocations.store(self.allocations.load(Relaxed).wrapping_add(made), Relaxed);
        self.frees.store(self.frees.load(Relaxed).wrapping_add(freed), Relaxed);
        let net = self.net.load(Relaxed).wrapping_add(made_bytes).wrapping_sub(freed_bytes);
        self.net.store(net, Relaxed);
        let untold = net.wrapping_sub(self.told.load(Relaxed));
        if untold.wrapping_add(TELL - 1) > 2 * (TELL - 1) {
            self.told.store(net, Relaxed);
            total.change(untold);
        }
        let until = self.until.load(Relaxed);
        if sampled == Sampled::Yes && followed::is_on() {
            return self.sample(net, until, made_bytes);
        }
        if until != 0 {
            self.until.store(0, Relaxed);
        }
        false
    }

    /// Where the next block is that is followed, and whether the last one is; `net` and `until` as they were settled.
    fn sample(&self, net: usize, until: usize, made: usize) -> bool {
        let own = made - lead(until);
        let is_met = until != 0 && own >= until;
        let gap = if until == 0 || is_met { followed::draw() } else { until - own };
        self.until.store(gap, Relaxed);
        self.net.store(net.wrapping_sub(lead(gap)), Relaxed);
        self.made.store((lead(gap) as u64) << BYTES, Relaxed);
        is_met
    }

    /// Makes the count of what is freed full for ever, so that each block that is freed settles.
    pub(super) fn fill(&self) {
        self.freed.store((TELL as u64) << BYTES, Relaxed);
    }

    /// Counts a block in a row that several threads have.
    pub(super) fn took_shared(&self, total: &Total, bytes: usize) {
        self.allocations.fetch_add(1, Relaxed);
        self.net.fetch_add(bytes, Relaxed);
        total.change(bytes);
    }

    /// Counts a block that is freed in a row that several threads have.
    pub(super) fn freed_shared(&self, total: &Total, bytes: usize) {
        self.frees.fetch_add(1, Relaxed);
        self.net.fetch_sub(bytes, Relaxed);
        total.change(bytes.wrapping_neg());
    }

    /// Adds what the row says to a sum.
    pub(super) fn add_to(&self, sum: &mut RowSum) {
        // Frees first: a block that is made and freed meanwhile is rather counted as one that lives.
        let (freed, freed_bytes) = parts(&self.freed);
        let (made, made_bytes) = parts(&self.made);
        sum.frees = sum.frees.wrapping_add(freed).wrapping_add(self.frees.load(Relaxed));
        sum.allocations = sum.allocations.wrapping_add(made).wrapping_add(self.allocations.load(Relaxed));
        let net = self.net.load(Relaxed).wrapping_add(made_bytes).wrapping_sub(freed_bytes);
        sum.bytes = sum.bytes.wrapping_add(net);
    }
}

/// What a pending count begins with, so that it is full where so many bytes are left.
fn lead(until: usize) -> usize {
    if until == 0 { 0 } else { TELL.saturating_sub(until) }
}

/// Adds a block to a pending count. Returns whether it is large.
#[inline(always)]
fn count(pending: &AtomicU64, bytes: usize) -> bool {
    let now = with(pending, bytes);
    pending.store(now, Relaxed);
    is_large(now)
}

/// Adds a block to a pending count, unless that is large then. Returns whether it is added.
#[inline(always)]
fn count_if_small(pending: &AtomicU64, bytes: usize) -> bool {
    let now = with(pending, bytes);
    if is_large(now) {
        return false;
    }
    pending.store(now, Relaxed);
    true
}

#[inline(always)]
fn with(pending: &AtomicU64, bytes: usize) -> u64 {
    pending.load(Relaxed).wrapping_add(((bytes as u64) << BYTES) + BLOCK)
}

#[inline(always)]
const fn is_large(pending: u64) -> bool {
    pending > (TELL as u64) << BYTES
}

/// Blocks and bytes of a pending count.
fn parts(pending: &AtomicU64) -> (u64, usize) {
    let now = pending.load(Relaxed);
    // The bytes of a block that there was, and some more: they fit.
    (now & ((1 << BYTES) - 1), usize::try_from(now >> BYTES).unwrap_or(usize::MAX))
}

/// The rows of one thread, or those that threads share.
#[derive(Debug)]
pub(in crate::raw::global) struct Rows {
    by_tag: [Row; ROWS],
    /// Blocks that the thread keeps. Those that are shared keep none.
    pub(super) magazines: Magazines,
    /// The number of the allocator whose blocks they are.
    keeper: AtomicUsize,
    /// The rows, for models: they are complete before anybody sees them (H2).
    pub(super) made: Witness,
}

impl Rows {
    const_unless_loom! {
        pub(in crate::raw::global) fn new() -> Self {
            Self { by_tag: each!(Row::new(); ROWS), magazines: Magazines::new(), keeper: AtomicUsize::new(0), made: Witness::new() }
        }
    }

    /// Makes zeroes rows of this allocator, in which each block that is followed is seen when it is freed. Called before anybody
    /// else knows the rows.
    pub(in crate::raw::global) fn begin(&self, keeper: &Keeper) {
        self.keeper.store(keeper.numbered(), Relaxed);
        self.by_tag[FOLLOWED_ROW].fill();
    }

    /// The magazines, if what they have is this allocator's.
    #[inline(always)]
    pub(super) fn magazines_of(&self, keeper: &Keeper) -> Option<&Magazines> {
        (self.keeper.load(Relaxed) == keeper.number()).then_some(&self.magazines)
    }

    /// The row with this number.
    #[inline(always)]
    pub(super) fn row(&self, row: u32) -> &Row {
        &self.by_tag[row as usize % ROWS]
    }
}

/// What lives of a tag over all threads, as far as they told, and the most of it.
#[derive(Debug)]
pub(super) struct Total {
    bytes: AtomicUsize,
    peak: AtomicUsize,
}

impl Total {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self { bytes: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
        }
    }

    fn change(&self, by: usize) {
        let now = self.bytes.fetch_add(by, Relaxed).wrapping_add(by);
        // Less than nothing: what one thread freed before the other told that it made it.
        if now <= isize::MAX.unsigned_abs() {
            self.saw(now);
        }
    }

    /// Notes that so many bytes lived at once. Returns the most that ever did.
    pub(super) fn saw(&self, bytes: usize) -> usize {
        let peak = self.peak.load(Relaxed);
        if bytes <= peak { peak } else { self.peak.fetch_max(bytes, Relaxed).max(bytes) }
    }
}
