//! What became of the retained values of a frame: plain data, that the allocator keeps while nobody has taken it.

use rustc_hash::FxHashMap;

use crate::error::AllocError;
use crate::panics::{Payload, drop_caught, first_panic};
use crate::raw::frames::report::FrameReport;
use crate::raw::pools::promoted::Promoted;
use crate::tag::TagId;

/// Where a retained value goes when its frame ends with
/// [`end_frame_with_promotions`](crate::SmartAlloc::end_frame_with_promotions). Any other end drops it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetentionPolicy {
    /// Nowhere: it is dropped.
    #[default]
    Discard,
    /// To the pool of its size, as a [`PoolBox`](crate::PoolBox).
    PromoteToPool,
    /// To the heap, attributed to the tag it was retained under, as a [`HeapBox`](crate::HeapBox).
    PromoteToHeap,
    /// To the scratch region of this name, which owns it from then on: [`Scratch::promoted`](crate::Scratch::promoted).
    PromoteToScratch(&'static str),
}

/// What names a retained value: the allocator, the frames ended before it, the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(super) allocator: u64,
    pub(super) frames_ended: u64,
    pub(super) node: usize,
}

/// One promoted value, of whatever type.
pub struct Promotion {
    pub(crate) name: Name,
    pub(crate) value: Promoted,
    pub(crate) tag: TagId,
    pub(crate) bytes: usize,
    pub(crate) type_name: &'static str,
}

/// Why a value could not be promoted. It was dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PromotionFailure {
    /// The bytes that may be promoted in a frame were used up by values before it.
    BudgetExceeded,
    /// There is no scratch region of the name.
    NoScratch(&'static str),
    /// The new home had no memory for it.
    Refused(AllocError),
}

/// A value that could not be promoted and was dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedPromotion {
    /// The type of the value.
    pub type_name: &'static str,
    /// Its size in bytes.
    pub bytes: usize,
    /// The tag it was retained under.
    pub tag: TagId,
    /// Why.
    pub reason: PromotionFailure,
}

/// A number of values and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromotionCount {
    /// Values.
    pub values: usize,
    /// Bytes of those, without what they own elsewhere.
    pub bytes: usize,
}

impl PromotionCount {
    pub(crate) fn add(&mut self, bytes: usize) {
        self.values += 1;
        self.bytes += bytes;
    }
}

/// What became of the retained values of a frame, in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromotionSummary {
    /// Dropped, as their policy was.
    pub discarded: PromotionCount,
    /// Promoted to pools.
    pub pool: PromotionCount,
    /// Promoted to the heap.
    pub heap: PromotionCount,
    /// Promoted to scratch regions.
    pub scratch: PromotionCount,
    /// Dropped because they could not be promoted.
    pub failed: PromotionCount,
    /// Promoted, wherever, by the tag they were retained under.
    pub by_tag: Vec<(TagId, PromotionCount)>,
    /// Failed, by the reason.
    pub by_reason: Vec<(PromotionFailure, PromotionCount)>,
}

/// The retained values of a frame that has ended, in their new homes.
///
/// It owns them, and is `'static`: what is not taken is dropped with it.
#[derive(Debug, Default)]
#[must_use = "what is not taken from it is dropped"]
pub struct Promotions {
    pub(crate) values: Vec<Promotion>,
    /// Where each value is, once one of many has been taken.
    pub(crate) places: Option<FxHashMap<Name, usize>>,
    pub(crate) failures: Vec<FailedPromotion>,
    pub(crate) summary: PromotionSummary,
    pub(crate) report: FrameReport,
}

impl Promotions {
    /// Drops all values, one by one. Returns the first panic.
    pub(crate) fn drop_caught(self) -> Option<Payload> {
        let mut panicked = None;
        self.values.into_iter().for_each(|value| first_panic(&mut panicked, drop_caught(value)));
        panicked
    }
}
