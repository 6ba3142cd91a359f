//! What a tag pins, and how much of it is allowed.
//!
//! A block that outlives its zone keeps its chunk: one of 64 bytes in a thousand was seen to pin 370 times its size. So
//! zones of a tag are served by the allocator inside while its chunks are many and what lives in them is little; and which
//! sizes did that is learned (`sizes.rs`).

use super::chunks::{Header, Table};
use super::sizes::Sizes;
use super::{BLOCK, CHUNK, HELD};
use crate::sync::{AtomicU32, AtomicUsize, Relaxed, const_unless_loom};

/// Chunks that every tag may pin, whatever lives in them.
const UNCHECKED: u32 = 4;

/// How many times as much as lives in them the pinned chunks of a tag may be.
const RATIO: usize = 8;

/// Refusals after which what lives is looked at again.
const LOOK_AGAIN: usize = 8;

/// What is known of one tag. All of it is numbers that nobody relies on, so relaxed.
#[derive(Debug)]
pub(super) struct Row {
    /// Chunks that were given up and are not free.
    pinned: AtomicU32,
    /// Zones are served without a look while `pinned` is below. 0 for the first limit.
    ceiling: AtomicU32,
    /// 1 since a look ended with a refusal, until `pinned` is below the ceiling.
    refusing: AtomicU32,
    /// Blocks that lived when their zone ended.
    pub(super) escaped: AtomicUsize,
    /// How often a zone was sent to the allocator inside because of what the tag pins.
    pub(super) refused: AtomicUsize,
    /// The same, because no chunk was free.
    pub(super) exhausted: AtomicUsize,
    /// Which sizes outlive their zones.
    pub(super) sizes: Sizes,
}

impl Row {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self {
                pinned: AtomicU32::new(0),
                ceiling: AtomicU32::new(UNCHECKED),
                refusing: AtomicU32::new(0),
                escaped: AtomicUsize::new(0),
                refused: AtomicUsize::new(0),
                exhausted: AtomicUsize::new(0),
                sizes: Sizes::new(),
            }
        }
    }

    pub(super) fn pin(&self) {
        self.pinned.fetch_add(1, Relaxed);
    }

    pub(super) fn unpin(&self) {
        self.pinned.fetch_sub(1, Relaxed);
    }

    /// Chunks that the tag pins.
    pub(super) fn pinned(&self) -> u32 {
        self.pinned.load(Relaxed)
    }

    /// Whether zones of the tag are sent to the allocator inside because of what it pins.
    pub(super) fn is_refusing(&self) -> bool {
        self.refusing.load(Relaxed) != 0
    }

    /// Whether a zone of the tag may have another chunk.
    pub(super) fn may_take(&self, table: &Table, row: u32) -> bool {
        let pinned = self.pinned();
        if pinned < self.ceiling.load(Relaxed) {
            if self.refusing.load(Relaxed) != 0 {
                self.refusing.store(0, Relaxed);
            }
            return true;
        }
        // More may live than when it was refused, in cells above all.
        let looks = self.refusing.load(Relaxed) == 0 || self.refused.load(Relaxed) % LOOK_AGAIN == LOOK_AGAIN - 1;
        looks && self.look(table, row, pinned)
    }

    /// Whether the tag may have another chunk for cells: one less than it may pin, so that its zones go on to be served.
    pub(super) fn may_divide(&self, table: &Table, row: u32) -> bool {
        let pinned = self.pinned() + 1;
        pinned < self.ceiling.load(Relaxed)
            || self.refusing.load(Relaxed) == 0 && self.look(table, row, pinned) && pinned < self.ceiling.load(Relaxed)
    }

    /// Compares with what lives. Walks over all chunks, so not again before an eighth more or less is pinned.
    #[cold]
    #[inline(never)]
    fn look(&self, table: &Table, row: u32, pinned: u32) -> bool {
        let live = table.live_bytes_of_given_up(row);
        let allowed = u32::try_from(live.saturating_mul(RATIO) / CHUNK).unwrap_or(u32::MAX);
        let allowed = allowed.min(table.pinned_limit).max(UNCHECKED);
        let step = (pinned / 8).max(2);
        let served = pinned < allowed;
        let ceiling = if served { allowed.min(pinned + step) } else { allowed.min(pinned - step) };
        self.ceiling.store(ceiling, Relaxed);
        self.refusing.store(u32::from(!served), Relaxed);
        if !served {
            self.sizes.learn();
        }
        served
    }
}

impl Header {
    /// What lives here, if the chunk counts as pinned: it was given up, or is divided into cells.
    fn pinned_for(&self) -> Option<u32> {
        let count = self.count();
        if count & HELD == 0 {
            return Some(count).filter(|count| *count < HELD / 2);
        }
        (self.cells.load(Relaxed) != 0).then(|| (count - HELD).wrapping_add(self.local.load(Relaxed)) % (HELD / 2))
    }
}

impl Table {
    /// Bytes that live in the chunks that the tag pins.
    pub(super) fn live_bytes_of_given_up(&self, row: u32) -> usize {
        let of_the_tag = self.headers.iter().filter(|header| header.row.load(Relaxed) == row);
        of_the_tag.filter_map(Header::pinned_for).map(bytes_of).sum()
    }
}

/// The bytes in a count of a chunk that was given up.
pub(super) const fn bytes_of(count: u32) -> usize {
    (count % BLOCK) as usize
}

/// The blocks in a count of a chunk that was given up.
pub(super) const fn blocks_of(count: u32) -> usize {
    (count / BLOCK) as usize
}

/// Whether what lives in a chunk is so little that it is one of those that are pinned in vain.
pub(super) const fn is_nearly_empty(count: u32) -> bool {
    bytes_of(count) * RATIO < CHUNK
}
