//! Chunks that are divided into cells of one size.
//!
//! What a tag was seen to keep has a cell: there it pins only its like, and a cell that is free again is used before
//! another chunk is taken. Cells are handed out by the holder of the chunk and freed by anybody, without a list: a bit for
//! each says whether it is free. No thread keeps such a chunk beyond its zone, so that few are enough for all of them.

use core::alloc::Layout;
use core::cell::Cell;

use super::chunks::{Header, NONE, Table};
use super::pinned::blocks_of;
use super::{CHUNK, HELD, cost, footprint};
use crate::raw::mem::poison::{poison, unpoison};
use crate::sync::{Acquire, AtomicU32, AtomicU64, Relaxed, Release};

/// The binary logarithm of the size of the smallest cells.
const SHORTEST: u32 = 5;

/// The same of the largest. What is larger pins no more than eight times its size wherever it is.
const LONGEST: u32 = 11;

/// Sizes of cells.
pub(super) const CLASSES: usize = (LONGEST - SHORTEST + 1) as usize;

/// Words of bits, at the beginning of the chunk.
const WORDS: usize = 8;

/// Chunks that are looked at for a free cell before another one is taken.
const LOOK: u32 = 64;

/// What is noted of each cell, behind the bits: 0 unless whoever has it writes something there.
const NOTE: usize = size_of::<u32>();

/// A bit for each cell of a chunk that is free and that its holder has not taken to itself.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Bits([AtomicU64; WORDS]);

/// The size of cells, as its binary logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift(u32);

impl Shift {
    /// That of the smallest cells that such a block fits into. Cells are aligned to their size.
    #[inline]
    pub(super) const fn of(layout: Layout) -> Option<Self> {
        let room = footprint(layout.size());
        let room = if room > layout.align() { room } else { layout.align() };
        if room > 1 << LONGEST {
            return None;
        }
        let shift = usize::BITS - (room - 1).leading_zeros();
        Some(Self(if shift > SHORTEST { shift } else { SHORTEST }))
    }

    /// That of the cells of a chunk; `None` if it has none.
    #[inline]
    pub(super) fn of_chunk(header: &Header) -> Option<Self> {
        match header.cells.load(Relaxed) {
            0 => None,
            shift => Some(Self(shift)),
        }
    }

    /// A number of this size of cells, below [`CLASSES`].
    pub(super) const fn class(self) -> usize {
        (self.0 - SHORTEST) as usize
    }

    /// Whether a block of so many bytes has room.
    pub(super) const fn fits(self, size: usize) -> bool {
        footprint(size) <= 1 << self.0
    }

    /// Cells of a chunk; in models they are few.
    const fn cells(self) -> usize {
        if cfg!(framealloc_loom) {
            return 2;
        }
        (CHUNK - size_of::<Bits>()) / ((1 << self.0) + NOTE)
    }

    /// Where a cell begins. The first one is at the end of the chunk, so that each is aligned.
    const fn offset_of(self, cell: usize) -> usize {
        CHUNK - ((cell + 1) << self.0)
    }

    /// The cell that there is at an offset.
    const fn cell(self, offset: usize) -> usize {
        ((CHUNK - 1 - offset) >> self.0) & (WORDS * 64 - 1)
    }
}

const _: () = assert!(Shift(SHORTEST).cells() <= WORDS * 64);
const _: () = assert!(Shift(LONGEST).offset_of(Shift(LONGEST).cells() - 1) >= size_of::<Bits>() + NOTE * 7);

/// Where the note of a cell is in its chunk.
pub(super) const fn note_of(shift: Shift, offset: usize) -> usize {
    size_of::<Bits>() + shift.cell(offset) * NOTE
}

/// The cells of one chunk that a zone is the holder of, or of none.
#[derive(Debug)]
#[repr(C)]
pub(super) struct OpenCells {
    index: Cell<u32>,
    /// The word that `free` was taken out of.
    word: Cell<u32>,
    /// Cells that nobody else sees.
    free: Cell<u64>,
}

impl OpenCells {
    pub(super) const fn none() -> Self {
        Self { index: Cell::new(NONE), word: Cell::new(0), free: Cell::new(0) }
    }

    /// The chunk, if there is one.
    pub(super) fn chunk(&self) -> Option<u32> {
        Some(self.index.get()).filter(|index| *index != NONE)
    }

    /// Opens a chunk of which the caller is the holder; `owner` says who that is.
    pub(super) fn open(&self, table: &Table, index: u32, owner: usize) {
        let header = table.header(index);
        header.local.store(0, Relaxed);
        header.owner.store(owner, Relaxed);
        self.index.set(index);
        self.word.set(0);
        self.free.set(0);
    }

    /// A cell of the open chunk for a block of `size` bytes, as its offset. `None` if none is free.
    pub(super) fn take(&self, table: &Table, shift: Shift, size: usize) -> Option<usize> {
        let index = self.chunk()?;
        if self.free.get() == 0 {
            self.take_word(table.bits(index))?;
        }
        let free = self.free.get();
        self.free.set(free & (free - 1));
        let header = table.header(index);
        header.local.store(header.local.load(Relaxed).wrapping_add(cost(size)), Relaxed);
        Some(shift.offset_of(self.word.get() as usize * 64 + free.trailing_zeros() as usize))
    }

    /// Takes all that is free of one word.
    #[expect(clippy::cast_possible_truncation, reason = "there are few words")]
    fn take_word(&self, bits: &Bits) -> Option<()> {
        for (at, word) in bits.0.iter().enumerate() {
            if word.load(Relaxed) != 0 {
                self.word.set(at as u32);
                // Acquire: what was done in the cells before they were freed is over.
                self.free.set(word.swap(0, Acquire));
                return Some(());
            }
        }
        None
    }

    /// Frees a block of this chunk, of which the caller is the holder. Returns whether it was of this chunk.
    pub(super) fn free(&self, table: &Table, index: u32, shift: Shift, offset: usize, size: usize) -> bool {
        if self.index.get() != index {
            return false;
        }
        let (cell, header) = (shift.cell(offset), table.header(index));
        let bit = 1 << (cell % 64);
        if cell / 64 == self.word.get() as usize {
            self.free.set(self.free.get() | bit);
        } else {
            // Release: as by anybody.
            table.bits(index).0[cell / 64].fetch_or(bit, Release);
        }
        header.local.store(header.local.load(Relaxed).wrapping_sub(cost(size)), Relaxed);
        true
    }

    /// Gives the chunk up, if there is one: what is free of it is anybody's who becomes its holder.
    pub(super) fn let_go(&self, table: &Table) {
        let index = self.index.replace(NONE);
        if index == NONE {
            return;
        }
        let header = table.header(index);
        let hint = Shift::of_chunk(header).map(|shift| table.hint(header.row.load(Relaxed), shift));
        let free = self.free.replace(0);
        if free != 0 {
            // Release: what the holder did in the cells comes before their next use.
            table.bits(index).0[self.word.get() as usize].fetch_or(free, Release);
        }
        let local = header.local.load(Relaxed);
        header.local.store(0, Relaxed);
        header.owner.store(0, Relaxed);
        if table.leave(index, HELD.wrapping_sub(local)) {
            hint.inspect(|hint| hint.store(index, Relaxed));
        }
    }
}

impl Table {
    /// The bits of a chunk that is divided into cells.
    #[cfg(not(framealloc_loom))]
    fn bits(&self, index: u32) -> &Bits {
        // SAFETY: `divide` wrote them there, and they stay until the chunk is free; who asks has a block there, or is the
        // holder, so that it is not (A7).
        unsafe { self.start(index).cast::<Bits>().as_ref() }
    }

    /// The bits of a chunk: models have them beside their chunks, which have no memory of their own.
    #[cfg(framealloc_loom)]
    fn bits(&self, index: u32) -> &Bits {
        &self.bits[index as usize]
    }

    /// Where a chunk of such cells was given up.
    fn hint(&self, row: u32, shift: Shift) -> &AtomicU32 {
        &self.hints[(row as usize * CLASSES + shift.class()) % self.hints.len()]
    }

    /// A chunk of the tag with a free cell of this size, which was given up: where the last one was, or among the next few. The
    /// caller is its holder.
    pub(super) fn find_cells(&self, row: u32, shift: Shift) -> Option<u32> {
        let hint = self.hint(row, shift).load(Relaxed);
        if hint != NONE && self.hold(hint, row, shift) {
            return Some(hint);
        }
        self.find_cells_among(LOOK, row, shift)
    }

    /// The same, wherever there is one: before another chunk is divided, so that there are never more than were needed at once.
    pub(super) fn find_cells_anywhere(&self, row: u32, shift: Shift) -> Option<u32> {
        self.find_cells_among(u32::MAX, row, shift)
    }

    fn find_cells_among(&self, most: u32, row: u32, shift: Shift) -> Option<u32> {
        let touched = self.touched.load(Relaxed).max(1);
        let most = most.min(touched);
        let from = self.looked.load(Relaxed);
        let mut seen = (0..most).map(|step| (from.wrapping_add(step)) % touched);
        let found = seen.find(|index| self.hold(*index, row, shift));
        self.looked.store(found.unwrap_or(from.wrapping_add(most) % touched), Relaxed);
        found
    }

    /// Becomes the holder of a chunk that was given up, if it has a free cell of this size and is the tag's.
    fn hold(&self, index: u32, row: u32, shift: Shift) -> bool {
        let header = self.header(index);
        let count = header.count.load(Relaxed);
        let is_given_up = count != 0 && count < HELD / 2;
        let fits = |header: &Header| header.cells.load(Relaxed) == shift.0 && header.row.load(Relaxed) == row;
        if !is_given_up || blocks_of(count) >= shift.cells() || !fits(header) {
            return false;
        }
        // Acquire: what the last holder wrote is seen. Given up and not free, so nobody else takes it (A2).
        if header.count.compare_exchange(count, count + HELD, Acquire, Relaxed).is_err() {
            return false;
        }
        // The chunk may have been free and another's meanwhile.
        let fits = fits(header);
        if !fits {
            self.leave(index, HELD);
        }
        fits
    }

    /// Takes `held` off the count of a chunk. Returns whether something lives there: if not, the chunk is free.
    fn leave(&self, index: u32, held: u32) -> bool {
        // Release: what the holder did in the chunk comes before its next use.
        let before = self.header(index).count.fetch_sub(held, Release);
        if before == held {
            self.emptied(index);
        }
        before != held
    }

    /// Divides a chunk into cells. The caller has just taken it, and is its holder.
    pub(super) fn divide(&self, index: u32, shift: Shift) {
        let header = self.header(index);
        header.mark.store(0, Relaxed);
        header.cells.store(shift.0, Relaxed);
        // It counts as pinned from now on, whoever holds it, so that what lives there pays for it.
        self.row(header.row.load(Relaxed)).pin();
        let cells = shift.cells();
        unpoison(self.start(index).as_ptr(), size_of::<Bits>() + cells * NOTE);
        #[cfg(not(framealloc_loom))]
        // SAFETY: it is the caller's, and begins with room for them; nobody sees them before the caller hands a cell out.
        unsafe {
            self.start(index).cast::<Bits>().write(Bits([const { AtomicU64::new(0) }; WORDS]));
        }
        for (at, word) in self.bits(index).0.iter().enumerate() {
            let here = cells.saturating_sub(at * 64).min(64);
            word.store(if here == 0 { 0 } else { u64::MAX >> (64 - here) }, Relaxed);
        }
    }

    /// Frees a block of a chunk with such cells that the caller does not hold.
    pub(super) fn free_cell(&self, index: u32, shift: Shift, offset: usize, size: usize) {
        let cell = shift.cell(offset);
        // Release: what was done in the cell comes before its next use. The block still counts, so that the bits are there.
        self.bits(index).0[cell / 64].fetch_or(1 << (cell % 64), Release);
        self.leave(index, cost(size));
    }

    /// What was written in front of the cells is as untouchable as all that is free.
    pub(super) fn cover(&self, index: u32) {
        if let Some(shift) = Shift::of_chunk(self.header(index)) {
            poison(self.start(index).as_ptr(), size_of::<Bits>() + shift.cells() * NOTE);
        }
    }
}

#[cfg(framealloc_loom)]
impl Bits {
    pub(super) fn new() -> Self {
        Self([(); WORDS].map(|()| AtomicU64::new(0)))
    }
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use super::{CHUNK, LONGEST, SHORTEST, Shift, note_of};
    use core::alloc::Layout;

    #[test]
    fn cells_lie_apart_aligned_to_their_size_and_behind_their_notes() {
        for shift in (SHORTEST..=LONGEST).map(Shift) {
            let size = 1 << shift.0;
            let offsets: Vec<usize> = (0..shift.cells()).map(|cell| shift.offset_of(cell)).collect();
            assert!(offsets.windows(2).all(|pair| pair[0] == pair[1] + size));
            assert!(offsets.iter().all(|offset| offset % size == 0 && offset + size <= CHUNK));
            for (cell, offset) in offsets.iter().enumerate() {
                assert_eq!((shift.cell(*offset), shift.cell(offset + size - 1)), (cell, cell));
                assert!(note_of(shift, *offset) + 4 <= offsets[offsets.len() - 1], "{shift:?} {cell}");
            }
        }
    }

    #[test]
    fn a_block_has_the_smallest_cell_that_it_fits_into() {
        let of = |size, align| Shift::of(Layout::from_size_align(size, align).unwrap());
        assert_eq!((of(1, 1), of(1, 64), of(1, 4096)), (Some(Shift(5)), Some(Shift(6)), None));
        assert_eq!(of(3000, 1), None);
        assert!((1..2000).all(|size| of(size, 1).is_some_and(|shift| shift.fits(size))));
    }
}
