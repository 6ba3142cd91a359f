//! The heap in snapshots, by tag.

use super::ambient::AmbientTagStats;
use super::heap_tags::HeapTagStats;
use super::snapshot::plain_data;
use crate::raw::frames::allocator::SmartAlloc;

plain_data! {
    /// What one tag has of the heap.
    pub struct HeapTagSnapshot {
        /// The path; `(untagged)` for what was made while no tag was open, `(framealloc)` for what framealloc took for itself.
        pub path: String,
        /// Bytes that live now.
        pub bytes: u64,
        /// Blocks that live now.
        pub blocks: u64,
        /// The most bytes that lived at once.
        pub peak_bytes: u64,
        /// The bytes that it should have at most, where the configuration says so.
        pub budget: Option<u64>,
        /// Blocks that were made from the end of the frame before to the end of this one.
        pub allocations: u64,
        /// Blocks that were freed in that time.
        pub frees: u64,
    }

    /// What zones of one tag have used and kept: see [`AmbientTagStats`].
    pub struct ZoneSnapshot {
        /// The path; `(untagged)` for zones without a tag.
        pub path: String,
        /// Blocks that live now.
        pub blocks: u64,
        /// Bytes that live now.
        pub bytes: u64,
        /// Bytes of the chunks that live blocks keep from being used again.
        pub pinned_bytes: u64,
        /// Blocks that outlived their zone, since the program began.
        pub escaped: u64,
        /// How often the allocator inside served the rest of a zone because the tag pinned far more than lived there.
        pub refused: u64,
        /// How often it did because no chunk was free.
        pub exhausted: u64,
        /// How many classes of sizes the allocator inside serves because they were seen to escape.
        pub learned: u64,
    }
}

impl HeapTagSnapshot {
    pub(super) fn of(alloc: &SmartAlloc, tag: &HeapTagStats) -> Self {
        Self {
            path: tag.path.to_owned(),
            bytes: tag.bytes as u64,
            blocks: tag.blocks as u64,
            peak_bytes: tag.peak_bytes as u64,
            budget: alloc.config().heap_budget_of(tag.path).map(|bytes| bytes as u64),
            allocations: tag.allocations,
            frees: tag.frees,
        }
    }
}

impl From<&AmbientTagStats> for ZoneSnapshot {
    fn from(tag: &AmbientTagStats) -> Self {
        Self {
            path: tag.path.to_owned(),
            blocks: tag.blocks as u64,
            bytes: tag.bytes as u64,
            pinned_bytes: tag.pinned_bytes as u64,
            escaped: tag.escaped as u64,
            refused: tag.refused as u64,
            exhausted: tag.exhausted as u64,
            learned: tag.learned as u64,
        }
    }
}
