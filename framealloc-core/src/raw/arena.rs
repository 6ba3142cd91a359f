//! The arena: one window of memory, objects bumping down from its top, growable buffers up from its bottom.
//!
//! The shape of the hot path (a flat struct, one signed compare, cursor and limit not adjacent, a cold path that
//! takes a layout and returns a pointer) follows what was measured of bumpalo, bump-scope and `oxc_allocator`.

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::ptr::NonNull;

use super::chunk::{Chunk, ChunkPolicy};
use super::poison::{REDZONE, poison, unpoison};
use crate::error::{AllocError, Failure};

/// Objects are placed at multiples of this many bytes, so that most types need no mask.
pub(crate) const MIN_ALIGN: usize = 8;

/// A consolidated chunk is a multiple of this many bytes, so that small changes of the mark do not replace it.
const CONSOLIDATE_TO: usize = 16 << 10;

/// The high-water mark loses one part in this many at every reset that stays below it.
const DECAY: usize = 256;

/// What an arena grows by at most, in bytes, beyond what the request itself needs.
const GROWTH_CAP: usize = 64 << 20;

/// A stretch of a chunk and the two cursors that close in on each other inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Objects end here: the next one is placed below.
    pub(crate) hi: *mut u8,
    /// Bottom of the window.
    pub(crate) base: *mut u8,
    /// Top of the window.
    pub(crate) end: *mut u8,
    /// Growables end here: the next one is placed above.
    pub(crate) lo: *mut u8,
}

/// The window of an arena that has no chunk: nothing fits, so no path needs to ask whether there is one (I12).
pub(crate) const EMPTY: Window = {
    let nowhere = core::ptr::without_provenance_mut(MIN_ALIGN);
    Window { hi: nowhere, base: nowhere, end: nowhere, lo: nowhere }
};

impl Window {
    fn whole(chunk: &Chunk) -> Self {
        Self { hi: chunk.end(), base: chunk.start(), end: chunk.end(), lo: chunk.start() }
    }

    /// Bytes handed out from this window.
    pub(crate) fn used(&self) -> usize {
        (self.end.addr() - self.hi.addr()) + (self.lo.addr() - self.base.addr())
    }

    /// Bytes between bottom and top.
    pub(crate) fn capacity(&self) -> usize {
        self.end.addr() - self.base.addr()
    }

    /// Takes a block from the object side. Zero-sized layouts must not come here (I12).
    #[inline(always)]
    pub(crate) fn place(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let mut at = self.hi.wrapping_sub(padded(layout.size()));
        if layout.align() > MIN_ALIGN {
            at = at.map_addr(|address| address & !(layout.align() - 1));
        }
        // Signed: `at` may be below the chunk by at most `isize::MAX` (I11).
        if at.addr().wrapping_sub(self.lo.addr()).cast_signed() < 0 {
            return None;
        }
        self.hi = at;
        unpoison(at, layout.size());
        // SAFETY: `at` is not below `lo`, which is never null (I12).
        Some(unsafe { NonNull::new_unchecked(at) })
    }

    fn is_empty_state(&self) -> bool {
        core::ptr::eq(self.end, EMPTY.end)
    }
}

/// Which end of the window a block comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Objects: from the top, downwards.
    Object,
    /// Growable buffers: from the bottom, upwards.
    Growable,
}

/// Where an arena asks before it opens more memory to the hot path.
///
/// Implemented by the thread heap, which knows the budgets. Called in the cold path only, and never while a
/// reference into the arena is held (I9).
pub(crate) trait Gate {
    /// How many bytes, `need` to `prefer`, may be opened; `need` bytes are the request with its padding.
    fn grant(&self, need: usize, prefer: usize) -> Result<usize, AllocError>;
    /// Bytes of a grant that were closed unused.
    fn give_back(&self, bytes: usize);
}

/// Everything that changes in an arena, in one cell (one compiler message instead of ten when it is sent).
///
/// `hi` and `lo` are not adjacent: a pair load of both after a store to one stalls on some cores.
#[repr(C)]
pub(crate) struct ArenaState {
    window: Window,
    /// The highest `lo` of this window, growables that gave memory back included.
    lo_peak: *mut u8,
    /// Bytes used in windows that were closed since the last reset.
    closed: usize,
    /// Bytes of windows that cursors have taken out.
    carved: usize,
    /// Bytes that peaked in closed windows and were given back there.
    slack: usize,
    /// Bytes of the newest chunk, at its top end, that are not yet opened (budgets only).
    hidden: usize,
    /// A decaying maximum of the bytes needed between two resets.
    high: usize,
    chunks: Vec<Chunk>,
    /// Set while the window may not be the whole of the only chunk: reset recomputes it from the chunk (I15).
    dirty: bool,
    policy: ChunkPolicy,
    gate: Option<NonNull<dyn Gate>>,
}

/// A region of memory that is handed out in pieces and taken back at once.
pub(crate) struct Arena {
    state: UnsafeCell<ArenaState>,
}

#[inline(always)]
const fn padded(size: usize) -> usize {
    // A `Layout` is at most `isize::MAX` bytes, so this does not overflow (I11).
    ((size + (MIN_ALIGN - 1)) & !(MIN_ALIGN - 1)) + REDZONE
}

/// Bytes that a window must have so that a block of this layout fits wherever the window begins.
fn worst_case(layout: Layout) -> Result<usize, AllocError> {
    let slack = if layout.align() > MIN_ALIGN { layout.align() } else { MIN_ALIGN };
    layout
        .size()
        .checked_add(MIN_ALIGN + REDZONE)
        .and_then(|size| size.checked_add(slack))
        .map(|size| size & !(MIN_ALIGN - 1))
        .filter(|size| isize::try_from(*size).is_ok())
        .ok_or(AllocError::CapacityOverflow)
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
                high: 0,
                chunks: Vec::new(),
                dirty: false,
                policy,
                gate: None,
            }),
        }
    }

    /// Hands out a block from the object side. Zero-sized layouts must not come here (I12).
    ///
    /// The block holds `layout` and nothing handed out since the last reset overlaps it; it lives until the reset.
    #[inline(always)]
    pub(crate) fn bump_object<E: Failure>(&self, layout: Layout) -> Result<NonNull<u8>, E> {
        // SAFETY: the arena is used by one thread at a time and no reference into the state is alive (I2, I9); this
        // one ends with the statement.
        match unsafe { &mut (*self.state.get()).window }.place(layout) {
            Some(block) => Ok(block),
            None => self.refill(layout, Side::Object),
        }
    }

    /// Hands out a block from the growable side. Zero-sized layouts must not come here (I12).
    #[inline(always)]
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
            Ok(NonNull::new_unchecked(at))
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
            true
        }
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
    fn peak(&self) -> usize {
        let state = self.state.get();
        // SAFETY: as in `bump_object`; plain reads.
        unsafe { (*state).closed + (*state).window.used() + (*state).slack + self.window_slack() }
    }

    fn window_slack(&self) -> usize {
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
        let chunks = unsafe { &(*self.state.get()).chunks };
        chunks.iter().map(Chunk::size).sum()
    }

    /// Makes a window with room for `layout` the current one and hands the block out from it.
    #[cold]
    #[inline(never)]
    fn refill<E: Failure>(&self, layout: Layout, side: Side) -> Result<NonNull<u8>, E> {
        let window = match self.open_window(layout, 0) {
            Ok(window) => window,
            Err(error) => return Err(E::fail(error)),
        };
        let state = self.state.get();
        // SAFETY: as in `bump_object`. The old window is closed with what it used; the new one is free (I16).
        unsafe {
            self.close_window((*state).window, self.window_slack());
            (*state).window = window;
            (*state).lo_peak = window.lo;
        }
        match side {
            Side::Object => self.bump_object(layout),
            Side::Growable => self.bump_growable(layout),
        }
    }

    /// Books a window that is no longer bumped through.
    fn close_window(&self, window: Window, slack: usize) {
        if window.is_empty_state() {
            return;
        }
        let state = self.state.get();
        // SAFETY: as in `bump_object`. The gate outlives the arena and is called with no reference held (I9).
        unsafe {
            (*state).closed += window.used();
            (*state).slack += slack;
            if let Some(gate) = (*state).gate {
                gate.as_ref().give_back(window.hi.addr() - window.lo.addr());
            }
        }
    }

    /// Finds free memory with room for `layout`: what a budget hid of the newest chunk, else a new chunk.
    ///
    /// `exhausted` bytes were used by the cursor that asks. Every failure comes before any change (I10).
    fn open_window(&self, layout: Layout, exhausted: usize) -> Result<Window, AllocError> {
        let need = worst_case(layout)?;
        let state = self.state.get();
        // SAFETY: as in `bump_object`; the references to `chunks` end before the gate is called.
        unsafe {
            if (*state).hidden >= need {
                let opened = self.grant(need, (*state).hidden)?;
                let chunks = &(*state).chunks;
                let top = chunks[chunks.len() - 1].end();
                return Ok(self.reveal(top, opened));
            }
            // By bytes used, not by capacity: capacity grows without limit when windows are lost to cursors (I16).
            let doubled = (self.peak() + exhausted).min(GROWTH_CAP);
            let policy = (*state).policy;
            let bytes = need.max(doubled).max(if (*state).chunks.is_empty() {
                policy.first.max((*state).high.min(GROWTH_CAP))
            } else {
                policy.first
            });
            let chunks = &mut (*state).chunks;
            chunks.try_reserve(1).map_err(|_| AllocError::OutOfMemory { asked: size_of::<Chunk>() })?;
            let chunk = Chunk::allocate(bytes, policy)?;
            let (top, size) = (chunk.end(), chunk.size());
            let opened = self.grant(need, size)?;
            poison(chunk.start(), size);
            (&mut (*state).chunks).push(chunk);
            (*state).dirty |= (&(*state).chunks).len() > 1 || opened < size;
            (*state).hidden = size;
            Ok(self.reveal(top, opened))
        }
    }

    /// Opens the lowest `bytes` bytes of what is hidden below `top`.
    fn reveal(&self, top: *mut u8, bytes: usize) -> Window {
        let state = self.state.get();
        // SAFETY: as in `bump_object`; `hidden` bytes below `top` belong to the newest chunk and are not handed out.
        unsafe {
            let base = top.sub((*state).hidden);
            let end = base.add(bytes);
            (*state).hidden -= bytes;
            Window { hi: end, base, end, lo: base }
        }
    }

    fn grant(&self, need: usize, prefer: usize) -> Result<usize, AllocError> {
        // SAFETY: the gate is the heap that owns this arena, alive as long as it (I3).
        let gate = unsafe { (*self.state.get()).gate.map(|gate| gate.as_ref()) };
        match gate {
            None => Ok(prefer),
            // Whole alignment units only, so that the top of every window stays aligned.
            Some(gate) => Ok(gate.grant(need, prefer)?.min(prefer) & !(MIN_ALIGN - 1)),
        }
    }

    /// Takes the current window out, for a cursor to own by value.
    ///
    /// Until it is put back the arena has an empty window, and the whole carved window counts as used (I14).
    pub(crate) fn carve(&self) -> Window {
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
        unsafe {
            let window = (*state).window;
            (*state).slack += self.window_slack();
            (*state).carved += window.capacity();
            (*state).window = EMPTY;
            (*state).lo_peak = EMPTY.lo;
            (*state).dirty = true;
            window
        }
    }

    /// Puts a carved window back, as current if there is none, else as closed.
    pub(crate) fn put_back(&self, window: Window) {
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
        unsafe {
            (*state).carved -= window.capacity();
            if (*state).window.is_empty_state() {
                (*state).window = window;
                (*state).lo_peak = window.lo;
                (*state).dirty = (*state).carved != 0
                    || (*state).closed != 0
                    || (*state).gate.is_some()
                    || (&(*state).chunks).len() > 1;
            } else {
                self.close_window(window, 0);
            }
        }
    }

    /// Exchanges a cursor's exhausted window for one with room for `layout`, leaving the arena's own as it is.
    #[cold]
    #[inline(never)]
    pub(crate) fn exchange<E: Failure>(&self, window: Window, layout: Layout) -> Result<Window, E> {
        let fresh = match self.open_window(layout, window.used()) {
            Ok(fresh) => fresh,
            Err(error) => return Err(E::fail(error)),
        };
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
        unsafe {
            (*state).carved -= window.capacity();
            self.close_window(window, 0);
            (*state).carved += fresh.capacity();
            (*state).dirty = true;
        }
        Ok(fresh)
    }

    /// Takes everything back: all blocks handed out are dead. Returns the bytes that were used.
    ///
    /// # Safety
    /// No value and no borrow of anything handed out since the last reset is alive (I5).
    #[inline(always)]
    pub(crate) unsafe fn reset(&self) -> usize {
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
        unsafe {
            if (*state).dirty {
                return self.reset_slow();
            }
            // Nothing was closed, carved or hidden: the window is all of the only chunk, or empty.
            let window = (*state).window;
            let used = window.used();
            let lo_peak = (*state).lo_peak.max(window.lo);
            let peak = used + (lo_peak.addr() - window.lo.addr());
            let high = (*state).high;
            (*state).high = peak.max(high - high / DECAY);
            poison(window.base, lo_peak.addr() - window.base.addr());
            poison(window.hi, window.end.addr() - window.hi.addr());
            (*state).window.hi = window.end;
            (*state).window.lo = window.base;
            (*state).lo_peak = window.base;
            used
        }
    }

    /// The reset of an arena with several chunks, lost windows or a budget: leaves one chunk of the high-water mark.
    #[cold]
    #[inline(never)]
    fn reset_slow(&self) -> usize {
        let state = self.state.get();
        let (used, peak) = (self.used(), self.peak());
        // SAFETY: as in `bump_object`; nothing handed out is alive, so chunks may go. No user code runs here.
        unsafe {
            let high = peak.max((*state).high - (*state).high / DECAY);
            (*state).high = high;
            let chunks = &mut (*state).chunks;
            if chunks.len() > 1 {
                let wanted = high.saturating_add(high / 16).next_multiple_of(CONSOLIDATE_TO).max((*state).policy.first);
                let fitting = chunks.iter().position(|chunk| chunk.size() >= wanted && chunk.size() / 4 <= wanted);
                let kept = if let Some(index) = fitting {
                    Some(chunks.swap_remove(index))
                } else {
                    // The old chunks go first, so that the peak of memory is not the sum of both.
                    let largest = chunks.iter().map(Chunk::size).max().unwrap_or(0);
                    let floor = chunks.iter().position(|chunk| chunk.size() == largest);
                    let floor = floor.map(|index| chunks.swap_remove(index));
                    chunks.clear();
                    // Out of memory is no reason to fail at the end of a frame: the largest chunk serves on.
                    Chunk::allocate(wanted, (*state).policy).ok().or(floor)
                };
                chunks.clear();
                // Room for one is there: the list has held several, and clearing keeps its memory.
                chunks.extend(kept);
            }
            self.rewind();
        }
        used
    }

    /// Sets the window from the chunk list: all of the only chunk, or none of it where a gate has to be asked.
    fn rewind(&self) {
        let state = self.state.get();
        // SAFETY: as in `reset_slow`.
        unsafe {
            let chunks = &(*state).chunks;
            let (window, hidden) = match chunks.last() {
                None => (EMPTY, 0),
                Some(chunk) => {
                    poison(chunk.start(), chunk.size());
                    if (*state).gate.is_some() { (EMPTY, chunk.size()) } else { (Window::whole(chunk), 0) }
                }
            };
            (*state).window = window;
            (*state).lo_peak = window.lo;
            (*state).hidden = hidden;
            (*state).closed = 0;
            (*state).carved = 0;
            (*state).slack = 0;
            (*state).dirty = (*state).gate.is_some();
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
            let Some(chunk) = chunks.last() else { return };
            if chunk.size() / 4 <= wanted {
                return;
            }
            let Ok(smaller) = Chunk::allocate(wanted, (*state).policy) else { return };
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

    /// From now on asks `gate` before memory is opened, or no longer asks.
    ///
    /// # Safety
    /// The gate outlives the arena, nothing handed out is alive (the window is rewound).
    pub(crate) unsafe fn set_gate(&self, gate: Option<NonNull<dyn Gate>>) {
        // SAFETY: as in `reset_slow`.
        unsafe {
            (*self.state.get()).gate = gate;
            self.rewind();
        }
    }

    /// Closes what is open and unused, so that its grant can serve another arena of the thread. Returns its bytes.
    ///
    /// Live growables of the window can no longer grow in place; nothing else changes for what was handed out.
    pub(crate) fn withdraw(&self) -> usize {
        let state = self.state.get();
        // SAFETY: as in `bump_object`.
        unsafe {
            let window = (*state).window;
            if window.is_empty_state() {
                return 0;
            }
            let unused = window.hi.addr() - window.lo.addr();
            (*state).closed += window.used();
            (*state).slack += self.window_slack();
            (*state).window = EMPTY;
            (*state).lo_peak = EMPTY.lo;
            (*state).dirty = true;
            unused
        }
    }
}

impl core::fmt::Debug for Arena {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Arena").field("used", &self.used()).field("high_water", &self.high_water()).finish()
    }
}
