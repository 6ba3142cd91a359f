//! The table of all chunks: which are free, and how much lives in those that are not.

use core::ptr::NonNull;

use super::pinned::{Row, blocks_of, bytes_of, is_nearly_empty};
use super::stash::Stash;
use super::{CHUNK, HELD, cost};
use crate::sync::{Acquire, AtomicU32, AtomicUsize, Relaxed, Release, Witness, const_unless_loom};

/// No chunk.
pub(super) const NONE: u32 = u32::MAX;

/// Chunks of one word of the table.
pub(super) const WORD: usize = usize::BITS as usize;

/// Zones that do not look for a chunk after one that found none.
const LOOK_AGAIN: u32 = 64;

/// Places for hints; a power of two.
const HINTS: usize = if usize::BITS >= 64 { 256 } else { 64 };

/// What is known of one chunk. A line of the cache each: threads that free blocks of neighbours do not wait for each other.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Header {
    /// Blocks and bytes that live here, and [`HELD`] (A3).
    pub(super) count: AtomicU32,
    // From here on it is the holder's (A2). Others read it for figures, and to see that they are not the owner.
    /// The row of the tag.
    pub(super) row: AtomicU32,
    /// The size of the cells that it is divided into, as its binary logarithm; 0 if it is not.
    pub(super) cells: AtomicU32,
    /// Where the next block goes, while the chunk is not open.
    pub(super) offset: AtomicU32,
    /// Below it is what was there when the zone opened the chunk.
    pub(super) mark: AtomicU32,
    /// The address of what the thread of the zone knows, 0 if no zone has it.
    pub(super) owner: AtomicUsize,
    /// Blocks and bytes that the owner counts, while the chunk is not open (A4).
    pub(super) local: AtomicU32,
    /// How many zones of the thread were around the one that has it.
    pub(super) depth: AtomicU32,
    /// The neighbours in the ring of full chunks of the zone.
    pub(super) next: AtomicU32,
    pub(super) previous: AtomicU32,
}

impl Header {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self {
                count: AtomicU32::new(0),
                row: AtomicU32::new(0),
                cells: AtomicU32::new(0),
                offset: AtomicU32::new(0),
                mark: AtomicU32::new(0),
                owner: AtomicUsize::new(0),
                local: AtomicU32::new(0),
                depth: AtomicU32::new(0),
                next: AtomicU32::new(NONE),
                previous: AtomicU32::new(NONE),
            }
        }
    }

    /// The count, for figures.
    pub(super) fn count(&self) -> u32 {
        self.count.load(Relaxed)
    }

    /// Whether nothing lives here but what its owner counts: what others did to the rest is over, then.
    pub(super) fn holds_only(&self, local: u32) -> bool {
        self.count.load(Acquire).wrapping_add(local) == HELD
    }

    /// Adds what the holder counted so far (A3). It stays the holder.
    pub(super) fn publish(&self, local: u32) {
        // Relaxed: the holder keeps the chunk, and orders what it did when it lets go of it.
        self.count.fetch_add(local, Relaxed);
    }

    /// A block here has so many more bytes, or less than nothing more. It is still there, so nobody hears of it.
    pub(super) fn resized(&self, more: u32) {
        self.count.fetch_add(more, Relaxed);
    }
}

/// The table of the region's chunks.
#[derive(Debug)]
pub(crate) struct Table {
    /// Where the first chunk begins.
    data: NonNull<u8>,
    pub(super) headers: &'static [Header],
    /// A bit for each chunk that is free.
    free: &'static [AtomicUsize],
    pub(super) rows: &'static [Row],
    /// At least as many as there are bits: nobody looks for one where there is none.
    available: AtomicUsize,
    pub(super) stash: Stash,
    /// The books of threads that have no zone open.
    pub(super) books: Stash,
    /// Where chunks with free cells were given up, by tag and size: nobody relies on it.
    pub(super) hints: [AtomicU32; HINTS],
    /// Where such chunks were looked for last.
    pub(super) looked: AtomicU32,
    /// Chunks from here on were never taken.
    pub(super) touched: AtomicU32,
    #[cfg(framealloc_loom)]
    pub(super) bits: Vec<super::cells::Bits>,
    /// Above 0 since a zone found no chunk, until one is free or in the stash: so many zones do not look, then.
    dry: AtomicU32,
    /// How often zones were sent to the allocator inside because of what their tags pin.
    pub(super) refusals: AtomicUsize,
    /// The most chunks that one tag may pin.
    pub(super) pinned_limit: u32,
    /// The table itself, for models: it is complete before anybody sees it.
    made: Witness,
}

// SAFETY: the pointer is only computed with; who may use which chunk is in the atomics (A2).
unsafe impl Send for Table {}
// SAFETY: the pointer is only computed with; who may use which chunk is in the atomics (A2).
unsafe impl Sync for Table {}

impl Table {
    /// A table of free chunks, one for each header. Every bit of a chunk is set in `free`, and no other.
    ///
    /// # Safety
    /// At `data`, aligned to [`CHUNK`], there are as many chunks as headers, for ever and for nobody else.
    pub(super) unsafe fn new(
        data: NonNull<u8>,
        headers: &'static [Header],
        free: &'static [AtomicUsize],
        rows: &'static [Row],
        pinned_limit: u32,
    ) -> Self {
        let made = Witness::new();
        made.exclusive();
        Self {
            data,
            headers,
            free,
            rows,
            available: AtomicUsize::new(headers.len()),
            stash: Stash::new(),
            books: Stash::new(),
            hints: [(); HINTS].map(|()| AtomicU32::new(NONE)),
            looked: AtomicU32::new(0),
            touched: AtomicU32::new(0),
            #[cfg(framealloc_loom)]
            bits: headers.iter().map(|_| super::cells::Bits::new()).collect(),
            dry: AtomicU32::new(0),
            refusals: AtomicUsize::new(0),
            pinned_limit,
            made,
        }
    }

    /// The table, as its readers find it.
    #[inline(always)]
    pub(super) fn seen(&self) -> &Self {
        self.made.shared();
        self
    }

    pub(super) fn header(&self, index: u32) -> &Header {
        &self.headers[index as usize]
    }

    /// The first byte of a chunk.
    pub(super) fn start(&self, index: u32) -> NonNull<u8> {
        // SAFETY: the index is that of a chunk, and the chunks are one after the other (A1).
        unsafe { self.data.add(index as usize * CHUNK) }
    }

    /// The chunk in which there is this address of the region.
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer chunks than `NONE`")]
    pub(super) fn index_of(&self, address: usize) -> u32 {
        ((address - self.data.addr().get()) / CHUNK) as u32
    }

    /// Chunks that are free.
    pub(super) fn available(&self) -> usize {
        self.available.load(Relaxed).min(self.headers.len())
    }

    /// Calls `visit` with each chunk that is not free, for figures.
    pub(super) fn each_used(&self, mut visit: impl FnMut(&Header)) {
        for (word, headers) in self.free.iter().zip(self.headers.chunks(WORD)) {
            let mut used = !word.load(Relaxed) & (usize::MAX >> (WORD - headers.len()));
            while used != 0 {
                visit(&headers[used.trailing_zeros() as usize]);
                used &= used - 1;
            }
        }
    }

    /// Takes a free chunk for a tag: the first one, so that as few as possible are ever touched. The caller is its holder.
    pub(super) fn take(&self, row: u32) -> Option<u32> {
        if self.available.load(Relaxed) == 0 {
            return None;
        }
        for (at, word) in self.free.iter().enumerate() {
            let mut bits = word.load(Relaxed);
            while bits != 0 {
                let bit = bits & bits.wrapping_neg();
                // Acquire: what was done in the chunk before it became free is over.
                let before = word.fetch_and(!bit, Acquire);
                if before & bit != 0 {
                    self.available.fetch_sub(1, Relaxed);
                    #[expect(clippy::cast_possible_truncation, reason = "there are fewer chunks than `NONE`")]
                    let index = (at * WORD) as u32 + bit.trailing_zeros();
                    let header = self.header(index);
                    header.count.store(HELD, Relaxed);
                    header.row.store(row, Relaxed);
                    header.cells.store(0, Relaxed);
                    if index >= self.touched.load(Relaxed) {
                        self.touched.fetch_max(index + 1, Relaxed);
                    }
                    header.offset.store(0, Relaxed);
                    return Some(index);
                }
                bits = before & !bit;
            }
        }
        None
    }

    /// The holder lets go of a chunk in which `local` of its own blocks live, and others perhaps.
    pub(super) fn give_up(&self, index: u32, local: u32) {
        let header = self.header(index);
        let row = self.row(header.row.load(Relaxed));
        // There may be bytes of no block: what another thread took off a block that it made smaller is in the header's count.
        let blocks = blocks_of(local);
        if blocks != 0 && is_nearly_empty(local) {
            // Of several blocks it is the mean, until they are freed.
            row.sizes.saw(bytes_of(local).div_ceil(blocks));
        }
        // Before the count falls: whoever frees the last block takes one off again.
        row.pin();
        // Release: what the holder did in the chunk comes before its next use.
        let before = header.count.fetch_sub(HELD - local, Release);
        if before == HELD - local {
            self.emptied(index);
        }
    }

    /// A block of `size` bytes is freed by somebody who does not count it (A4).
    #[inline]
    pub(super) fn free(&self, index: u32, size: usize) {
        // Release: what was done to the block comes before the next use of the chunk.
        let header = self.header(index);
        // Read before: once the block is freed, the chunk may be another tag's.
        let row = header.row.load(Relaxed);
        let before = header.count.fetch_sub(cost(size), Release);
        if before & HELD == 0 && is_nearly_empty(before) {
            self.row(row).sizes.saw(size);
        }
        if before == cost(size) {
            self.emptied(index);
        }
    }

    /// The count of a chunk that was given up is zero by the caller's doing: it is free.
    #[cold]
    #[inline(never)]
    pub(super) fn emptied(&self, index: u32) {
        let header = self.header(index);
        // Acquire: what all others did in the chunk comes before. A load and not a fence, which race detectors cannot see.
        header.count.load(Acquire);
        self.cover(index);
        self.row(header.row.load(Relaxed)).unpin();
        // Before the bit is there, so that it is never less than there are.
        self.available.fetch_add(1, Relaxed);
        let index = index as usize;
        self.free[index / WORD].fetch_or(1 << (index % WORD), Release);
        self.is_not_dry();
    }

    /// A zone found no chunk: the next ones need not look.
    pub(super) fn ran_dry(&self) {
        self.dry.store(LOOK_AGAIN, Relaxed);
    }

    /// There may be a chunk again.
    pub(super) fn is_not_dry(&self) {
        if self.dry.load(Relaxed) != 0 {
            self.dry.store(0, Relaxed);
        }
    }

    /// Whether a zone that begins would find no chunk. A hint: some look all the same, as a chunk may have become free while
    /// it was noted that there is none.
    pub(super) fn serves_nobody(&self) -> bool {
        let left = self.dry.load(Relaxed);
        if left != 0 {
            self.dry.store(left - 1, Relaxed);
        }
        left != 0
    }

    pub(super) fn row(&self, row: u32) -> &Row {
        &self.rows[row as usize]
    }
}
