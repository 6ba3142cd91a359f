//! The feature `memory_filter`. While no filter is enabled a call is one load and one predicted branch.

use core::ptr::NonNull;

use super::state::{self, Maker};
use crate::pool_settings::PoolSettings;
use crate::tag::TagId;

/// An object of a size class was made for `tag`; for `None` nobody is to know, since the program did not ask for it.
#[inline(always)]
pub(crate) fn class_taken(memory: NonNull<u8>, tag: Option<TagId>) {
    if state::is_on() {
        if let Some(tag) = tag {
            state::taken(memory.addr().get(), Maker::Tag(tag));
        }
    }
}

/// An object of a pool of its own was made.
#[inline(always)]
pub(crate) fn own_taken(memory: NonNull<u8>, pool: &'static PoolSettings) {
    if state::is_on() {
        state::taken(memory.addr().get(), Maker::Pool(pool));
    }
}

/// A pool passed a request on to the heap.
#[inline(always)]
pub(crate) fn oversized_taken(tag: Option<TagId>) {
    if state::is_on() {
        if let Some(tag) = tag {
            state::oversized(tag);
        }
    }
}

/// The memory of a pool object or of a value on the heap is about to be given back: to be called before another thread can have it.
#[inline(always)]
pub(crate) fn freed(memory: NonNull<u8>) {
    if state::is_on() {
        state::freed(memory.addr().get());
    }
}

/// A value that was shared under `tag` in this allocator was asked for `frames` frames after its own.
#[inline(always)]
pub(crate) fn asked_late(allocator: u64, tag: TagId, frames: u64) {
    if state::is_on() {
        state::asked_late(allocator, tag, frames);
    }
}

/// What became of a value that was retained.
pub(crate) struct SettledValue {
    pub(crate) tag: TagId,
    pub(crate) promoted: Option<PromotedValue>,
}

/// What moved at the end of its frame.
pub(crate) struct PromotedValue {
    pub(crate) bytes: usize,
    pub(crate) frame_bytes: usize,
    pub(crate) to_heap: bool,
}

/// What becomes of the retained values of a frame that ends.
pub(crate) struct Settled {
    allocator: u64,
    pub(crate) values: Vec<SettledValue>,
}

impl Settled {
    /// Of the allocator with this number.
    pub(crate) fn new(allocator: u64) -> Self {
        Self { allocator, values: Vec::new() }
    }

    /// A value was retained under `tag`, and its frame has ended.
    #[inline]
    pub(crate) fn retained(&mut self, tag: TagId) {
        if state::is_on() {
            self.values.push(SettledValue { tag, promoted: None });
        }
    }

    /// The value that [`retained`](Self::retained) was last called for has moved to `address`.
    #[inline]
    pub(crate) fn promoted(&mut self, address: usize, value: PromotedValue) {
        if let Some(last) = self.values.last_mut() {
            // What has no bytes has no address of its own.
            if value.bytes > 0 {
                state::promoted(self.allocator, last.tag, address);
            }
            last.promoted = Some(value);
        }
    }
}
