//! What stands in front of a block that is passed on: the row of its tag, or, of one that is followed, its mark (H1).

use core::alloc::Layout;
use core::ptr::NonNull;

use super::magazines::rounded;
use super::rows::Row;
use super::{FOLLOWED_ROW, ROWS};

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
    // The size is at most `isize::MAX - (align - 1)`, so this is the sum, or too large.
    if layout.size().wrapping_add(2 * room(layout.align())).wrapping_sub(1) > isize::MAX.unsigned_abs() {
        return None;
    }
    // SAFETY: it was looked at; what is rounded up further is small.
    Some(unsafe { whole_of(layout) })
}

/// The layout of a block with its room, of which there is one. Small blocks have that of the largest one of their class (H4).
///
/// # Safety
/// The size with its room, rounded up to that, is at most `isize::MAX`: a block was made with it, or it is small.
#[inline(always)]
pub(in crate::raw::global) const unsafe fn whole_of(layout: Layout) -> Layout {
    let room = room(layout.align());
    let bytes = if room == ROW { rounded(layout.size()) } else { layout.size() };
    // SAFETY: the room is a power of two, and the sum is a size by the contract.
    unsafe { Layout::from_size_align_unchecked(bytes + room, room) }
}

/// What the header of a block says: the row of its tag. Of a block that is followed the row is [`FOLLOWED_ROW`], whose count of
/// what is freed is always full, so that it is seen when the block is freed and others pay nothing; above it are its own row
/// and the number of its place.
///
/// The row is multiplied by the size of a [`Row`], so that to find it takes an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::raw::global) struct Mark(u64);

/// Bits of a row, with those that are always 0.
const ROW_BITS: u32 = 16;
const SHIFT: u32 = 6;
const _: () = assert!(ROWS << SHIFT <= 1 << ROW_BITS);
const _: () = assert!(cfg!(framealloc_loom) || size_of::<Row>() == 1 << SHIFT);

impl Mark {
    #[inline(always)]
    pub(in crate::raw::global) const fn of(row: u32) -> Self {
        Self((row as u64) << SHIFT)
    }

    /// Of a block that is followed.
    #[expect(clippy::cast_possible_truncation, reason = "there are few rows")]
    pub(in crate::raw::global) const fn followed(row: u32, place: u32) -> Self {
        Self((place as u64) << (2 * ROW_BITS) | (row as u64) << ROW_BITS | Self::of(FOLLOWED_ROW as u32).0)
    }

    /// The row that counts it when it is freed.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "what is above is not of the row")]
    pub(in crate::raw::global) const fn row(self) -> u32 {
        (self.0 as u16 >> SHIFT) as u32
    }

    /// The row of the tag, and the number of the place, if it is followed.
    #[expect(clippy::cast_possible_truncation, reason = "the parts that were put together")]
    pub(in crate::raw::global) const fn parts(self) -> (u32, Option<u32>) {
        if self.row() != FOLLOWED_ROW as u32 {
            return (self.row(), None);
        }
        ((self.0 >> ROW_BITS) as u32 % (1 << ROW_BITS), Some((self.0 >> (2 * ROW_BITS)) as u32))
    }
}

/// Makes a block of what the allocator inside gave, and writes its mark.
///
/// # Safety
/// At `start` there are bytes of [`whole`] of a layout with this alignment, which are the caller's.
#[inline(always)]
pub(in crate::raw::global) unsafe fn begin(start: NonNull<u8>, align: usize, mark: Mark) -> NonNull<u8> {
    // SAFETY: the room is a part of it.
    let block = unsafe { start.add(room(align)) };
    // SAFETY: there are at least so many bytes before it, and it is aligned to as many (H1).
    unsafe { block.sub(ROW).cast::<Mark>().write(mark) };
    block
}

/// Returns what the allocator inside gave, and the mark.
///
/// # Safety
/// [`begin`] made the block, for this alignment.
#[inline(always)]
pub(in crate::raw::global) unsafe fn end(block: NonNull<u8>, align: usize) -> (NonNull<u8>, Mark) {
    // SAFETY: `begin` wrote it there (H1).
    let mark = unsafe { block.sub(ROW).cast::<Mark>().read() };
    // SAFETY: the block is so many bytes behind its start (H1).
    (unsafe { block.sub(room(align)) }, mark)
}
