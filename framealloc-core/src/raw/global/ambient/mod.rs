//! The heap of code that was not ported: small blocks that are asked of the global allocator inside of a zone are bumped
//! from chunks, and chunks are used again when their last block is freed, by whichever thread.
//!
//! A zone is a part of the stack of one thread: the closure of [`SmartAlloc::ambient`](crate::SmartAlloc::ambient), or a
//! call of a system with `#[frame_system(ambient)]`. Nothing of a thread remains when its zones are over, so threads may
//! end as they like: a chunk with room waits in the stash, from where any thread takes it. Without the
//! feature `debug` nothing here takes a lock or
//! asks for memory, but for the one request that the region is made of.
//!
//! - **A1** The region is asked for once and never given back. Where it begins is published after its table is complete.
//!   Whoever holds a block of it was handed it by somebody who had seen where it begins, so that a relaxed load sees it
//!   too; a block from elsewhere is never in it, whatever a load sees.
//! - **A2** A chunk is in exactly one place: free (its bit is set), with a holder (a zone of a thread, or the stash), or
//!   given up, with blocks in it. It leaves the first by whoever clears the bit, the stash by whoever swaps it out, a zone
//!   by its own thread, and the last by whoever brings its count to zero, or adds [`HELD`] to one that is not zero; each of
//!   these is one thread. What the header has beside the count is written by the holder only.
//! - **A3** The count of a chunk is a sum of blocks and of their bytes, with [`HELD`] on top while there is a holder:
//!   those that were published, less those that were freed by it. It may fall below `HELD` by what a holder has not
//!   published yet, and never as far as to look given up. Once given up it is exactly what lives there, so that zero
//!   means that nobody has a block.
//! - **A4** Blocks at or above the mark of a chunk with a zone as its holder are counted by the holder's thread, in its
//!   word (the open chunk) or in the header (full ones, and those of zones further out); what others free of them is
//!   in the count, as are all blocks below the mark. `mark <= offset <= CHUNK`, nothing lives at or above the offset,
//!   and if the thread counts no block then nothing lives at or above the mark.
//! - **A5** What a thread knows of its chunks is whole whenever other code runs: the allocator inside is called with
//!   nothing half done, and with the zone off where it is asked for the region.
//! - **A6** A zone ends on the thread and below the stack frame that it began in, by a panic as well; it is never handed
//!   to user code. What it held is given up or in the stash then, and no header names its thread as the owner.
//! - **A7** A chunk that is divided into cells (its header says so until it is free) begins with a bit for each cell and a
//!   note for each. A cell is free or a block's: free if its bit is set, or if the holder has it in its word. The holder
//!   takes a word of bits as a whole; whoever frees a block sets its bit, and takes it off the count after that, so that the
//!   bits are there as long as somebody has a block or holds the chunk. The note is the block's. Such a chunk counts as
//!   pinned from when it was divided until it is free.
//! - **A8** A book is in a chunk that has a holder and no blocks: a thread with a zone, or the places of books. Only the
//!   holder reads and writes it; a thread knows of its book from when it takes it until its outermost zone ends.

pub(crate) mod allocator;
mod cells;
mod chunks;
#[cfg(feature = "debug")]
pub(crate) mod escapes;
pub(crate) mod figures;
#[cfg(framealloc_loom)]
pub(crate) mod model;
mod pinned;
mod region;
mod sites;
mod sizes;
mod stash;
pub(crate) mod thread;

use crate::raw::mem::poison::REDZONE;

/// Bytes of a chunk, and what it is aligned to.
pub(crate) const CHUNK: usize = 16 << 10;

/// The largest block that may be bumped: a chunk wastes at most as much at its end.
pub(crate) const MAX_BLOCK: usize = CHUNK / 2;

/// The largest block that is bumped, unless configured.
pub(crate) const DEFAULT_BLOCK: usize = 4 << 10;

/// One block in a count; its bytes are below. There are fewer of either than the fields hold: a block has a byte.
const BLOCK: u32 = 1 << 15;
const _: () = assert!(CHUNK < BLOCK as usize && CHUNK * (BLOCK as usize) < HELD as usize / 2);

/// What a holder adds to the count of a chunk (A3).
const HELD: u32 = 1 << 31;

/// What a block of `size` bytes adds to a count.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a block is no larger than its chunk")]
const fn cost(size: usize) -> u32 {
    BLOCK + size as u32
}

/// What offsets in a chunk are multiples of: most blocks are aligned to no more, and begin where the last one ends.
const UNIT: usize = 8;

/// The bytes that a block takes of its chunk: with a sanitizer some behind it are not to be touched.
#[inline(always)]
const fn footprint(size: usize) -> usize {
    (size + REDZONE + (UNIT - 1)) & !(UNIT - 1)
}

/// Rows of figures: tags with a higher number share that of [`TagId::OTHER`](crate::TagId::OTHER). On wasm all memory is
/// touched, and a thread's rows are 64 bytes each.
#[cfg(not(framealloc_loom))]
pub(crate) const ROWS: usize = if cfg!(target_family = "wasm") { 128 } else { 1024 };
#[cfg(framealloc_loom)]
pub(crate) const ROWS: usize = 4;

/// The row of the tags that have none of their own: the index of [`TagId::OTHER`](crate::TagId::OTHER).
pub(crate) const OTHER_ROW: usize = 1;

/// Rows that tags have. The last two are no tag's: they are those of what framealloc takes for itself and of blocks that are
/// followed.
pub(crate) const TAG_ROWS: usize = ROWS - 2;

/// The row of a tag, by its index: the same in zones and outside, as blocks of zones count in the rows of the heap as well.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "there are few rows")]
pub(crate) const fn row_of(tag: usize) -> u32 {
    (if tag < TAG_ROWS { tag } else { OTHER_ROW }) as u32
}
