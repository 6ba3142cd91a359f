//! The arena: one window of memory, objects bumping down from its top, growable buffers up from its bottom.
//!
//! The shape of the hot path (a flat struct, one signed compare, cursor and limit not adjacent, a cold path that
//! takes a layout and returns a pointer) follows what was measured of bumpalo, bump-scope and `oxc_allocator`.

mod carve;
mod cold;
mod reset;
mod sampled;

use core::alloc::Layout;
use core::ptr::NonNull;

use super::blocks::Blocks;
use super::gate::Gate;
use super::growth::Growth;
use super::one_thread::{OfOneThread, Shielded};
use super::sampling::Sampler;
use crate::error::Failure;
use crate::raw::mem::chunk::{Chunk, ChunkPolicy};
use crate::raw::mem::count::Count;
use crate::raw::mem::poison::{REDZONE, poison, unpoison};
use crate::raw::mem::window::{EMPTY, Side, Window, dangling};
use crate::tag::TagId;

/// Set while the window may not be the whole of the last chunk, or another is in use: the reset recomputes it from the
/// chunks (I15).
pub(super) const LOST: u8 = 1;

/// Everything that changes in an arena, in one cell (one compiler message instead of ten when it is sent).
///
/// `hi` and `lo` are not adjacent: a pair load of both after a store to one stalls on some cores.
#[repr(C)]
pub(crate) struct ArenaState {
    pub(super) window: Window,
    /// The highest `lo` of this window, growables that gave memory back included.
    pub(super) lo_peak: *mut u8,
    /// Bytes used in windows that were closed since the last reset.
    pub(super) closed: usize,
    /// Bytes of windows that cursors have taken out.
    pub(super) carved: usize,
    /// Bytes that peaked in closed windows and were given back there.
    pub(super) slack: usize,
    /// Bytes of a chunk, from `hidden_base` up, that are not opened: what the gate did not grant, or took back, and the
    /// second chunk where there is one.
    pub(super) hidden: usize,
    pub(super) hidden_base: *mut u8,
    /// A decaying maximum of the bytes needed between two resets.
    pub(super) high: usize,
    pub(super) chunks: Vec<Chunk>,
    /// [`LOST`] and [`OUT`](carve::OUT) (I14, I15): 0 where the window is all of the last chunk, or empty.
    pub(super) dirty: u8,
    /// Above 0 while a second chunk is kept at the reset, as a cursor and the frame need a window each at once.
    pub(super) crowded: u8,
    pub(super) policy: ChunkPolicy,
    pub(super) gate: Option<NonNull<dyn Gate>>,
    /// Chunks of one block each, freed at the reset.
    pub(super) dedicated: Vec<Chunk>,
    /// What went to dedicated chunks since this was last asked for.
    pub(super) fallbacks: Fallbacks,
    /// What was asked of the global allocator since this was last asked for.
    pub(super) growth: Growth,
    pub(super) blocks: Blocks,
    /// Blocks handed out since this was last asked for.
    pub(super) requests: Count,
    /// Whose memory it is.
    pub(super) tag: TagId,
    /// Where the next samples are; `None` where nobody samples.
    pub(super) sampler: Option<Box<Sampler>>,
}

/// What is known of a layout.
#[derive(Clone, Copy)]
enum Kind {
    /// The compiler knows that it has a size, at least.
    Constant,
    /// It may be without size.
    Dynamic,
}

/// Requests that were served from the heap instead of an arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fallbacks {
    pub(crate) count: usize,
    /// Bytes asked for.
    pub(crate) bytes: usize,
}

impl Fallbacks {
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.bytes += other.bytes;
    }
}

/// A region of memory that is handed out in pieces and taken back at once.
pub(crate) struct Arena {
    /// What the compiler names where an arena, or a frame, is shared with another thread.
    of_one_thread: OfOneThread,
    pub(super) state: Shielded<ArenaState>,
}

impl Arena {
    pub(crate) const fn new(policy: ChunkPolicy) -> Self {
        Self {
            of_one_thread: core::marker::PhantomData,
            state: Shielded::new(ArenaState {
                window: EMPTY,
                lo_peak: EMPTY.lo,
                closed: 0,
                carved: 0,
                slack: 0,
                hidden: 0,
                hidden_base: EMPTY.base,
                high: 0,
                chunks: Vec::new(),
                dirty: 0,
                crowded: 0,
                policy,
                gate: None,
                dedicated: Vec::new(),
                fallbacks: Fallbacks { count: 0, bytes: 0 },
                growth: Growth { chunks: 0, bytes: 0, refused: 0, asked: 0 },
                blocks: Blocks::NONE,
                requests: Count::NONE,
                tag: TagId::NONE,
                sampler: None,
            }),
        }
    }

    /// Says whose memory it is from now on.
    pub(in crate::raw::frames) fn belongs_to(&self, allocator: u64, tag: TagId) {
        self.blocks_belong_to(allocator, tag);
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain write.
        unsafe { (*self.state.get()).tag = tag };
    }

    /// Counts a block that is handed out, where blocks are counted.
    #[inline(always)]
    pub(super) fn count(&self, layout: Layout) {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe { (*self.state.get()).requests = (*self.state.get()).requests.and_block(layout.size()) };
    }

    /// Hands out a block from the object side. Zero-sized layouts must not come here (I12).
    ///
    /// The block holds `layout` and nothing handed out since the last reset overlaps it; it lives until the reset.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_object<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        self.bump_filled(layout, |_| {})
    }

    /// Hands out a block like [`Self::bump_object`], which `fill` writes to before the end of the objects is moved there.
    ///
    /// The order is the point: for all the compiler knows, what is written to a block may change the arena, so that an end
    /// stored before would be loaded again for the next block, and wait five cycles for the store. Stored last it stays in a
    /// register from one block to the next.
    ///
    /// `fill` initialises the block and does nothing else: it runs no user code, and nothing that reaches this arena (I9).
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_filled<E: Failure>(
        &self,
        layout: Layout,
        fill: impl FnOnce(NonNull<u8>),
    ) -> Result<NonNull<u8>, E> {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the reference ends with
        // the statement.
        let top = unsafe { &(*self.state.get()).window }.top(layout);
        // SAFETY: `top` is where the window places the block.
        let (block, _) = unsafe { self.bump(layout, top, Kind::Constant, fill)? };
        Ok(block)
    }

    /// As [`Self::bump_filled`]. Returns what the window lost as well, if it is the same one.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_counted<E: Failure>(
        &self,
        layout: Layout,
        fill: impl FnOnce(NonNull<u8>),
    ) -> Result<(NonNull<u8>, Option<usize>), E> {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the reference ends with
        // the statement.
        let top = unsafe { &(*self.state.get()).window }.top(layout);
        // SAFETY: `top` is where the window places the block.
        unsafe { self.bump(layout, top, Kind::Constant, fill) }
    }

    /// Like [`Self::bump_object`], for a layout that is not known before run time; it may be without size.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_dynamic<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the reference ends with
        // the statement.
        let top = unsafe { &(*self.state.get()).window }.top_dynamic(layout);
        // SAFETY: `top` is where the window places the block.
        let (block, _) = unsafe { self.bump(layout, top, Kind::Dynamic, |_| {})? };
        Ok(block)
    }

    /// Hands out the block at `top` if it fits, else what the cold path finds. Where it fits, what the window lost comes with it.
    ///
    /// # Safety
    /// `top` is what the window's `top` or `top_dynamic` says of `layout`.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    unsafe fn bump<E: Failure>(
        &self,
        layout: Layout,
        top: *mut u8,
        kind: Kind,
        fill: impl FnOnce(NonNull<u8>),
    ) -> Result<(NonNull<u8>, Option<usize>), E> {
        let state = self.state.get();
        // SAFETY: the arena is used by one thread at a time and no reference into the state is alive (I2, I9). What fits is
        // never null (I12). The cold path has moved the end by itself, if it did at all: it is read again.
        unsafe {
            let is_open = (*state).window.fits(top, layout);
            let before = (*state).window.hi;
            // No option of a pointer: the compiler compares it with null, though it never is.
            let (block, hi) = if is_open {
                unpoison(top, layout.size());
                (NonNull::new_unchecked(top), top)
            } else {
                // Called here and not by a closure, which would hide the caller from the feature `debug`.
                let block = match kind {
                    Kind::Constant => self.refill::<E>(layout, Side::Object)?,
                    Kind::Dynamic => self.refill_dynamic::<E>(layout)?,
                };
                (block, (*state).window.hi)
            };
            fill(block);
            (*state).window.hi = hi;
            if is_open {
                self.note_block(block, layout);
                self.count(layout);
            }
            Ok((block, is_open.then(|| before.addr() - top.addr())))
        }
    }

    /// A layout without size is told apart only here: on the hot path that is a jump more (I12).
    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn refill_dynamic<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        if layout.size() == 0 { Ok(dangling(layout)) } else { self.refill(layout, Side::Object) }
    }

    /// Hands out a block from the growable side. Zero-sized layouts must not come here (I12).
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_growable<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            let lo = (*state).window.lo;
            let room = (*state).window.hi.addr() - lo.addr();
            let pad = REDZONE + lo.wrapping_add(REDZONE).addr().wrapping_neg() % layout.align();
            if pad.saturating_add(layout.size()) > room {
                return self.refill(layout, Side::Growable);
            }
            let at = lo.add(pad);
            (*state).window.lo = at.add(layout.size());
            unpoison(at, layout.size());
            let block = NonNull::new_unchecked(at);
            self.note_block(block, layout);
            self.count(layout);
            Ok(block)
        }
    }

    /// Grows the block at `start` from `old` to `new` bytes without moving it, if it is the newest growable of the
    /// current window and there is room. Returns whether it grew.
    ///
    /// # Safety
    /// `start` and `old` describe a live growable block of this arena, `old <= new`.
    #[inline(always)]
    pub(crate) unsafe fn grow_in_place(&self, start: NonNull<u8>, old: usize, new: usize) -> bool {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the block ends at `lo`
        // and starts inside the current window (I13).
        unsafe {
            let window = &raw mut (*state).window;
            let block_end = start.as_ptr().wrapping_add(old);
            let more = new - old;
            if block_end.addr() != (*window).lo.addr() || start.addr().get() < (*window).base.addr() || old == 0 {
                return false;
            }
            if more > (*window).hi.addr() - (*window).lo.addr() {
                return self.is_sampled() && self.grow_past_sample(start, old, new);
            }
            unpoison((*window).lo, more);
            (*window).lo = (*window).lo.add(more);
            self.note_size(start, new);
            true
        }
    }

    /// Bytes that are open and not handed out: what the newest growable can grow by in place.
    pub(crate) fn room(&self) -> usize {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain reads.
        unsafe { (*state).window.hi.addr() - (*state).window.lo.addr() }
    }

    /// Takes back the tail of a growable block, if it is the newest one; else the bytes wait for the reset. Returns whether
    /// it did.
    ///
    /// # Safety
    /// `start` and `old` describe a live growable block of this arena, `new <= old`, and the bytes from `new` on
    /// hold no live value and are not used again.
    #[inline(always)]
    pub(crate) unsafe fn shrink_in_place(&self, start: NonNull<u8>, old: usize, new: usize) -> bool {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the block ends at `lo`
        // and starts inside the current window (I13).
        unsafe {
            let window = &raw mut (*state).window;
            let block_end = start.as_ptr().wrapping_add(old);
            if block_end.addr() != (*window).lo.addr() || start.addr().get() < (*window).base.addr() || old == 0 {
                return false;
            }
            if (*window).lo > (*state).lo_peak {
                (*state).lo_peak = (*window).lo;
            }
            (*window).lo = (*window).lo.sub(old - new);
            poison((*window).lo, old - new);
            self.note_size(start, new);
            true
        }
    }

    /// Bytes handed out since the last reset, padding included, less what growables gave back.
    pub(crate) fn used(&self) -> usize {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain reads.
        unsafe { (*state).closed + (*state).carved + (*state).window.used() }
    }

    /// The bytes that the arena had to hold at once since the last reset: what was used and what was given back above it.
    ///
    /// Without what cursors hold: of a forgotten one nobody knows how much it used, and to go by its capacity would let
    /// every frame that forgets one grow the arena (I16).
    #[inline]
    pub(super) fn peak(&self) -> usize {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain reads.
        unsafe { (*state).closed + (*state).window.used() + (*state).slack + self.window_slack() }
    }

    /// How far the arena was bumped since the last reset, from both ends: `used`, and what growables gave back.
    ///
    /// What is reported: a system that works with one vector used its bytes, although they were given back in time.
    #[inline]
    pub(crate) fn reached(&self) -> usize {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain reads.
        unsafe { self.peak() + (*self.state.get()).carved }
    }

    #[inline]
    pub(super) fn window_slack(&self) -> usize {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain reads.
        unsafe { (*state).lo_peak.addr().saturating_sub((*state).window.lo.addr()) }
    }

    /// The decaying high-water mark, in bytes.
    pub(crate) fn high_water(&self) -> usize {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain read.
        unsafe { (*self.state.get()).high }
    }

    /// Bytes taken from the global allocator.
    pub(crate) fn capacity(&self) -> usize {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the reference ends
        // here, and no user code runs meanwhile (I9).
        let (chunks, dedicated) = unsafe { (&(*self.state.get()).chunks, &(*self.state.get()).dedicated) };
        chunks.iter().chain(dedicated).map(Chunk::size).sum()
    }
}

impl core::fmt::Debug for Arena {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Arena").field("used", &self.used()).field("high_water", &self.high_water()).finish()
    }
}
