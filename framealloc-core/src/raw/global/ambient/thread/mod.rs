//! What a thread knows of the chunks of its zones.

mod full;
mod watched;
mod zones;

use core::alloc::Layout;
use core::cell::Cell;
use core::ptr::NonNull;

use super::cells::Shift;
use super::chunks::{Header, NONE, Table};
use super::region::REGION;
use super::sites::Book;
use super::{CHUNK, UNIT, cost, footprint};
use crate::raw::mem::poison::unpoison;
use crate::sync::{AtomicU32, Relaxed, static_unless_loom};

/// The word of a thread without an open chunk: nothing fits.
const FULL: u64 = CHUNK as u64;

/// Bytes of a page, where stores are told apart.
const PAGE: usize = 4096;

/// A zone puts a chunk with so many bytes left into the stash.
const ROOM: usize = CHUNK / 16;

/// Where the next block goes, in the lower half of a word.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "it is the lower half")]
const fn offset_of(word: u64) -> u32 {
    word as u32
}

/// What the thread counts in the open chunk, in the upper half of a word.
#[inline(always)]
const fn counted(word: u64) -> u32 {
    (word >> 32) as u32
}

#[inline(always)]
const fn word_of(counted: u32, offset: u32) -> u64 {
    ((counted as u64) << 32) | offset as u64
}

/// The chunks of the zones of one thread.
///
/// Offset and count of the open chunk share a word: a block costs one load and one store of it.
#[derive(Debug)]
pub(crate) struct ThreadChunks {
    /// Sizes and alignments below are served; a power of two, or 0 outside of zones.
    limit: Cell<usize>,
    word: Cell<u64>,
    /// No block ends behind it: where chunks end, or 0 in zones that look at each request, so that it comes to
    /// [`refill`](Self::refill).
    end: Cell<usize>,
    /// The first byte of the open chunk.
    start: Cell<NonNull<u8>>,
    /// The part of the open chunk from its mark on: what is freed there is counted here.
    low: Cell<usize>,
    span: Cell<usize>,
    open: Cell<u32>,
    /// The newest of the zone's full chunks, which are a ring.
    full: Cell<u32>,
    row: Cell<u32>,
    /// Zones that are open.
    depth: Cell<u32>,
    /// Sizes that the zone looks at, a bit for each class of them; 0 in most zones.
    watched: Cell<u64>,
    /// The number of the zone, which no other one of the thread has; 0 outside of zones.
    zone: Cell<u32>,
    /// The number of the last zone.
    last_zone: Cell<u32>,
    /// Where the stack was when the zone began.
    base: Cell<usize>,
    /// Cells that the zone has made and not freed.
    cells: Cell<usize>,
    /// The last zone that was refused: one that looks at requests goes on with cells.
    refused: Cell<u32>,
    /// What the thread knows of places, once a zone of it looked there, and in which chunk that is.
    book: Cell<Option<NonNull<Book>>>,
    book_chunk: Cell<u32>,
    /// A number by which the thread finds its places in the stash; 0 until it needs one.
    number: Cell<u32>,
}

/// What a zone puts aside while another one is open inside of it.
#[derive(Debug)]
#[must_use = "the zone ends by it"]
pub(in crate::raw::global) struct OuterZone {
    /// Zones that are open with the one that ends.
    depth: u32,
    limit: usize,
    watched: u64,
    zone: u32,
    base: usize,
    cells: usize,
    open: u32,
    full: u32,
    row: u32,
}

static_unless_loom! {
    /// The number of the last thread that needed one.
    static LAST: AtomicU32 = AtomicU32::new(0);
}

std::thread_local! {
    /// Constant and without a destructor: memory is asked for and freed at any time in a thread's life.
    static CHUNKS: ThreadChunks = const { ThreadChunks::new() };
}

/// Calls `with` with what the calling thread knows. Nothing is borrowed while other code runs: `with` runs none.
#[inline(always)]
pub(super) fn here<R>(with: impl FnOnce(&ThreadChunks) -> R) -> R {
    CHUNKS.with(with)
}

/// Begins a zone of this row on the calling thread, inside of the one that is open.
pub(in crate::raw::global) fn begin(row: u32) -> OuterZone {
    CHUNKS.with(|chunks| chunks.begin(REGION.table(), row, REGION.block()))
}

/// Ends the zone.
pub(in crate::raw::global) fn end(outer: OuterZone) {
    CHUNKS.with(|chunks| chunks.end(REGION.table(), outer));
}

/// Stops serving, until the limit that is returned is put back: what is asked for now is not of the zone.
pub(in crate::raw::global) fn pause() -> usize {
    CHUNKS.with(|chunks| chunks.limit.replace(0))
}

/// Goes on serving.
pub(in crate::raw::global) fn resume(limit: usize) {
    CHUNKS.with(|chunks| chunks.limit.set(limit));
}

impl ThreadChunks {
    pub(crate) const fn new() -> Self {
        Self {
            limit: Cell::new(0),
            word: Cell::new(FULL),
            end: Cell::new(CHUNK),
            start: Cell::new(NonNull::dangling()),
            low: Cell::new(0),
            span: Cell::new(0),
            open: Cell::new(NONE),
            full: Cell::new(NONE),
            row: Cell::new(0),
            depth: Cell::new(0),
            watched: Cell::new(0),
            zone: Cell::new(0),
            last_zone: Cell::new(0),
            base: Cell::new(0),
            cells: Cell::new(0),
            refused: Cell::new(0),
            book: Cell::new(None),
            book_chunk: Cell::new(NONE),
            number: Cell::new(0),
        }
    }

    /// A thread of a model, whose number is of no account: all share one place.
    #[cfg(framealloc_loom)]
    pub(super) fn numbered() -> Self {
        Self { number: Cell::new(1), ..Self::new() }
    }

    /// Whether a zone is open that serves such blocks. Those without size are nobody's.
    #[inline(always)]
    pub(super) fn serves(&self, layout: Layout) -> bool {
        (layout.size().wrapping_sub(1) | (layout.align() - 1)) < self.limit.get()
    }

    /// The row of the open zone's tag.
    #[inline(always)]
    pub(super) fn row(&self) -> u32 {
        self.row.get()
    }

    /// The row of a block of the region: that of its chunk.
    #[inline(always)]
    pub(super) fn row_of(&self, address: usize) -> u32 {
        if self.counts(address) {
            return self.row.get();
        }
        // There is a region, since there is a block.
        REGION.table().map_or(0, |table| table.header(table.index_of(address)).row.load(Relaxed))
    }

    pub(super) fn limit(&self) -> &Cell<usize> {
        &self.limit
    }

    /// A block of the open chunk, if it has room and the zone does not look at requests. The layout is one that the zone
    /// [serves](Self::serves).
    #[inline(always)]
    pub(super) fn bump(&self, layout: Layout) -> Option<NonNull<u8>> {
        self.bump_below(layout, self.end.get())
    }

    /// A block of the open chunk that ends there at the latest.
    #[inline(always)]
    fn bump_below(&self, layout: Layout, last: usize) -> Option<NonNull<u8>> {
        let word = self.word.get();
        let offset = offset_of(word) as usize;
        // An offset is aligned as most blocks are.
        let gap = if layout.align() <= UNIT { 0 } else { offset.wrapping_neg() & (layout.align() - 1) };
        let taken = gap + footprint(layout.size());
        if offset + taken > last {
            return None;
        }
        self.word.set(word + (taken as u64 | (u64::from(cost(layout.size())) << 32)));
        let start = offset + gap;
        // SAFETY: the chunk has so many bytes, or the thread none and nothing fits; nothing lives from the offset on (A4).
        let block = unsafe { self.start.get().add(start) };
        unpoison(block.as_ptr(), layout.size());
        Some(block)
    }

    /// Whether the address is that of a block that is counted in the word.
    #[inline(always)]
    pub(super) fn counts(&self, address: usize) -> bool {
        address.wrapping_sub(self.low.get()) < self.span.get()
    }

    /// The offset from which on nothing lives if the thread counts nothing.
    #[inline(always)]
    fn mark(&self) -> u64 {
        (self.low.get() & (CHUNK - 1)) as u64
    }

    /// Frees a block that is counted in the word, and has so many bytes.
    #[inline(always)]
    pub(super) fn free_counted(&self, address: usize, size: usize) {
        let word = self.word.get();
        // The halves are compared before anything is taken off: where it is the last block, nothing has to be.
        if counted(word) == cost(size) {
            return self.word.set(self.mark());
        }
        let word = word - (u64::from(cost(size)) << 32);
        let start = (address & (CHUNK - 1)) as u64;
        let is_newest = start + footprint(size) as u64 == u64::from(offset_of(word));
        self.word.set(if is_newest { word - footprint(size) as u64 } else { word });
    }

    /// Frees a block of a chunk that is not open here.
    #[inline(always)]
    pub(super) fn free_elsewhere(&self, address: usize, size: usize) {
        // There is a region, since there is a block.
        let Some(table) = REGION.table() else { return };
        self.free_in(table, address, size);
    }

    /// Frees a block that is not counted in the word.
    pub(super) fn free_in(&self, table: &Table, address: usize, size: usize) {
        let index = table.index_of(address);
        let header = table.header(index);
        if let Some(shift) = Shift::of_chunk(header) {
            return self.free_cell(table, index, shift, address, size);
        }
        if !self.owns(header, address) {
            return table.free(index, size);
        }
        let local = get(&header.local) - cost(size);
        set(&header.local, local);
        // One of a zone further out waits for its zone, and one that is used on begins anew.
        if local == 0 && get(&header.depth) == self.depth.get() {
            self.drained(table, index);
        }
    }

    /// Nothing that the thread counts lives in a full chunk of its zone any more.
    #[cold]
    #[inline(never)]
    fn drained(&self, table: &Table, index: u32) {
        self.unlink(table, index);
        let_go(table.header(index));
        table.give_up(index, 0);
    }

    /// Whether a block is counted in the header of its chunk (A4). Only this thread ever writes its own address there, so that
    /// what it reads tells it whether the chunk is its own.
    fn owns(&self, header: &Header, address: usize) -> bool {
        header.owner.load(Relaxed) == self.address() && address % CHUNK >= get(&header.mark) as usize
    }

    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// Changes the size of a block of the region where it is: always if it becomes smaller, else if its cell has room, or it is
    /// the newest of the open chunk and that has. Such a block may become larger than what zones serve.
    pub(super) fn resize(&self, address: usize, size: usize, new_size: usize) -> bool {
        if self.counts(address) {
            let (word, start) = (self.word.get(), address & (CHUNK - 1));
            let offset = offset_of(word) as usize;
            if start + footprint(size) == offset {
                if new_size > CHUNK || start + footprint(new_size) > CHUNK {
                    return false;
                }
                let counted = counted(word) - cost(size) + cost(new_size);
                #[expect(clippy::cast_possible_truncation, reason = "it is an offset in a chunk")]
                self.word.set(word_of(counted, (start + footprint(new_size)) as u32));
                return true;
            }
            if new_size <= size {
                self.word.set(word - (((size - new_size) as u64) << 32));
            }
            return new_size <= size;
        }
        let Some(table) = REGION.table() else { return false };
        let header = table.header(table.index_of(address));
        if new_size > size && !Shift::of_chunk(header).is_some_and(|cell| cell.fits(new_size)) {
            return false;
        }
        let more = cost(new_size).wrapping_sub(cost(size));
        if self.owns(header, address) {
            set(&header.local, get(&header.local).wrapping_add(more));
        } else {
            header.resized(more);
        }
        true
    }

    /// A block of another chunk, when the open one has no room. Without one the zone serves nothing any more.
    #[cold]
    #[inline(never)]
    pub(super) fn refill(&self, table: &Table, layout: Layout) -> Option<NonNull<u8>> {
        if self.watched.get() == 0 { self.block_of_another_chunk(table, layout) } else { self.look_at(table, layout) }
    }

    fn block_of_another_chunk(&self, table: &Table, layout: Layout) -> Option<NonNull<u8>> {
        self.close(table);
        let row = self.row.get();
        if !table.row(row).may_take(table, row) {
            if self.watched.get() == 0 {
                self.limit.set(0);
            }
            self.refused.set(self.zone.get());
            table.row(row).refused.fetch_add(1, Relaxed);
            table.refusals.fetch_add(1, Relaxed);
            return None;
        }
        self.watch(table.row(row).sizes.watched());
        let first = self.full.get() == NONE;
        let aside = table.take_aside(self.place(), row);
        if let Some(index) = aside.or_else(|| if first { table.take_left_behind(row) } else { None }) {
            self.open(table, index);
            if let Some(block) = self.bump_below(layout, CHUNK) {
                return Some(block);
            }
            self.close(table);
        }
        self.look_at_oldest(table);
        let taken = table.take(row).or_else(|| {
            table.empty_stash();
            table.take(row)
        });
        let Some(index) = taken else {
            self.limit.set(0);
            table.ran_dry();
            table.row(row).exhausted.fetch_add(1, Relaxed);
            return None;
        };
        self.open(table, index);
        self.bump_below(layout, CHUNK)
    }

    /// The number of the thread.
    fn number(&self) -> u32 {
        if self.number.get() == 0 {
            self.number.set(LAST.fetch_add(1, Relaxed).wrapping_add(1));
        }
        self.number.get()
    }

    /// The place of the thread and its tag in the stash.
    fn place(&self) -> u32 {
        // Tags of a thread are neighbours, and threads some way apart.
        self.number().wrapping_mul(37).wrapping_add(self.row.get())
    }

    /// Opens a chunk of which the thread is the holder.
    fn open(&self, table: &Table, index: u32) {
        let header = table.header(index);
        if header.holds_only(0) {
            set(&header.offset, self.first_offset());
        }
        set(&header.mark, get(&header.offset));
        set(&header.local, 0);
        set(&header.depth, self.depth.get());
        header.owner.store(self.address(), Relaxed);
        self.reopen(table, index);
    }

    /// Where the first block of a chunk goes. Not where the thread's word is in its page: processors look at the place in the page
    /// first to tell whether a load wants what was just stored, and would wait for each store to the block.
    fn first_offset(&self) -> u32 {
        const APART: u32 = 256;
        let word = core::ptr::from_ref(&self.word).addr() % PAGE;
        // Executions of a model have their threads at other addresses, and must not differ by that.
        if word < APART as usize && !cfg!(framealloc_loom) { APART } else { 0 }
    }

    /// Opens a chunk as its header says.
    fn reopen(&self, table: &Table, index: u32) {
        let header = table.header(index);
        let (start, mark, local) = (table.start(index), get(&header.mark), get(&header.local));
        self.open.set(index);
        self.start.set(start);
        self.low.set(start.addr().get() + mark as usize);
        self.span.set(CHUNK - mark as usize);
        self.word.set(word_of(local, if local == 0 { mark } else { get(&header.offset) }));
    }

    /// Writes what is known of the open chunk into its header, and has none open then.
    fn park(&self, table: &Table) -> Option<u32> {
        let index = self.open.replace(NONE);
        let word = self.word.replace(FULL);
        self.start.set(NonNull::dangling());
        self.span.set(0);
        if index == NONE {
            return None;
        }
        let header = table.header(index);
        set(&header.local, counted(word));
        set(&header.offset, offset_of(word));
        Some(index)
    }

    /// Writes what the thread counts in its open chunk to where figures are read.
    pub(super) fn show(&self, table: &Table) {
        if self.open.get() != NONE {
            set(&table.header(self.open.get()).local, counted(self.word.get()));
        }
    }
}

/// What the holder of a chunk wrote; only figures read it from elsewhere.
#[inline(always)]
fn get(field: &AtomicU32) -> u32 {
    field.load(Relaxed)
}

#[inline(always)]
fn set(field: &AtomicU32, value: u32) {
    field.store(value, Relaxed);
}

/// The thread counts nothing of the chunk any more: what it frees from now on is as anybody's (A6).
fn let_go(header: &Header) {
    header.owner.store(0, Relaxed);
}
