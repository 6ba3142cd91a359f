//! Which sizes of a tag outlive their zones.
//!
//! A tag that keeps one small thing of each thousand that it makes would pin chunk after chunk, and then be served by the
//! allocator inside altogether. Mostly what is kept is of few sizes: those are learned. Blocks of those sizes are looked at
//! one by one (`sites.rs`), and the rest goes on to be bumped.

use crate::sync::{AtomicU32, AtomicU64, Relaxed, const_unless_loom};

/// Zones that begin before what was learned is tried again: a level may keep what a frame does not. Twice as many each time
/// that it was right, since what is tried costs refusals.
const FORGET_AFTER: u32 = 4096;

/// How often they are doubled.
const MOST_DOUBLED: u32 = 6;

/// What was seen of one tag, a bit for each [class](class_of) of sizes. Nobody relies on it, so relaxed.
#[derive(Debug)]
pub(super) struct Sizes {
    /// Kept nearly empty chunks from being used again, since it was last learned from that.
    seen: AtomicU64,
    /// Are looked at one by one.
    learned: AtomicU64,
    /// Zones that may still begin before they are forgotten.
    zones: AtomicU32,
    /// How often something was learned.
    times: AtomicU32,
}

/// The class of blocks of so many bytes: by 16 up to 512, then four for each doubling.
pub(super) const fn class_of(size: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "there are 64")]
    if size <= 512 {
        (size.saturating_sub(1) / 16) as u32
    } else {
        let last = size - 1;
        let class = 32 + (last.ilog2() - 9) * 4 + (last >> (last.ilog2() - 2)) as u32 % 4;
        if class < 63 { class } else { 63 }
    }
}

/// A bit for the class of the size.
pub(super) const fn bit_of(size: usize) -> u64 {
    1 << class_of(size)
}

impl Sizes {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self { seen: AtomicU64::new(0), learned: AtomicU64::new(0), zones: AtomicU32::new(0), times: AtomicU32::new(0) }
        }
    }

    /// A block of this size lives, or has lived until now, in a chunk that its zone has left and in which little else does.
    pub(super) fn saw(&self, size: usize) {
        let seen = self.seen.load(Relaxed);
        // Mostly it was seen before.
        if seen & bit_of(size) == 0 {
            self.seen.fetch_or(bit_of(size), Relaxed);
        }
    }

    /// The tag pins too much: what was seen is what to keep out.
    pub(super) fn learn(&self) {
        let seen = self.seen.swap(0, Relaxed);
        if seen != 0 {
            let times = self.times.fetch_add(1, Relaxed);
            self.learned.fetch_or(seen, Relaxed);
            self.zones.store(FORGET_AFTER << times.min(MOST_DOUBLED), Relaxed);
        }
    }

    /// How often something was learned: what was found out about a place before is to be found out again.
    pub(super) fn times(&self) -> u32 {
        self.times.load(Relaxed)
    }

    /// The classes of sizes that are learned, a bit for each.
    pub(super) fn watched(&self) -> u64 {
        self.learned.load(Relaxed)
    }

    /// How many classes of sizes are learned.
    pub(super) fn learned(&self) -> usize {
        self.learned.load(Relaxed).count_ones() as usize
    }

    /// What a zone that begins looks at one by one, a bit for each class.
    pub(super) fn for_a_zone(&self) -> u64 {
        let learned = self.learned.load(Relaxed);
        if learned == 0 {
            return 0;
        }
        let zones = self.zones.load(Relaxed).saturating_sub(1);
        self.zones.store(zones, Relaxed);
        if zones == 0 {
            self.learned.store(0, Relaxed);
        }
        learned
    }
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use super::{Sizes, bit_of, class_of};

    #[test]
    fn classes_are_in_order_and_few_sizes_share_one() {
        let sizes: Vec<u32> = (1..=20_000).map(class_of).collect();
        assert!(sizes.windows(2).all(|pair| pair[0] <= pair[1] && pair[1] <= pair[0] + 1));
        assert_eq!((sizes[0], sizes[15], sizes[16], sizes[511], sizes[512]), (0, 0, 1, 31, 32));
        assert_eq!((class_of(8192), class_of(20_000)), (47, 52));
    }

    #[test]
    fn what_was_seen_is_learned_when_too_much_is_pinned_and_forgotten_after_a_while() {
        let sizes = Sizes::new();
        sizes.saw(100);
        assert_eq!(sizes.for_a_zone(), 0);
        sizes.learn();
        sizes.saw(500);
        assert_eq!(sizes.for_a_zone(), bit_of(100));
        sizes.learn();
        let both = bit_of(100) | bit_of(500);
        assert!((0..2 * super::FORGET_AFTER).all(|_| sizes.for_a_zone() == both));
        assert_eq!(sizes.for_a_zone(), 0);
    }
}
