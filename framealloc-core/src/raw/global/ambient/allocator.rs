//! The global allocator that serves zones.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::NonNull;
use std::alloc::System;

use super::chunks::Table;
use super::region::{Plan, REGION};
use super::thread::{ThreadChunks, here};
use super::{CHUNK, DEFAULT_BLOCK, MAX_BLOCK};
use crate::raw::global::by_tag::header::Mark;
use crate::raw::global::by_tag::{HeapTags, NoTags, thread as by_tag};
use crate::raw::global::pass_on::PassOn;
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::poison::{poison, unpoison};

/// Bytes of the region, unless configured.
const DEFAULT_REGION: usize = match usize::BITS {
    64.. if !cfg!(target_family = "wasm") => 64 << 20,
    _ if cfg!(target_family = "wasm") => 4 << 20,
    _ => 16 << 20,
};

/// A global allocator that bumps the small blocks that are asked for inside of [`SmartAlloc::ambient`] and of systems with
/// `#[frame_system(ambient)]`, by code that knows nothing of frames: `Vec`, `String`, `Box` of the game and of its
/// dependencies. All else goes on to `A`.
///
/// The blocks are as those of every allocator: they may be kept, sent to other threads, freed in any order and by any
/// thread. They are served from chunks of 16 KiB of the thread and tag; a chunk is used again when its last block is freed,
/// so that a block which outlives its zone keeps a chunk from being used. [`AmbientAlloc::stats`] shows those, and where a
/// tag pins far more memory than lives in it, its zones are served by `A` until that is over.
///
/// The chunks are in one region, which is asked of `A` when the first zone needs it and never given back. Where there are
/// several such allocators, they share the region of the first one that made it.
///
/// ```
/// use framealloc_core::{AmbientAlloc, SmartAlloc};
///
/// #[global_allocator]
/// static GLOBAL: AmbientAlloc = AmbientAlloc::system();
///
/// let alloc = SmartAlloc::default();
/// let kept = alloc.with_tag("ui", |ui| {
///     ui.ambient(|| {
///         let words: Vec<String> = (0..100).map(|n| format!("label {n}")).collect();
///         words[42].clone() // everything else is gone; this one keeps its chunk
///     })
/// });
/// assert_eq!(kept, "label 42");
/// assert_eq!(AmbientAlloc::stats().tag("ui").map(|ui| (ui.blocks, ui.escaped)), Some((1, 1)));
/// drop(kept);
/// assert_eq!(AmbientAlloc::stats().tag("ui").map(|ui| (ui.blocks, ui.escaped)), Some((0, 1)));
/// ```
///
/// [`SmartAlloc::ambient`]: crate::SmartAlloc::ambient
#[derive(Debug)]
pub struct AmbientAlloc<A = System, T = NoTags> {
    outside: PassOn<A, T>,
    plan: Plan,
}

impl<T: HeapTags> AmbientAlloc<System, T> {
    /// Serves zones, and passes all else on to the system's allocator.
    #[must_use]
    pub const fn system() -> Self {
        Self::new(System)
    }
}

impl<A, T: HeapTags> AmbientAlloc<A, T> {
    /// Serves zones, and passes all else on to `inner`.
    ///
    /// ```
    /// use framealloc_core::{AmbientAlloc, HeapGuard, SmartAlloc, no_heap};
    ///
    /// // What zones serve is no use of the heap, so the guard does not see it.
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc<HeapGuard> = AmbientAlloc::new(HeapGuard::system());
    ///
    /// let alloc = SmartAlloc::default();
    /// let (text, used) = no_heap(|| alloc.ambient(|| format!("{}", 17)));
    /// assert!(text == "17" && used.calls == 0);
    /// ```
    #[must_use]
    pub const fn new(inner: A) -> Self {
        let plan = Plan { bytes: DEFAULT_REGION, block: DEFAULT_BLOCK, pinned: DEFAULT_REGION / 4 };
        Self { outside: PassOn::new(inner, T::MODE), plan }
    }

    /// Has a region of `bytes` bytes, less what is over whole chunks of 16 KiB. At first it is 64 MiB, on 32-bit targets
    /// 16 MiB, on wasm 4 MiB; where the system hands memory out as it is touched, most of it costs nothing.
    ///
    /// With less than one chunk there is no region, and zones are served by the allocator inside.
    ///
    /// A tag may pin a quarter of it: say so again [otherwise](Self::with_pinned_limit) after this.
    #[must_use]
    pub const fn with_region_bytes(mut self, bytes: usize) -> Self {
        self.plan.bytes = bytes;
        self.plan.pinned = bytes / 4;
        self
    }

    /// Bumps blocks of at most `bytes` bytes, which are also aligned to no more: rounded down to a power of two, and to
    /// 8 KiB. At first it is 4 KiB.
    ///
    /// A larger block wastes more of the end of a chunk. A vector that grows in place may pass the limit.
    #[must_use]
    pub const fn with_block_limit(mut self, bytes: usize) -> Self {
        let bytes = if bytes < MAX_BLOCK { bytes } else { MAX_BLOCK };
        self.plan.block = if bytes == 0 { 1 } else { 1 << bytes.ilog2() };
        self
    }

    /// Lets one tag pin at most `bytes` bytes of chunks, and eight times as much as lives in them. At least 64 KiB may be
    /// pinned whatever lives there.
    #[must_use]
    pub const fn with_pinned_limit(mut self, bytes: usize) -> Self {
        self.plan.pinned = bytes;
        self
    }

    /// Returns the allocator inside: what it counts of all threads is asked of it. With [`Tags`](crate::Tags) it hears of fewer small
    /// blocks than the program makes.
    ///
    /// ```
    /// use framealloc_core::{AmbientAlloc, CountingAlloc, SmartAlloc};
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc<CountingAlloc> = AmbientAlloc::new(CountingAlloc::system());
    ///
    /// let alloc = SmartAlloc::default();
    /// alloc.ambient(|| drop(vec![1, 2, 3])); // the region is asked for
    /// let calls = || GLOBAL.inner().calls().total();
    /// let before = calls();
    /// alloc.ambient(|| drop(vec![1, 2, 3]));
    /// assert_eq!(calls(), before);
    /// ```
    #[must_use]
    pub const fn inner(&self) -> &A {
        &self.outside.inner
    }
}

impl<A: Default, T: HeapTags> Default for AmbientAlloc<A, T> {
    fn default() -> Self {
        Self::new(A::default())
    }
}

impl<A: GlobalAlloc, T: HeapTags> AmbientAlloc<A, T> {
    /// A block that the open chunk of the zone has no room for, or that no zone serves: the allocator inside has it, then.
    ///
    /// Called last, so that the hot path keeps nothing for afterwards.
    ///
    /// # Safety
    /// The layout has a size.
    #[cold]
    #[inline(never)]
    unsafe fn refill_or_pass_on(&self, layout: Layout) -> *mut u8 {
        match here(|chunks| self.refill(chunks, layout)) {
            Some(block) => {
                self.took(block, layout);
                block.as_ptr()
            }
            // SAFETY: the caller's contract is the inner allocator's (G1).
            None => unsafe { self.outside.alloc(layout) },
        }
    }

    /// A block of the zone that is open.
    ///
    /// # Safety
    /// The zone serves the layout.
    #[inline(always)]
    unsafe fn bump(&self, layout: Layout) -> *mut u8 {
        match here(|chunks| chunks.bump(layout)) {
            Some(block) => {
                self.took(block, layout);
                block.as_ptr()
            }
            // SAFETY: what is served has a size.
            None => unsafe { self.refill_or_pass_on(layout) },
        }
    }

    /// The same apart: where blocks are attributed it takes so much that those of no zone would suffer.
    ///
    /// # Safety
    /// As for that.
    #[inline(never)]
    unsafe fn bump_apart(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract.
        unsafe { self.bump(layout) }
    }

    fn refill(&self, chunks: &ThreadChunks, layout: Layout) -> Option<NonNull<u8>> {
        if let Some(table) = REGION.table() {
            return chunks.refill(table, layout);
        }
        let Some(table) = self.make_region() else {
            // Not again before the next zone.
            chunks.limit().set(0);
            return None;
        };
        chunks.limit().set(REGION.block());
        if chunks.serves(layout) { chunks.refill(table, layout) } else { None }
    }

    /// Attributes a block that the zone has just served to its tag.
    #[inline(always)]
    fn took(&self, block: NonNull<u8>, layout: Layout) {
        #[cfg(feature = "debug")]
        super::escapes::made(block.addr().get(), layout.size());
        #[cfg(not(feature = "debug"))]
        let _ = block;
        if T::TAGS {
            by_tag::took_in_zone(here(ThreadChunks::row), layout.size(), || self.outside.rows());
        }
    }

    /// Takes a block of a zone off its tag, and frees it.
    #[inline(never)]
    fn free_attributed(&self, block: *mut u8, layout: Layout) {
        let taken_off = |row| by_tag::freed(Mark::of(row), layout.size(), || self.outside.rows());
        if here(|chunks| chunks.counts(block.addr())) {
            taken_off(here(ThreadChunks::row));
            free_counted(block, layout);
        } else {
            taken_off(here(|chunks| chunks.row_of(block.addr())));
            free_elsewhere(block, layout.size());
        }
    }

    /// Frees a block that may be of another chunk, or is of none.
    ///
    /// # Safety
    /// The caller's contract is that of `dealloc`.
    #[inline(never)]
    unsafe fn free_uncounted(&self, block: *mut u8, layout: Layout) {
        if REGION.contains(block.addr()) {
            return free_elsewhere(block, layout.size());
        }
        // SAFETY: the block is the inner allocator's (A1), and so is the caller's contract (G1).
        unsafe { self.outside.dealloc(block, layout) };
    }

    /// Attributes what became of a block of a zone in its place: it stays its tag's.
    #[inline(always)]
    fn resized(&self, block: *mut u8, layout: Layout, new_size: usize) {
        #[cfg(feature = "debug")]
        super::escapes::resized(block.addr(), new_size);
        if T::TAGS {
            let row = here(|chunks| chunks.row_of(block.addr()));
            by_tag::freed(Mark::of(row), layout.size(), || self.outside.rows());
            by_tag::took_in_zone(row, new_size, || self.outside.rows());
        }
    }

    #[inline(never)]
    fn make_region(&self) -> Option<&'static Table> {
        // The zone is off meanwhile, as the allocator inside may come back here (A5), and it is not the system's doing.
        let _growth = HeapZone::growth();
        // SAFETY: the layout has a size.
        REGION.make(self.plan, |region| unsafe { self.outside.inner.alloc(region) })
    }
}

// SAFETY: a block is as large and aligned as was asked for and nobody else's until it is freed (A2 to A4), or is `inner`'s;
// which of the two is told by its address (A1), and `inner` sees only its own. What runs here neither unwinds nor allocates:
// counters do not overflow, indices are those of headers, and the thread-local has neither initialiser nor destructor.
unsafe impl<A: GlobalAlloc, T: HeapTags> GlobalAlloc for AmbientAlloc<A, T> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !here(|chunks| chunks.serves(layout)) {
            // SAFETY: the caller's contract is the inner allocator's (G1).
            return unsafe { self.outside.alloc(layout) };
        }
        if T::TAGS {
            // SAFETY: the caller's contract.
            return unsafe { self.bump_apart(layout) };
        }
        // SAFETY: the caller's contract.
        unsafe { self.bump(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !here(|chunks| chunks.serves(layout)) {
            // SAFETY: the caller's contract is the inner allocator's (G1).
            return unsafe { self.outside.alloc_zeroed(layout) };
        }
        // SAFETY: the caller's contract.
        let block = unsafe { self.alloc(layout) };
        if !block.is_null() {
            // SAFETY: the block is so large, and new. Chunks are used again, so that it may hold anything.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if !REGION.contains(block.addr()) {
            // SAFETY: the block is the inner allocator's (A1), and so is the caller's contract (G1).
            return unsafe { self.outside.realloc(block, layout, new_size) };
        }
        if here(|chunks| chunks.resize(block.addr(), layout.size(), new_size)) {
            resized(block, layout.size(), new_size);
            self.resized(block, layout, new_size);
            return block;
        }
        // SAFETY: the caller says that the new size is one of a layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: the caller says that the new size is not 0.
        let new = unsafe { self.alloc(new_layout) };
        if !new.is_null() {
            // SAFETY: the old block was not freed, so that they lie apart, and only a larger one moves.
            unsafe { core::ptr::copy_nonoverlapping(block, new, layout.size()) };
            // SAFETY: the caller's contract; nobody uses the block any more.
            unsafe { self.dealloc(block, layout) };
        }
        new
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if T::TAGS {
            // Apart, since what is done after a block of a zone is counted keeps registers, and others need none.
            if REGION.contains(block.addr()) {
                return self.free_attributed(block, layout);
            }
        } else if REGION.may_contain(block.addr()) {
            // In this order those of no zone pay for one comparison, and those of zones for two. To look at what the thread counts
            // first saves a third of a nanosecond of those, and costs the others one.
            if here(|chunks| chunks.counts(block.addr())) {
                return free_counted(block, layout);
            }
            // SAFETY: the caller's contract.
            return unsafe { self.free_uncounted(block, layout) };
        }
        // SAFETY: the block is the inner allocator's (A1), and so is the caller's contract (G1).
        unsafe { self.outside.dealloc(block, layout) };
    }
}

/// Frees a block of the open chunk.
#[inline(always)]
fn free_counted(block: *mut u8, layout: Layout) {
    #[cfg(feature = "debug")]
    super::escapes::freed(block.addr());
    poison(block, layout.size());
    here(|chunks| chunks.free_counted(block.addr(), layout.size()));
}

/// Frees a block of another chunk.
fn free_elsewhere(block: *mut u8, size: usize) {
    #[cfg(feature = "debug")]
    super::escapes::freed(block.addr());
    // Before it is freed: another thread may have the chunk at once.
    poison(block, size);
    here(|chunks| chunks.free_elsewhere(block.addr(), size));
}

/// Marks what a block that stayed in its place has more, or less.
#[inline(always)]
fn resized(block: *mut u8, size: usize, new_size: usize) {
    if new_size > size {
        unpoison(block.wrapping_add(size), new_size - size);
    } else {
        poison(block.wrapping_add(new_size), size - new_size);
    }
}

const _: () = assert!(CHUNK.is_power_of_two() && MAX_BLOCK < CHUNK);
