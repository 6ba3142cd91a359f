//! Where pools, handles and promotions tell the filter what they do.
//!
//! Without the feature `memory_filter` all of this compiles to nothing. With it, and no filter enabled, a call is one load and one
//! predicted branch.

use core::ptr::NonNull;

#[cfg(feature = "memory_filter")]
use super::lookout;
use crate::SmartAlloc;
use crate::raw::pools::pool::RawPool;
use crate::raw::pools::promoted::Kept;
use crate::tag::TagId;

/// An object of a size class was made for `tag`; for `None` nobody is to know, since the program did not ask for it.
#[inline(always)]
pub(crate) fn class_taken(memory: NonNull<u8>, tag: Option<TagId>) {
    #[cfg(feature = "memory_filter")]
    if lookout::is_on() {
        if let Some(tag) = tag {
            lookout::taken(memory.addr().get(), lookout::Maker::Tag(tag));
        }
    }
    #[cfg(not(feature = "memory_filter"))]
    let _ = (memory, tag);
}

/// An object of a pool of its own was made.
#[inline(always)]
pub(crate) fn own_taken(memory: NonNull<u8>, pool: &'static RawPool) {
    #[cfg(feature = "memory_filter")]
    if lookout::is_on() {
        lookout::taken(memory.addr().get(), lookout::Maker::Pool(pool));
    }
    #[cfg(not(feature = "memory_filter"))]
    let _ = (memory, pool);
}

/// A pool passed a request on to the heap.
#[inline(always)]
pub(crate) fn oversized_taken(tag: Option<TagId>) {
    #[cfg(feature = "memory_filter")]
    if lookout::is_on() {
        if let Some(tag) = tag {
            lookout::oversized(tag);
        }
    }
    #[cfg(not(feature = "memory_filter"))]
    let _ = tag;
}

/// The memory of a pool object or of a value on the heap is about to be given back: to be called before another thread can have it.
#[inline(always)]
pub(crate) fn freed(memory: NonNull<u8>) {
    #[cfg(feature = "memory_filter")]
    if lookout::is_on() {
        lookout::freed(memory.addr().get());
    }
    #[cfg(not(feature = "memory_filter"))]
    let _ = memory;
}

/// A value that was shared in this allocator after `turn` frames was asked for when its frame had ended.
#[inline(always)]
pub(crate) fn asked_late(alloc: &SmartAlloc, turn: u64) {
    #[cfg(feature = "memory_filter")]
    if lookout::is_on() {
        lookout::asked_late(alloc.id(), alloc.tag_id(), alloc.turns() - turn);
    }
    #[cfg(not(feature = "memory_filter"))]
    let _ = (alloc, turn);
}

/// What becomes of the retained values of a frame that ends.
pub(crate) struct Settled {
    #[cfg(feature = "memory_filter")]
    allocator: u64,
    #[cfg(feature = "memory_filter")]
    pub(super) values: Vec<super::filter::SettledValue>,
}

impl Settled {
    pub(crate) fn new(alloc: &SmartAlloc) -> Self {
        #[cfg(not(feature = "memory_filter"))]
        let _ = alloc;
        Self {
            #[cfg(feature = "memory_filter")]
            allocator: alloc.id(),
            #[cfg(feature = "memory_filter")]
            values: Vec::new(),
        }
    }

    /// A value was retained under `tag`, and its frame has ended.
    #[inline]
    pub(crate) fn retained(&mut self, tag: TagId) {
        #[cfg(feature = "memory_filter")]
        if lookout::is_on() {
            self.values.push(super::filter::SettledValue { tag, promoted: None });
        }
        #[cfg(not(feature = "memory_filter"))]
        let _ = (self, tag);
    }

    /// The value that [`retained`](Self::retained) was last called for has moved: `bytes` of it, from `frame_bytes` in the frame.
    #[inline]
    pub(crate) fn promoted(&mut self, value: &Kept, bytes: usize, frame_bytes: usize) {
        #[cfg(feature = "memory_filter")]
        if let Some(last) = self.values.last_mut() {
            // What has no bytes has no address of its own.
            if bytes > 0 {
                lookout::promoted(self.allocator, last.tag, core::ptr::from_ref(value.value()).addr());
            }
            let to_heap = matches!(value, Kept::Heap(_));
            last.promoted = Some(super::filter::PromotedValue { bytes, frame_bytes, to_heap });
        }
        #[cfg(not(feature = "memory_filter"))]
        let _ = (self, value, bytes, frame_bytes);
    }

    /// All values are settled; the turn is next.
    pub(crate) fn tell(self, alloc: &mut SmartAlloc) {
        #[cfg(feature = "memory_filter")]
        if !self.values.is_empty() {
            alloc.tell_filter(&self.values);
        }
        #[cfg(not(feature = "memory_filter"))]
        let _ = (self, alloc);
    }
}
