//! Blocks of the global allocator that know which counters they belong to.

use core::alloc::Layout;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::alloc::{alloc, dealloc};

/// What was ever taken from and given back to the heap under one name. Differences are what lives.
#[derive(Debug, Default)]
pub(crate) struct HeapCounters {
    pub(crate) taken: AtomicU64,
    pub(crate) taken_bytes: AtomicU64,
    pub(crate) freed: AtomicU64,
    pub(crate) freed_bytes: AtomicU64,
}

impl HeapCounters {
    pub(crate) const fn new() -> Self {
        Self {
            taken: AtomicU64::new(0),
            taken_bytes: AtomicU64::new(0),
            freed: AtomicU64::new(0),
            freed_bytes: AtomicU64::new(0),
        }
    }

    pub(in crate::raw) fn took(&self, bytes: usize) {
        self.taken.fetch_add(1, Relaxed);
        self.taken_bytes.fetch_add(bytes as u64, Relaxed);
    }

    pub(in crate::raw) fn gave_back(&self, bytes: usize) {
        self.freed.fetch_add(1, Relaxed);
        self.freed_bytes.fetch_add(bytes as u64, Relaxed);
    }
}

/// What stands right before the value.
type Prefix = &'static HeapCounters;

/// The least distance of a value from the start of its block: what the global allocator aligns to anyway.
const MIN_OFFSET: usize = 16;

/// The layout of a block for a value of `layout`, and the offset of the value in it.
#[inline]
fn block_of(layout: Layout) -> Option<(Layout, usize)> {
    let align = layout.align().max(align_of::<Prefix>());
    let offset = align.max(MIN_OFFSET);
    let size = layout.size().checked_add(offset)?;
    Some((Layout::from_size_align(size, align).ok()?, offset))
}

/// Memory for a value of `layout`, counted. `None` if the global allocator refused.
pub(crate) fn allocate(layout: Layout, counters: Prefix) -> Option<NonNull<u8>> {
    let (block, offset) = block_of(layout)?;
    // SAFETY: the block is at least `MIN_OFFSET` bytes long.
    let start = NonNull::new(unsafe { alloc(block) })?;
    // SAFETY: the offset is inside of the block.
    let value = unsafe { start.add(offset) };
    // SAFETY: the prefix lies between the start and the value, aligned because the value is aligned to it at least.
    unsafe { value.cast::<Prefix>().sub(1).write(counters) };
    counters.took(layout.size());
    Some(value)
}

/// The counters that a block belongs to.
///
/// # Safety
/// `value` must come from [`allocate`] and not be free.
pub(in crate::raw) unsafe fn counters_of(value: NonNull<u8>) -> Prefix {
    // SAFETY: `allocate` wrote it there.
    unsafe { value.cast::<Prefix>().sub(1).read() }
}

/// Frees a block.
///
/// # Safety
/// `value` must come from [`allocate`] with this layout and hold no live value.
pub(crate) unsafe fn free(value: NonNull<u8>, layout: Layout) {
    // SAFETY: passed on.
    let counters = unsafe { counters_of(value) };
    counters.gave_back(layout.size());
    let Some((block, offset)) = block_of(layout) else { return };
    // SAFETY: the value lies so far behind the start of its block.
    let start = unsafe { value.sub(offset) };
    // SAFETY: `allocate` took it with this layout.
    unsafe { dealloc(start.as_ptr(), block) };
}
