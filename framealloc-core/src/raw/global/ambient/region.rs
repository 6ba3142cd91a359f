//! The one stretch of memory that chunks are in: asked for when the first zone needs a chunk, and told from all other
//! memory by one comparison.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::chunks::{Header, NONE, Table, WORD};
use super::pinned::Row;
use super::{CHUNK, DEFAULT_BLOCK, ROWS};
use crate::raw::mem::poison::poison;
use crate::sync::{
    Acquire, AtomicPtr, AtomicU32, AtomicUsize, Relaxed, Release, const_unless_loom, static_unless_loom,
};

/// How a region is made, as its allocator was configured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Bytes of all chunks together.
    pub(super) bytes: usize,
    /// The largest block, a power of two.
    pub(super) block: usize,
    /// Bytes that one tag may pin.
    pub(super) pinned: usize,
}

/// Where the chunks are, for all allocators of the process: what a thread knows of its chunks is not by allocator.
#[derive(Debug)]
pub(super) struct Region {
    /// Not null once the table is complete (A1).
    data: AtomicPtr<u8>,
    bytes: AtomicUsize,
    table: AtomicPtr<Table>,
    /// The largest block that is bumped; 0 until somebody asked for the region.
    block: AtomicUsize,
    /// 1 while a thread is making the region.
    making: AtomicU32,
}

static_unless_loom! {
    pub(super) static REGION: Region = Region::new();
}

/// Parts of the request, one after the other: the table, headers, rows, words, and from a multiple of [`CHUNK`] the chunks.
struct Parts {
    all: Layout,
    headers: usize,
    rows: usize,
    words: usize,
    data: usize,
}

impl Parts {
    fn of(chunks: usize) -> Option<Self> {
        let table = Layout::new::<Table>();
        let (table, headers) = table.extend(Layout::array::<Header>(chunks).ok()?).ok()?;
        let (table, rows) = table.extend(Layout::array::<Row>(ROWS).ok()?).ok()?;
        let (table, words) = table.extend(Layout::array::<AtomicUsize>(chunks.div_ceil(WORD)).ok()?).ok()?;
        let data = table.size().checked_next_multiple_of(CHUNK)?;
        let size = data.checked_add(chunks.checked_mul(CHUNK)?)?;
        Some(Self { all: Layout::from_size_align(size, CHUNK).ok()?, headers, rows, words, data })
    }
}

impl Region {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self {
                data: AtomicPtr::new(core::ptr::null_mut()),
                bytes: AtomicUsize::new(0),
                table: AtomicPtr::new(core::ptr::null_mut()),
                block: AtomicUsize::new(0),
                making: AtomicU32::new(0),
            }
        }
    }

    /// Whether the address may be that of a block in a chunk, by one comparison: of others it is said only of low addresses, and
    /// while another thread makes the region, to whom sees how large it is before it sees where. What is not, is not.
    ///
    /// Relaxed, both: see A1.
    #[inline(always)]
    pub(super) fn may_contain(&self, address: usize) -> bool {
        self.spans(self.data.load(Relaxed), address)
    }

    #[inline(always)]
    fn spans(&self, data: *mut u8, address: usize) -> bool {
        address.wrapping_sub(data.addr()) < self.bytes.load(Relaxed)
    }

    /// Whether the address is that of a block in a chunk.
    #[inline(always)]
    pub(super) fn contains(&self, address: usize) -> bool {
        // Once for both: a low address could be told by no region, and then there be one.
        let data = self.data.load(Relaxed);
        self.spans(data, address) && !data.is_null()
    }

    /// The largest block that zones serve.
    pub(super) fn block(&self) -> usize {
        match self.block.load(Relaxed) {
            0 => DEFAULT_BLOCK,
            bytes => bytes,
        }
    }

    /// Bytes of all chunks; 0 before the first zone that needed one.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// The table, once there is a region.
    #[inline]
    pub(super) fn table(&self) -> Option<&'static Table> {
        // SAFETY: it is published once, complete, and never freed (A1).
        unsafe { self.table.load(Acquire).as_ref() }.map(Table::seen)
    }

    /// Makes the region of what `ask` gives. `None` if that gives nothing, or another thread is at it.
    pub(super) fn make(&self, plan: Plan, ask: impl FnOnce(Layout) -> *mut u8) -> Option<&'static Table> {
        // Acquire: who made the region before has published it.
        if self.making.swap(1, Acquire) != 0 {
            return self.table();
        }
        let table = match self.table() {
            // Another thread was faster.
            Some(table) => Some(table),
            None => self.make_alone(plan, ask),
        };
        self.making.store(0, Release);
        table
    }

    fn make_alone(&self, plan: Plan, ask: impl FnOnce(Layout) -> *mut u8) -> Option<&'static Table> {
        self.block.store(plan.block, Relaxed);
        let chunks = (plan.bytes / CHUNK).min(NONE as usize - 1);
        let parts = Parts::of(chunks).filter(|_| chunks > 0)?;
        let start = NonNull::new(ask(parts.all))?;
        let pinned = u32::try_from(plan.pinned / CHUNK).unwrap_or(u32::MAX);
        // SAFETY: the parts lie inside of the request, apart from each other and aligned; nobody else knows of it.
        let table = unsafe { lay_out(start, &parts, chunks, pinned) };
        // SAFETY: it lies inside of the request.
        let data = unsafe { start.add(parts.data) };
        if cfg!(framealloc_asan) {
            poison(data.as_ptr(), chunks * CHUNK);
        }
        self.data.store(data.as_ptr(), Relaxed);
        self.bytes.store(chunks * CHUNK, Relaxed);
        // Release: whoever sees the table sees all of it, and where the chunks are.
        self.table.store(core::ptr::from_ref(table).cast_mut(), Release);
        Some(table)
    }
}

/// Writes the table.
///
/// # Safety
/// At `start` there is the memory of `parts` for so many chunks, for ever and for nobody else.
unsafe fn lay_out(start: NonNull<u8>, parts: &Parts, chunks: usize, pinned: u32) -> &'static Table {
    // SAFETY: each part lies inside of the memory, by the contract.
    let (headers, rows, words) = unsafe {
        (start.add(parts.headers).cast::<Header>(), start.add(parts.rows).cast(), start.add(parts.words).cast())
    };
    for index in 0..chunks {
        // SAFETY: the array has so many.
        unsafe { headers.add(index).write(Header::new()) };
    }
    for index in 0..ROWS {
        // SAFETY: the array has so many.
        unsafe { rows.add(index).write(Row::new()) };
    }
    let all_words = chunks.div_ceil(WORD);
    for index in 0..all_words {
        let here = (chunks - index * WORD).min(WORD);
        // SAFETY: the array has so many.
        unsafe { words.add(index).write(AtomicUsize::new(usize::MAX >> (WORD - here))) };
    }
    // SAFETY: all of it was just written, and stays for ever, shared.
    let (headers, rows, words) = unsafe {
        (
            core::slice::from_raw_parts(headers.as_ptr(), chunks),
            core::slice::from_raw_parts(rows.as_ptr(), ROWS),
            core::slice::from_raw_parts(words.as_ptr(), all_words),
        )
    };
    // SAFETY: the chunks begin there and are nobody else's, by the contract.
    let table = unsafe { Table::new(start.add(parts.data), headers, words, rows, pinned) };
    let place = start.cast::<Table>();
    // SAFETY: the first part is the table's.
    unsafe { place.write(table) };
    // SAFETY: it was just written, and stays for ever, shared.
    unsafe { place.as_ref() }
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_in_a_region_of_which_only_the_size_is_seen() {
        let region = Region::new();
        assert!(!region.may_contain(0) && !region.may_contain(CHUNK) && !region.may_contain(usize::MAX));
        region.bytes.store(4 * CHUNK, Relaxed);
        assert!(region.may_contain(CHUNK) && !region.contains(CHUNK));
        region.data.store(core::ptr::without_provenance_mut(16 * CHUNK), Relaxed);
        let inside: Vec<usize> = (15..22).filter(|chunk| region.contains(chunk * CHUNK)).collect();
        assert_eq!(inside, [16, 17, 18, 19]);
    }
}
