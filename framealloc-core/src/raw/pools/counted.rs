//! Blocks of the heap that are counted by tag, and those of them that are followed.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::heap_counters::tag_of;
use crate::raw::global::by_tag::figures;
use crate::raw::global::followed;
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::heap_block::{self, HeapCounters};

/// Memory for a value of `layout`, counted. `None` if the global allocator refused.
#[inline]
pub(super) fn allocate(layout: Layout, counters: &'static HeapCounters) -> Option<NonNull<u8>> {
    let value = heap_block::allocate(layout, counters)?;
    if let Some(place) = follow(layout.size(), counters) {
        // SAFETY: the block is new.
        unsafe { heap_block::mark(value, place) };
    }
    Some(value)
}

/// Follows a block of `size` bytes, if it is sampled. Returns the number that it is to be marked with.
#[inline]
pub(super) fn follow(size: usize, counters: &'static HeapCounters) -> Option<u32> {
    if followed::meets(size) { follow_met(size, counters) } else { None }
}

#[cold]
#[inline(never)]
fn follow_met(size: usize, counters: &'static HeapCounters) -> Option<u32> {
    // Where the program's allocator attributes its blocks, this one is among them.
    if figures::is_used() {
        return None;
    }
    let _growth = HeapZone::growth();
    followed::born(u32::try_from(tag_of(counters)?).ok()?, size)
}

/// Frees a block.
///
/// # Safety
/// `value` must come from [`allocate`] with this layout and hold no live value.
#[inline]
pub(super) unsafe fn free(value: NonNull<u8>, layout: Layout) {
    // SAFETY: passed on.
    if let Some(place) = unsafe { heap_block::free(value, layout) } {
        followed::died(place);
    }
}
