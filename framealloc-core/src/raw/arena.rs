//! The arena: one window of memory, objects bumping down from its top, growable buffers up from its bottom.
//!
//! The shape of the hot path (a flat struct, one signed compare, cursor and limit not adjacent, a cold path that
//! takes a layout and returns a pointer) follows what was measured of bumpalo, bump-scope and `oxc_allocator`.

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::ptr::NonNull;

use super::blocks::Blocks;
use super::chunk::{Chunk, ChunkPolicy};
use super::count::Count;
use super::gate::Gate;
use super::growth::Growth;
use super::heap_guard::HeapZone;
use super::poison::{REDZONE, poison, unpoison};
use super::window::{EMPTY, Side, Window};
use crate::error::Failure;

/// A consolidated chunk is a multiple of this many bytes, so that small changes of the mark do not replace it.
const CONSOLIDATE_TO: usize = 16 << 10;

/// The high-water mark loses one part in this many at every turn.
const DECAY: usize = 256;

/// For how many trims a second chunk is kept after it was last needed.
const CROWDED: u8 = 2;

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
    /// [`LOST`] and [`OUT`](super::carve::OUT) (I14, I15): 0 where the window is all of the last chunk, or empty.
    pub(super) dirty: u8,
    /// Above 0 while a second chunk is kept at the reset, as a cursor and the frame need a window each at once.
    pub(super) crowded: u8,
    pub(super) policy: ChunkPolicy,
    pub(super) gate: Option<NonNull<dyn Gate>>,
    /// Chunks of one block each, freed at the reset.
    pub(super) separate: Vec<Chunk>,
    /// What went to separate chunks since this was last asked for.
    pub(super) fallbacks: Fallbacks,
    /// What was asked of the global allocator since this was last asked for.
    pub(super) growth: Growth,
    pub(super) blocks: Blocks,
    /// Blocks handed out since this was last asked for.
    pub(super) requests: Count,
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
    pub(super) state: UnsafeCell<ArenaState>,
}

impl Arena {
    pub(crate) const fn new(policy: ChunkPolicy) -> Self {
        Self {
            state: UnsafeCell::new(ArenaState {
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
                separate: Vec::new(),
                fallbacks: Fallbacks { count: 0, bytes: 0 },
                growth: Growth { chunks: 0, bytes: 0, refused: 0, asked: 0 },
                blocks: Blocks::NONE,
                requests: Count::NONE,
            }),
        }
    }

    /// Counts a block that is handed out, where blocks are counted.
    #[inline(always)]
    pub(super) fn count(&self, layout: Layout) {
        // SAFETY: as in `bump_object`.
        unsafe { (*self.state.get()).requests = (*self.state.get()).requests.and_block(layout.size()) };
    }

    /// Hands out a block from the object side. Zero-sized layouts must not come here (I12).
    ///
    /// The block holds `layout` and nothing handed out since the last reset overlaps it; it lives until the reset.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_object<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        // The reason that `SAFETY` comments take from here: the arena is used by one thread at a time and no reference into
        // the state is alive (I2, I9).
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
        // SAFETY: as in `bump_object`; the reference ends with the statement.
        let top = unsafe { &(*self.state.get()).window }.top(layout);
        // SAFETY: `top` is where the window places the block.
        unsafe { self.bump(layout, top, Kind::Constant, fill) }
    }

    /// Like [`Self::bump_object`], for a layout that is not known before run time; it may be without size.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_dynamic<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        // SAFETY: as in `bump_object`; the reference ends with the statement.
        let top = unsafe { &(*self.state.get()).window }.top_dynamic(layout);
        // SAFETY: `top` is where the window places the block.
        unsafe { self.bump(layout, top, Kind::Dynamic, |_| {}) }
    }

    /// Hands out the block at `top` if it fits, else what the cold path finds.
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
    ) -> Result<NonNull<u8>, E> {
        let state = self.state.get();
        // SAFETY: the arena is used by one thread at a time and no reference into the state is alive (I2, I9). What fits is
        // never null (I12). The cold path has moved the end by itself, if it did at all: it is read again.
        unsafe {
            let is_open = (*state).window.fits(top, layout);
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
            Ok(block)
        }
    }

    /// A layout without size is told apart only here: on the hot path that is a jump more (I12).
    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn refill_dynamic<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        if layout.size() == 0 { Ok(super::owned::dangling(layout)) } else { self.refill(layout, Side::Object) }
    }

    /// Hands out a block from the growable side. Zero-sized layouts must not come here (I12).
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn bump_growable<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
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
        // SAFETY: as in `bump_object`; the block ends at `lo` and starts inside the current window (I13).
        unsafe {
            let window = &raw mut (*state).window;
            let block_end = start.as_ptr().wrapping_add(old);
            let more = new - old;
            if block_end.addr() != (*window).lo.addr()
                || start.addr().get() < (*window).base.addr()
                || old == 0
                || more > (*window).hi.addr() - (*window).lo.addr()
            {
                return false;
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
        // SAFETY: as in `bump_object`; plain reads.
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
        // SAFETY: as in `grow_in_place`.
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
        // SAFETY: as in `bump_object`; plain reads.
        unsafe { (*state).closed + (*state).carved + (*state).window.used() }
    }

    /// The bytes that the arena had to hold at once since the last reset: what was used and what was given back above it.
    ///
    /// Without what cursors hold: of a forgotten one nobody knows how much it used, and to go by its capacity would let
    /// every frame that forgets one grow the arena (I16).
    pub(super) fn peak(&self) -> usize {
        let state = self.state.get();
        // SAFETY: as in `bump_object`; plain reads.
        unsafe { (*state).closed + (*state).window.used() + (*state).slack + self.window_slack() }
    }

    /// How far the arena was bumped since the last reset, from both ends: `used`, and what growables gave back.
    ///
    /// What is reported: a system that works with one vector used its bytes, although they were given back in time.
    pub(crate) fn reached(&self) -> usize {
        // SAFETY: as in `bump_object`; plain reads.
        unsafe { self.peak() + (*self.state.get()).carved }
    }

    pub(super) fn window_slack(&self) -> usize {
        let state = self.state.get();
        // SAFETY: as in `bump_object`; plain reads.
        unsafe { (*state).lo_peak.addr().saturating_sub((*state).window.lo.addr()) }
    }

    /// The decaying high-water mark, in bytes.
    pub(crate) fn high_water(&self) -> usize {
        // SAFETY: as in `bump_object`; a plain read.
        unsafe { (*self.state.get()).high }
    }

    /// Bytes taken from the global allocator.
    pub(crate) fn capacity(&self) -> usize {
        // SAFETY: as in `bump_object`; the reference ends here, and no user code runs meanwhile (I9).
        let (chunks, separate) = unsafe { (&(*self.state.get()).chunks, &(*self.state.get()).separate) };
        chunks.iter().chain(separate).map(Chunk::size).sum()
    }

    /// Takes everything back: all blocks handed out are dead. Returns how far the arena was bumped.
    ///
    /// # Safety
    /// No value and no borrow of anything handed out since the last reset is alive (I5).
    #[inline(always)]
    pub(crate) unsafe fn reset(&self) -> usize {
        self.inspect();
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
        unsafe {
            if (*state).dirty != 0 {
                return self.reset_dirty();
            }
            // Nothing was closed, carved or revealed: the window is all of the last chunk, or empty.
            let window = (*state).window;
            if !core::ptr::eq(window.lo, window.base) || !core::ptr::eq((*state).lo_peak, window.base) {
                return self.reset_grown();
            }
            // No growable was there: most scopes.
            let used = window.end.addr() - window.hi.addr();
            // A branch that is hardly ever taken: a maximum would make every scope wait for the one before it.
            if used > (*state).high {
                (*state).high = used;
            }
            poison(window.hi, used);
            (*state).window.hi = window.end;
            used
        }
    }

    /// The reset of one window with growables: out of line, so that scopes without them do not pay for its stores.
    #[inline(never)]
    fn reset_grown(&self) -> usize {
        let state = self.state.get();
        // SAFETY: as in `reset`.
        unsafe {
            let window = (*state).window;
            let lo_peak = (*state).lo_peak.max(window.lo);
            let peak = window.used() + (lo_peak.addr() - window.lo.addr());
            if peak > (*state).high {
                (*state).high = peak;
            }
            poison(window.base, lo_peak.addr() - window.base.addr());
            poison(window.hi, window.end.addr() - window.hi.addr());
            (*state).window.hi = window.end;
            (*state).window.lo = window.base;
            (*state).lo_peak = window.base;
            peak
        }
    }

    /// Lowers the high-water mark a little. Once a frame, however often a scope closes in it: a region that serves one
    /// large scope and a thousand small ones keeps its memory.
    pub(crate) fn decay(&self) {
        // SAFETY: as in `bump_object`.
        unsafe { (*self.state.get()).high -= (*self.state.get()).high / DECAY };
    }

    /// Notes that a window was needed while a cursor had one.
    pub(super) fn crowd(&self) {
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
        unsafe {
            if (*state).carved != 0 {
                (*state).crowded = CROWDED;
            }
        }
    }

    /// As `reset`, at the end of the frame: what a gate granted goes back to it.
    ///
    /// # Safety
    /// As for `reset`.
    pub(crate) unsafe fn end(&self) -> usize {
        if self.is_gated() {
            self.inspect();
            return self.reset_slow();
        }
        // SAFETY: by the contract.
        unsafe { self.reset() }
    }

    #[cold]
    #[inline(never)]
    fn reset_dirty(&self) -> usize {
        self.settle();
        if let Some(reached) = self.reset_granted() {
            return reached;
        }
        self.reset_slow()
    }

    /// Resets a gated arena that has used one window only, and keeps that window open for the next scope.
    fn reset_granted(&self) -> Option<usize> {
        let state = self.state.get();
        // SAFETY: as in `reset_slow`.
        unsafe {
            let gate = (*state).gate?;
            if (*state).closed != 0
                || (*state).carved != 0
                || !(&(*state).separate).is_empty()
                || (&(*state).chunks).len() != 1
                || !gate.as_ref().keeps()
            {
                return None;
            }
            let peak = self.peak();
            (*state).high = peak.max((*state).high);
            let window = (*state).window;
            poison(window.base, window.capacity());
            (*state).window.hi = window.end;
            (*state).window.lo = window.base;
            (*state).lo_peak = window.base;
            (*state).slack = 0;
            Some(peak)
        }
    }

    /// The reset of an arena with several chunks, lost windows or a budget: leaves one chunk of the high-water mark, and
    /// a second one where cursors need it.
    #[cold]
    #[inline(never)]
    fn reset_slow(&self) -> usize {
        let _growth = HeapZone::growth();
        self.settle();
        let state = self.state.get();
        let (reached, peak) = (self.reached(), self.peak());
        // SAFETY: as in `bump_object`; nothing handed out is alive, so chunks may go. No user code runs here.
        unsafe {
            // The gate hears of it before the window is set: it may be done with this arena.
            if (*state).gate.is_some_and(|gate| !gate.as_ref().reset()) {
                (*state).gate = None;
            }
            (&mut (*state).separate).clear();
            let high = peak.max((*state).high);
            (*state).high = high;
            let pair = (*state).crowded > 0 && (*state).gate.is_none();
            let chunks = &mut (*state).chunks;
            if chunks.len() > if pair { 2 } else { 1 } {
                let wanted = high.saturating_add(high / 16).next_multiple_of(CONSOLIDATE_TO).max((*state).policy.first);
                // All that the frame used fits either chunk of a pair, however cursor and frame share it.
                let (first, second) =
                    (take_fitting(chunks, wanted), if pair { take_fitting(chunks, wanted) } else { None });
                let largest = chunks.iter().map(Chunk::size).max().unwrap_or(0);
                let largest = chunks.iter().position(|chunk| chunk.size() == largest);
                let mut largest = largest.map(|index| chunks.swap_remove(index));
                // The old chunks go first, so that the peak of memory is not the sum of all.
                chunks.clear();
                // Out of memory is no reason to fail at the end of a frame: the largest chunk serves on.
                let growth = &mut (*state).growth;
                let policy = (*state).policy;
                let mut fresh = || Chunk::allocate(wanted, policy).ok().inspect(|chunk| growth.took(chunk.size()));
                let kept = first.or_else(&mut fresh).or_else(|| largest.take());
                // Room for two is there if a pair is kept: the list has held three, and clearing keeps its memory.
                chunks.extend(if pair { second.or_else(fresh) } else { None });
                chunks.extend(kept);
            }
            self.rewind();
        }
        reached
    }

    /// Sets the window from the chunk list: all of the last chunk, or none of it where a gate has to be asked. Another
    /// chunk is hidden.
    pub(super) fn rewind(&self) {
        let state = self.state.get();
        // SAFETY: as in `reset_slow`.
        unsafe {
            let chunks = &(*state).chunks;
            (*state).window = EMPTY;
            (*state).hidden = 0;
            if let Some(chunk) = chunks.last() {
                poison(chunk.start(), chunk.size());
                if (*state).gate.is_some() {
                    (*state).hidden_base = chunk.start();
                    (*state).hidden = chunk.size();
                } else {
                    (*state).window = Window::whole(chunk);
                    if chunks.len() > 1 {
                        poison(chunks[0].start(), chunks[0].size());
                        (*state).hidden_base = chunks[0].start();
                        (*state).hidden = chunks[0].size();
                    }
                }
            }
            (*state).lo_peak = (*state).window.lo;
            (*state).closed = 0;
            (*state).carved = 0;
            (*state).slack = 0;
            (*state).dirty = if (*state).gate.is_some() { LOST } else { 0 };
        }
    }

    /// Gives chunks back to the global allocator where the mark has sunk far below what is held.
    ///
    /// # Safety
    /// As for `reset`; called after it.
    pub(crate) unsafe fn trim(&self) {
        let state = self.state.get();
        // SAFETY: as in `reset_slow`.
        unsafe {
            let wanted = (*state).high.saturating_add((*state).high / 16).next_multiple_of(CONSOLIDATE_TO);
            let wanted = wanted.max((*state).policy.first);
            let chunks = &mut (*state).chunks;
            if (*state).crowded > 0 {
                (*state).crowded -= 1;
            } else if chunks.len() > 1 {
                chunks.drain(..chunks.len() - 1);
                self.rewind();
            }
            let chunks = &mut (*state).chunks;
            let Some(chunk) = chunks.last() else { return };
            if chunk.size() / 4 <= wanted {
                return;
            }
            let Ok(smaller) = Chunk::allocate(wanted, (*state).policy) else { return };
            (*state).growth.took(smaller.size());
            chunks.clear();
            chunks.push(smaller);
            self.rewind();
        }
    }

    /// Gives every chunk back to the global allocator and forgets the mark.
    ///
    /// # Safety
    /// As for `reset`.
    pub(crate) unsafe fn release(&self) {
        let state = self.state.get();
        // SAFETY: as in `reset_slow`.
        unsafe {
            (&mut (*state).chunks).clear();
            (*state).high = 0;
            self.rewind();
        }
    }
}

/// Takes a chunk out of the list that has `wanted` bytes, but not many times as much.
fn take_fitting(chunks: &mut Vec<Chunk>, wanted: usize) -> Option<Chunk> {
    let fitting = chunks.iter().position(|chunk| chunk.size() >= wanted && chunk.size() / 4 <= wanted);
    fitting.map(|index| chunks.swap_remove(index))
}

impl core::fmt::Debug for Arena {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Arena").field("used", &self.used()).field("high_water", &self.high_water()).finish()
    }
}
