//! What stands in front of a block that is passed on: the row of its tag (H1).

use core::alloc::Layout;
use core::ptr::NonNull;

/// How many bytes before a block its row stands.
pub(in crate::raw::global) const ROW: usize = 8;

/// The room in front of blocks of this alignment: no more than 8 bytes where that keeps them aligned, as a raised alignment
/// is a slow path of many allocators.
#[inline(always)]
pub(in crate::raw::global) const fn room(align: usize) -> usize {
    if align > ROW { align } else { ROW }
}

/// The layout of a block with its room. `None` if there is no layout of that size.
#[inline(always)]
pub(in crate::raw::global) const fn whole(layout: Layout) -> Option<Layout> {
    let room = room(layout.align());
    // The size is at most `isize::MAX - (align - 1)`, so this is the sum, or too large.
    if layout.size().wrapping_add(2 * room).wrapping_sub(1) > isize::MAX.unsigned_abs() {
        return None;
    }
    // SAFETY: the room is a power of two, and the size rounded up to it is at most `isize::MAX`.
    Some(unsafe { Layout::from_size_align_unchecked(layout.size() + room, room) })
}

/// The layout of a block with its room, of which there is one.
///
/// # Safety
/// A block was made with it.
#[inline(always)]
pub(in crate::raw::global) const unsafe fn whole_of(layout: Layout) -> Layout {
    let room = room(layout.align());
    // SAFETY: by the contract `whole` made it.
    unsafe { Layout::from_size_align_unchecked(layout.size() + room, room) }
}

/// Makes a block of what the allocator inside gave, and writes its row.
///
/// # Safety
/// At `start` there are bytes of [`whole`] of a layout with this alignment, which are the caller's.
#[inline(always)]
pub(in crate::raw::global) unsafe fn begin(start: NonNull<u8>, align: usize, row: u32) -> NonNull<u8> {
    // SAFETY: the room is a part of it.
    let block = unsafe { start.add(room(align)) };
    // SAFETY: there are at least so many bytes before it, and it is aligned to as many (H1).
    unsafe { block.sub(ROW).cast::<u32>().write(row) };
    block
}

/// Returns what the allocator inside gave, and the row.
///
/// # Safety
/// [`begin`] made the block, for this alignment.
#[inline(always)]
pub(in crate::raw::global) unsafe fn end(block: NonNull<u8>, align: usize) -> (NonNull<u8>, u32) {
    // SAFETY: `begin` wrote it there (H1).
    let row = unsafe { block.sub(ROW).cast::<u32>().read() };
    // SAFETY: the block is so many bytes behind its start (H1).
    (unsafe { block.sub(room(align)) }, row)
}
