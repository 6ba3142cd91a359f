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

/// What stands right before the value: its counters, with [`MARKED`] in the address if the number before it is its mark.
#[derive(Clone, Copy)]
struct Prefix(*const HeapCounters);

/// The block has a mark. Counters are aligned to more.
const MARKED: usize = 1;
const _: () = assert!(align_of::<HeapCounters>() > MARKED);

/// The number of a block that is marked.
type Mark = u32;

/// The least distance of a value from the start of its block: what the global allocator aligns to anyway.
const MIN_OFFSET: usize = 16;
const _: () = assert!(size_of::<Prefix>() + size_of::<Mark>() <= MIN_OFFSET);

/// The layout of a block for a value of `layout`, and the offset of the value in it.
#[inline]
fn block_of(layout: Layout) -> Option<(Layout, usize)> {
    let align = layout.align().max(align_of::<Prefix>());
    let offset = align.max(MIN_OFFSET);
    let size = layout.size().checked_add(offset)?;
    Some((Layout::from_size_align(size, align).ok()?, offset))
}

/// Memory for a value of `layout`, counted. `None` if the global allocator refused.
pub(crate) fn allocate(layout: Layout, counters: &'static HeapCounters) -> Option<NonNull<u8>> {
    let (block, offset) = block_of(layout)?;
    // SAFETY: the block is at least `MIN_OFFSET` bytes long.
    let start = NonNull::new(unsafe { alloc(block) })?;
    // SAFETY: the offset is inside of the block.
    let value = unsafe { start.add(offset) };
    // SAFETY: the prefix lies between the start and the value, aligned because the value is aligned to it at least.
    unsafe { value.cast::<Prefix>().sub(1).write(Prefix(counters)) };
    counters.took(layout.size());
    Some(value)
}

/// The prefix of a block.
///
/// # Safety
/// `value` must come from [`allocate`] and not be free.
unsafe fn prefix_of(value: NonNull<u8>) -> Prefix {
    // SAFETY: `allocate` wrote it there.
    unsafe { value.cast::<Prefix>().sub(1).read() }
}

/// The counters that a block belongs to.
///
/// # Safety
/// `value` must come from [`allocate`] and not be free.
pub(in crate::raw) unsafe fn counters_of(value: NonNull<u8>) -> &'static HeapCounters {
    // SAFETY: passed on.
    let counters = unsafe { prefix_of(value) }.0.map_addr(|address| address & !MARKED);
    // SAFETY: that is the reference that `allocate` was given.
    unsafe { &*counters }
}

/// Marks a block with a number, which [`free`] returns.
///
/// # Safety
/// `value` must come from [`allocate`] and not be free, and only the caller knows it.
pub(in crate::raw) unsafe fn mark(value: NonNull<u8>, mark: Mark) {
    // SAFETY: passed on.
    let prefix = unsafe { prefix_of(value) };
    // SAFETY: there is room for the number before the prefix, and it is aligned, as the prefix is to more.
    unsafe { value.cast::<Prefix>().sub(1).cast::<Mark>().sub(1).write(mark) };
    // SAFETY: the prefix is the block's.
    unsafe { value.cast::<Prefix>().sub(1).write(Prefix(prefix.0.map_addr(|address| address | MARKED))) };
}

/// The number that a block is marked with, if it is.
///
/// # Safety
/// `value` must come from [`allocate`] and not be free.
unsafe fn mark_of(value: NonNull<u8>) -> Option<Mark> {
    // SAFETY: passed on.
    let is_marked = unsafe { prefix_of(value) }.0.addr() & MARKED != 0;
    // SAFETY: `mark` wrote it there.
    is_marked.then(|| unsafe { value.cast::<Prefix>().sub(1).cast::<Mark>().sub(1).read() })
}

/// Frees a block. Returns the number that it was [marked](mark) with.
///
/// # Safety
/// `value` must come from [`allocate`] with this layout and hold no live value.
pub(crate) unsafe fn free(value: NonNull<u8>, layout: Layout) -> Option<Mark> {
    // SAFETY: passed on.
    let counters = unsafe { counters_of(value) };
    // SAFETY: passed on.
    let mark = unsafe { mark_of(value) };
    counters.gave_back(layout.size());
    let (block, offset) = block_of(layout)?;
    // SAFETY: the value lies so far behind the start of its block.
    let start = unsafe { value.sub(offset) };
    // SAFETY: `allocate` took it with this layout.
    unsafe { dealloc(start.as_ptr(), block) };
    mark
}
