//! Zones of a tag that was seen to keep blocks of some sizes: each request of such a size is looked at.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::ThreadChunks;
use crate::raw::global::ambient::CHUNK;
use crate::raw::global::ambient::cells::{OpenCells, Shift, note_of};
use crate::raw::global::ambient::chunks::{NONE, Table};
use crate::raw::global::ambient::sites::{Book, Note, Place, Verdict};
use crate::raw::global::ambient::sizes::{bit_of, class_of};
use crate::raw::mem::poison::unpoison;
use crate::sync::Relaxed;

/// About where the stack of the caller ends.
#[inline(always)]
pub(super) fn stack() -> usize {
    // The address sanitizer puts local variables elsewhere, and each time that a function is called into another place.
    #[cfg(all(framealloc_asan, any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        let pointer: usize;
        #[cfg(target_arch = "x86_64")]
        // SAFETY: it copies one register into another, and touches nothing else.
        unsafe {
            core::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: it copies one register into another, and touches nothing else.
        unsafe {
            core::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        }
        pointer
    }
    #[cfg(not(all(framealloc_asan, any(target_arch = "x86_64", target_arch = "aarch64"))))]
    {
        let here = 0_u8;
        core::ptr::from_ref(&here).addr()
    }
}

impl ThreadChunks {
    /// A number for a zone that begins.
    pub(super) fn next_zone(&self) -> u32 {
        if self.last_zone.get() == 0 {
            // Those of threads lie apart: notes have some bits of them.
            self.last_zone.set(self.number().wrapping_mul(0x9E37_79B9));
        }
        let next = self.last_zone.get().wrapping_add(1).max(1);
        self.last_zone.set(next);
        next
    }

    /// The zone looks at requests of these classes from now on.
    pub(super) fn watch(&self, classes: u64) {
        self.watched.set(classes);
        self.end.set(if classes == 0 { CHUNK } else { 0 });
    }

    /// A block of a zone that looks at some sizes. `None` if the allocator inside is to serve it.
    pub(super) fn look_at(&self, table: &Table, layout: Layout) -> Option<NonNull<u8>> {
        if self.watched.get() & bit_of(layout.size()) == 0 {
            return self.bump_or_open(table, layout);
        }
        let shift = Shift::of(layout)?;
        let book = self.book(table)?;
        let place =
            Place { row: self.row.get(), depth: self.base.get().wrapping_sub(stack()), class: class_of(layout.size()) };
        match book.judge(place, self.zone.get(), table.row(self.row.get()).sizes.times()) {
            Verdict::Bump => self.bump_or_open(table, layout),
            Verdict::Watch(note) => {
                let block = self.cell(table, book, layout, shift, note);
                if block.is_none() {
                    book.not_watched(note);
                }
                block
            }
        }
    }

    fn bump_or_open(&self, table: &Table, layout: Layout) -> Option<NonNull<u8>> {
        let block = self.bump_below(layout, CHUNK);
        if block.is_some() || self.refused.get() == self.zone.get() {
            return block;
        }
        self.block_of_another_chunk(table, layout)
    }

    /// The book of the thread.
    fn book(&self, table: &Table) -> Option<&Book> {
        if self.book.get().is_none() {
            let (chunk, book) = table.take_book(self.number(), self.row.get())?;
            self.book_chunk.set(chunk);
            self.book.set(Some(book));
        }
        self.open_book()
    }

    /// The book of the thread, if a zone of it has opened it.
    fn open_book(&self) -> Option<&Book> {
        // SAFETY: the thread is the holder of its chunk until it puts it back, and knows of none then (A8).
        self.book.get().map(|book| unsafe { book.as_ref() })
    }

    /// A cell for a block, and a note in front of the cells of where it comes from.
    fn cell(&self, table: &Table, book: &Book, layout: Layout, shift: Shift, note: Note) -> Option<NonNull<u8>> {
        let (cells, row, size) = (book.cells(shift), self.row.get(), layout.size());
        if cells.chunk().is_some_and(|index| table.header(index).row.load(Relaxed) != row) {
            cells.let_go(table);
        }
        let offset = if let Some(offset) = cells.take(table, shift, size) {
            offset
        } else {
            cells.let_go(table);
            self.open_cells(table, book, cells, shift)?;
            cells.take(table, shift, size)?
        };
        let start = table.start(cells.chunk()?);
        self.cells.set(self.cells.get() + 1);
        // SAFETY: it is inside of the chunk, and the cell's, which is the caller's (A7).
        unsafe { start.add(note_of(shift, offset)).cast::<u32>().write(note.bits()) };
        // SAFETY: it is inside of the chunk (A7).
        let block = unsafe { start.add(offset) };
        unpoison(block.as_ptr(), size);
        Some(block)
    }

    /// Opens a chunk with a free cell: one that was given up, or another one.
    #[inline(never)]
    fn open_cells(&self, table: &Table, book: &Book, cells: &OpenCells, shift: Shift) -> Option<()> {
        let row = self.row.get();
        let index = match table.find_cells(row, shift) {
            Some(index) => index,
            None if book.without_cells.get() == self.zone.get() => return None,
            None => {
                let found = table.find_cells_anywhere(row, shift).or_else(|| divided(table, row, shift));
                let Some(index) = found else {
                    book.without_cells.set(self.zone.get());
                    return None;
                };
                index
            }
        };
        cells.open(table, index, self.address());
        Some(())
    }

    /// Frees a block of a chunk that is divided into cells.
    pub(super) fn free_cell(&self, table: &Table, index: u32, shift: Shift, address: usize, size: usize) {
        let offset = address % CHUNK;
        if let Some(book) = self.open_book() {
            // SAFETY: the note is that of the block, which is the caller's, and was written with it (A7).
            let note = unsafe { table.start(index).add(note_of(shift, offset)).cast::<u32>().read() };
            let note = Note::from_bits(note);
            if note.is_of(self.zone.get()) {
                book.freed(note, self.zone.get());
                self.cells.set(self.cells.get().saturating_sub(1));
            }
            // Only this thread writes its own address there.
            let is_held = table.header(index).owner.load(Relaxed) == self.address();
            if is_held && book.cells(shift).free(table, index, shift, offset, size) {
                return;
            }
        }
        table.free_cell(index, shift, offset, size);
    }

    /// Gives up the chunks of cells that the thread has open, and puts its book back with its last zone. Returns how many
    /// cells of the zone are not free.
    pub(super) fn let_cells_go(&self, table: &Table) -> usize {
        if let Some(book) = self.open_book() {
            book.each_cells(|cells| cells.let_go(table));
            if self.depth.get() == 1 {
                self.book.set(None);
                table.put_book(self.number(), self.book_chunk.replace(NONE));
            }
        }
        self.cells.get()
    }
}

/// Another chunk of such cells, if the tag may have one.
fn divided(table: &Table, row: u32, shift: Shift) -> Option<u32> {
    let index = if table.row(row).may_divide(table, row) { table.take(row) } else { None }?;
    table.divide(index, shift);
    Some(index)
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use super::stack;

    #[inline(never)]
    fn place() -> usize {
        std::hint::black_box(stack())
    }

    #[test]
    fn a_place_is_as_deep_in_the_stack_each_time_that_it_is_called() {
        let depths: std::collections::BTreeSet<usize> = (0..1000).map(|_| place()).collect();
        assert_eq!(depths.len(), 1);
    }
}
