//! Without the feature `memory_filter`: nothing is seen and nothing is done.

use core::ptr::NonNull;

use crate::pool_settings::PoolSettings;
use crate::tag::TagId;

#[inline(always)]
pub(crate) fn class_taken(_memory: NonNull<u8>, _tag: Option<TagId>) {}

#[inline(always)]
pub(crate) fn own_taken(_memory: NonNull<u8>, _pool: &'static PoolSettings) {}

#[inline(always)]
pub(crate) fn oversized_taken(_tag: Option<TagId>) {}

#[inline(always)]
pub(crate) fn freed(_memory: NonNull<u8>) {}

#[inline(always)]
pub(crate) fn asked_late(_allocator: u64, _tag: TagId, _frames: u64) {}

/// What moved at the end of its frame.
#[expect(dead_code, reason = "nobody reads it without the filter")]
pub(crate) struct PromotedValue {
    pub(crate) bytes: usize,
    pub(crate) frame_bytes: usize,
    pub(crate) to_heap: bool,
}

/// Nothing.
pub(crate) struct Settled;

#[expect(clippy::unused_self, reason = "nothing is kept")]
impl Settled {
    pub(crate) fn new(_allocator: u64) -> Self {
        Self
    }

    #[inline]
    pub(crate) fn retained(&mut self, _tag: TagId) {}

    #[inline]
    pub(crate) fn promoted(&mut self, _address: usize, _value: PromotedValue) {}
}
