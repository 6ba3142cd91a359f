//! The face of the chunks for loom: a table of a few chunks, and threads with zones, over the very code that programs run.
//! Only the thread-local shell and the region are left out. A chunk has room for two blocks, each with a watched cell.

use core::alloc::Layout;
use core::ptr::NonNull;
use std::sync::OnceLock;

use loom::sync::Arc;

use super::cells::{OpenCells, Shift};
use super::chunks::{Header, NONE, Table};
use super::pinned::Row;
use super::region::{Plan, Region};
use super::thread::{OuterZone, ThreadChunks};
use super::{CHUNK, MAX_BLOCK, ROWS};
use crate::sync::{AtomicUsize, Witness};

const CHUNKS: usize = 2;

/// Memory for the chunks of all models: nothing is ever written to it.
fn data() -> NonNull<u8> {
    static DATA: OnceLock<Memory> = OnceLock::new();
    let layout = Layout::from_size_align(CHUNKS * CHUNK, CHUNK).expect("small");
    // SAFETY: the layout has a size.
    NonNull::new(DATA.get_or_init(|| Memory(unsafe { std::alloc::alloc(layout) })).0).expect("there is memory")
}

/// A table of at most two chunks.
#[derive(Debug)]
pub struct Zones {
    table: Table,
    blocks: Vec<Witness>,
}

/// A block that somebody has.
#[derive(Debug)]
pub struct ZoneBlock(usize);

/// What a thread knows.
#[derive(Debug)]
pub struct ZoneThread {
    zones: Arc<Zones>,
    chunks: Box<ThreadChunks>,
    outer: Vec<OuterZone>,
}

impl Zones {
    /// A table of so many chunks, which is leaked in parts, as the region lives for ever.
    #[must_use]
    pub fn new(chunks: usize) -> Arc<Self> {
        assert!(chunks <= CHUNKS, "models have memory for {CHUNKS} chunks");
        let headers = Vec::leak((0..chunks).map(|_| Header::new()).collect());
        let rows = Vec::leak((0..ROWS).map(|_| Row::new()).collect());
        let words = Vec::leak(vec![AtomicUsize::new((1 << chunks) - 1)]);
        // SAFETY: there is memory for so many chunks, and nobody writes to it.
        let table = unsafe { Table::new(data(), headers, words, rows, 1000) };
        Arc::new(Self { table, blocks: (0..chunks * 2).map(|_| Witness::new()).collect() })
    }

    /// Chunks that are free.
    #[must_use]
    pub fn free(&self) -> usize {
        self.table.available()
    }

    /// Chunks that were given up and are not free.
    #[must_use]
    pub fn pinned(&self, tag: u32) -> u32 {
        self.table.row(tag).pinned()
    }

    /// Gives up what is in the stash.
    pub fn empty_stash(&self) {
        self.table.empty_stash();
    }

    /// The block is written to.
    fn touch(&self, block: &ZoneBlock) {
        self.blocks[(block.0 - self.table.start(0).addr().get()) / MAX_BLOCK].exclusive();
    }
}

impl ZoneThread {
    /// A thread without a zone.
    #[must_use]
    pub fn new(zones: &Arc<Zones>) -> Self {
        Self { zones: zones.clone(), chunks: Box::new(ThreadChunks::numbered()), outer: Vec::new() }
    }

    /// Begins a zone.
    pub fn begin(&mut self, tag: u32) {
        self.outer.push(self.chunks.begin(Some(&self.zones.table), tag, MAX_BLOCK));
    }

    /// Ends the zone.
    ///
    /// # Panics
    /// If there is none.
    pub fn end(&mut self) {
        self.chunks.end(Some(&self.zones.table), self.outer.pop().expect("a zone is open"));
    }

    /// Takes a block and writes to it; `None` if no chunk is free.
    #[must_use]
    pub fn take(&self) -> Option<ZoneBlock> {
        let layout = Layout::from_size_align(MAX_BLOCK, 1).expect("small");
        if !self.chunks.serves(layout) {
            return None;
        }
        let block = self.chunks.bump(layout).or_else(|| self.chunks.refill(&self.zones.table, layout))?;
        let block = ZoneBlock(block.addr().get());
        self.zones.touch(&block);
        Some(block)
    }

    /// Writes to a block and frees it.
    #[expect(clippy::needless_pass_by_value, reason = "the block ends here")]
    pub fn free(&self, block: ZoneBlock) {
        self.zones.touch(&block);
        if self.chunks.counts(block.0) {
            self.chunks.free_counted(block.0, MAX_BLOCK);
        } else {
            self.chunks.free_in(&self.zones.table, block.0, MAX_BLOCK);
        }
    }
}

/// The book of a thread with a zone.
#[derive(Debug)]
pub struct ZoneBook(u32);

impl Zones {
    /// Takes a book and writes to it; `None` if others have all chunks.
    #[must_use]
    pub fn take_book(&self, tag: u32) -> Option<ZoneBook> {
        let (chunk, _) = self.table.take_book(1, tag)?;
        self.write_to(chunk);
        Some(ZoneBook(chunk))
    }

    /// Writes to a book and puts it back.
    #[expect(clippy::needless_pass_by_value, reason = "it is no longer the caller's")]
    pub fn put_book(&self, book: ZoneBook) {
        self.write_to(book.0);
        self.table.put_book(1, book.0);
    }

    fn write_to(&self, chunk: u32) {
        self.blocks[chunk as usize * 2..][..2].iter().for_each(Witness::exclusive);
    }
}

/// A block that has a cell.
#[derive(Debug)]
pub struct CellBlock {
    chunk: u32,
    offset: usize,
}

/// What a thread knows of cells.
#[derive(Debug)]
pub struct CellThread {
    zones: Arc<Zones>,
    open: OpenCells,
    owner: usize,
}

impl CellThread {
    /// A thread that has none open.
    #[must_use]
    pub fn new(zones: &Arc<Zones>, owner: usize) -> Self {
        Self { zones: zones.clone(), open: OpenCells::none(), owner }
    }

    fn shift() -> Shift {
        Shift::of(Layout::from_size_align(CELL, 1).expect("small")).expect("it fits")
    }

    /// Takes a cell and writes to it: of the open chunk, of one that was given up, or of another one.
    #[must_use]
    pub fn take(&self, tag: u32) -> Option<CellBlock> {
        let (table, shift) = (&self.zones.table, Self::shift());
        let offset = self.open.take(table, shift, CELL).or_else(|| {
            self.open.let_go(table);
            let index = table.find_cells(tag, shift).or_else(|| {
                let index = table.take(tag)?;
                table.divide(index, shift);
                Some(index)
            })?;
            self.open.open(table, index, self.owner);
            self.open.take(table, shift, CELL)
        })?;
        let block = CellBlock { chunk: self.open.chunk().expect("it was opened"), offset };
        self.touch(&block);
        Some(block)
    }

    /// Writes to a block and frees it.
    #[expect(clippy::needless_pass_by_value, reason = "the block ends here")]
    pub fn free(&self, block: CellBlock) {
        self.touch(&block);
        let (table, shift) = (&self.zones.table, Self::shift());
        if !self.open.free(table, block.chunk, shift, block.offset, CELL) {
            table.free_cell(block.chunk, shift, block.offset, CELL);
        }
    }

    /// Gives up what is open.
    pub fn let_go(&self) {
        self.open.let_go(&self.zones.table);
    }

    /// In models a chunk has two cells, and as many witnesses.
    fn touch(&self, block: &CellBlock) {
        let half = usize::from(block.offset == CHUNK - CELL);
        self.zones.blocks[block.chunk as usize * 2 + half].exclusive();
    }
}

/// Bytes of the cells of models.
const CELL: usize = 2048;

/// What regions of models are made of.
struct Memory(*mut u8);

// SAFETY: one model runs at a time, on one thread.
unsafe impl Send for Memory {}
// SAFETY: one model runs at a time, on one thread.
unsafe impl Sync for Memory {}

/// A region that threads may be the first to need.
#[derive(Debug)]
pub struct ZoneRegion {
    region: Region,
    asked: std::sync::atomic::AtomicUsize,
}

impl ZoneRegion {
    /// No region yet. The memory of one model is that of the next.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { region: Region::new(), asked: std::sync::atomic::AtomicUsize::new(0) })
    }

    /// What a zone does that needs a chunk. Returns whether there is one.
    #[must_use]
    pub fn need(&self) -> bool {
        static MEMORY: OnceLock<Memory> = OnceLock::new();
        let plan = Plan { bytes: CHUNK, block: MAX_BLOCK, pinned: CHUNK };
        let ask = |layout: Layout| {
            self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            // SAFETY: the layout has a size. It is leaked, as regions are, once for all models.
            MEMORY.get_or_init(|| Memory(unsafe { std::alloc::alloc(layout) })).0
        };
        self.region.table().or_else(|| self.region.make(plan, ask)).is_some()
    }

    /// Whether a block of the allocator inside is taken for one of a chunk that lies as low as a region is long.
    #[must_use]
    pub fn has_low_block(&self) -> bool {
        self.region.contains(CHUNK / 2)
    }

    /// How often memory was asked for.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(std::sync::atomic::Ordering::Relaxed)
    }
}

const _: () = assert!(CHUNKS < NONE as usize);
