//! Single slots: blocks of the heap that look like a slab with one slot.
//!
//! An allocator with a heap threshold sends larger pool requests to the heap, though a slot could hold them. A pool box is one
//! word and knows its memory by its layout alone, so such a block begins with the header of a slab, of a pool without index: that
//! sends every drop to the cold path, which finds out. The hot paths do not know of it. The alternative, a bit in the
//! pointer, would be looked at by every access.

use core::alloc::Layout;
use core::ptr::{self, NonNull};
use std::alloc::{alloc, dealloc};

use super::counted;
use super::pool::RawPool;
use super::slab::{Header, SLAB, header_of};
use crate::pool_settings::{PoolGrowth, PoolSettings};
use crate::raw::global::followed;
use crate::raw::mem::heap_block::HeapCounters;
use crate::sync::static_unless_loom;

static_unless_loom! {
    /// The pool in the headers. It has no slabs and no index, and nothing is ever asked of it.
    static SINGLE: RawPool = RawPool::new(
        size_of::<usize>(),
        align_of::<usize>(),
        PoolSettings { name: "heap", tag: None, capacity: 0, growth: PoolGrowth::Single, prewarm: false },
    );
}

/// What stands at the start of the block (P13).
#[repr(C)]
struct Head {
    header: Header,
    counters: &'static HeapCounters,
    /// Its number, if it is followed.
    followed: Option<u32>,
    /// Of the value.
    bytes: usize,
    block: Layout,
}

/// The layout of a block for a value of `layout`, which a slot could hold, and the offset of the value in it.
fn block_of(layout: Layout) -> Option<(Layout, usize)> {
    let offset = size_of::<Head>().next_multiple_of(layout.align());
    Some((Layout::from_size_align(offset + layout.size(), SLAB).ok()?, offset))
}

/// Memory for a value of `layout`, which a slot could hold, from the heap. `None` if the global allocator refused.
pub(super) fn allocate(layout: Layout, counters: &'static HeapCounters) -> Option<NonNull<u8>> {
    let (block, offset) = block_of(layout)?;
    // SAFETY: the block is larger than its head.
    let start = NonNull::new(unsafe { alloc(block) })?;
    let followed = counted::follow(layout.size(), counters);
    let head = Head { header: Header::of_one_slot(pool()), counters, followed, bytes: layout.size(), block };
    // SAFETY: the block is new, aligned to more than a head, and large enough.
    unsafe { start.cast::<Head>().write(head) };
    counters.took(layout.size());
    // SAFETY: the offset is inside of the block, and of its first `SLAB` bytes.
    Some(unsafe { start.add(offset) })
}

fn pool() -> &'static RawPool {
    &SINGLE
}

/// Whether a slab's header names this as its pool.
#[inline]
pub(super) fn is_pool(named: *const RawPool) -> bool {
    ptr::eq(named, pool())
}

/// Whether the slot is a single one.
///
/// # Safety
/// `slot` must be a slot or a single slot that is not free.
pub(super) unsafe fn is_single(slot: NonNull<u8>) -> bool {
    // SAFETY: the slab of a slot that is not free is live (P9), and so is a single one's head (P13).
    is_pool(unsafe { (*header_of(slot)).pool })
}

/// The counters that a single slot belongs to.
///
/// # Safety
/// `slot` must come from [`allocate`] and not be free.
pub(super) unsafe fn counters_of(slot: NonNull<u8>) -> &'static HeapCounters {
    // SAFETY: `allocate` wrote a head there (P13).
    unsafe { (*header_of(slot).cast::<Head>()).counters }
}

/// Frees a single slot.
///
/// # Safety
/// `slot` must come from [`allocate`] and hold no live value.
pub(super) unsafe fn free(slot: NonNull<u8>) {
    let head = header_of(slot).cast::<Head>();
    // SAFETY: `allocate` wrote it there (P13).
    let (counters, bytes, block) = unsafe { ((*head).counters, (*head).bytes, (*head).block) };
    counters.gave_back(bytes);
    // SAFETY: `allocate` wrote it there (P13).
    if let Some(place) = unsafe { (*head).followed } {
        followed::died(place);
    }
    // SAFETY: `allocate` took it with this layout; the pointer to a slot keeps the provenance of its block (P9).
    unsafe { dealloc(head.cast_mut().cast(), block) };
}
