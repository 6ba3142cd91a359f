//! The cold path of an arena: where more memory comes from when the window has no room, and what the gate of a budget grants of it.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::{Arena, Fallbacks, LOST};
use crate::closed::{self, Outcome};
use crate::error::{AllocError, Failure, Grower};
use crate::raw::frames::gate::{Attempt, Gate, Grant};
use crate::raw::frames::growth::Growth;
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::chunk::{Chunk, NoChunk};
use crate::raw::mem::count::Count;
use crate::raw::mem::poison::poison;
use crate::raw::mem::region::{self, Seal};
use crate::raw::mem::window::{EMPTY, MIN_ALIGN, Side, Window, dangling, needed, needed_in_chunk};

/// What an arena grows by at most, in bytes, beyond what the request itself needs.
const GROWTH_CAP: usize = 64 << 20;

/// What the cold path came up with.
enum Opened {
    Window(Window),
    /// A block of its own.
    Block(NonNull<u8>),
}

impl Arena {
    /// Hands a block out that does not fit the window: from a fresh window, or from a chunk of its own.
    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(super) fn refill<E: Failure>(&self, layout: Layout, side: Side) -> Result<NonNull<u8>, E> {
        if self.is_sampled() {
            return self.refill_sampled(layout, side);
        }
        self.settle();
        self.refill_window(layout, side)
    }

    /// As [`refill`](Self::refill), whether blocks are sampled or not; no cursor has the window out.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(super) fn refill_window<E: Failure>(&self, layout: Layout, side: Side) -> Result<NonNull<u8>, E> {
        let window = match self.open(layout, side, 0) {
            Ok(Opened::Window(window)) => window,
            Ok(Opened::Block(block)) => {
                self.note_block(block, layout);
                self.count(layout);
                return Ok(block);
            }
            Err(error) => return Err(E::fail(error)),
        };
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). The old window is
        // closed with what it used; the new one is free (I16).
        unsafe {
            self.close_window((*state).window, self.window_slack());
            (*state).window = window;
            (*state).lo_peak = window.lo;
            self.crowd();
        }
        match side {
            Side::Object => self.bump_object(layout),
            Side::Growable => self.bump_growable(layout),
        }
    }

    /// Exchanges a cursor's exhausted window for one with room for `layout` and hands the block out from it, or hands
    /// out a block of its own and leaves the window. The arena's own window stays as it is.
    #[cold]
    #[inline(never)]
    pub(in crate::raw::frames) fn exchange<E: Failure>(
        &self,
        window: Window,
        layout: Layout,
    ) -> Result<(Window, NonNull<u8>), E> {
        if self.is_sampled() {
            return self.exchange_sampled(window, layout);
        }
        self.exchange_window(window, layout)
    }

    /// As [`exchange`](Self::exchange), whether blocks are sampled or not.
    #[inline]
    pub(super) fn exchange_window<E: Failure>(
        &self,
        window: Window,
        layout: Layout,
    ) -> Result<(Window, NonNull<u8>), E> {
        self.settle();
        let mut fresh = match self.open(layout, Side::Object, window.used()) {
            Ok(Opened::Window(fresh)) => fresh,
            Ok(Opened::Block(block)) => return Ok((window, block)),
            Err(error) => return Err(E::fail(error)),
        };
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            (*state).carved -= window.capacity();
            self.close_window(window, 0);
            (*state).carved += fresh.capacity();
            (*state).dirty |= LOST;
        }
        match fresh.place(layout) {
            Some(block) => Ok((fresh, block)),
            // A fresh window has room for what it was opened for.
            None => Err(E::fail(AllocError::CapacityOverflow)),
        }
    }

    /// As [`Self::exchange`], for a layout that is not known before run time; it may be without size.
    #[cold]
    #[inline(never)]
    pub(in crate::raw::frames) fn exchange_dynamic<E: Failure>(
        &self,
        window: Window,
        layout: Layout,
    ) -> Result<(Window, NonNull<u8>), E> {
        if layout.size() == 0 { Ok((window, dangling(layout))) } else { self.exchange(window, layout) }
    }

    /// Counts what was used of a window that is no longer bumped through.
    pub(in crate::raw::frames) fn close_window(&self, window: Window, slack: usize) {
        if window.is_empty_state() {
            return;
        }
        if self.is_sampled() {
            self.forget_kept_of(&window);
        }
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). The gate outlives the
        // arena and is called with no reference held (I9).
        unsafe {
            (*state).closed += window.used();
            (*state).slack += slack;
            if let Some(gate) = (*state).gate {
                self.hide(window.lo, window.hi);
                gate.as_ref().give_back(window.unused());
            }
        }
    }

    /// Remembers free memory of the chunks that is not opened; where there is some already, both if they are one piece,
    /// else the larger.
    pub(super) fn hide(&self, from: *mut u8, to: *mut u8) {
        let from = from.map_addr(|address| address.next_multiple_of(MIN_ALIGN));
        let bytes = to.addr().saturating_sub(from.addr());
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            let is_below = (*state).hidden > 0 && to.addr() == (*state).hidden_base.addr();
            // Two chunks may be neighbours by chance, but are two allocations.
            if is_below && !(&(*state).chunks).iter().any(|chunk| core::ptr::eq(chunk.start(), (*state).hidden_base)) {
                (*state).hidden_base = from;
                (*state).hidden += bytes;
            } else if bytes > (*state).hidden {
                (*state).hidden_base = from;
                (*state).hidden = bytes;
            }
        }
    }

    /// Finds free memory with room for a block: what is hidden, else a new chunk, or a chunk of its own.
    ///
    /// `exhausted` bytes were used by the cursor that asks. Every failure comes before any change, but that windows of this
    /// thread may have been withdrawn (I10).
    #[cfg_attr(feature = "debug", track_caller)]
    fn open(&self, layout: Layout, side: Side, exhausted: usize) -> Result<Opened, AllocError> {
        let state = self.state.get();
        let mut attempt = Attempt::First;
        loop {
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the references to
            // `chunks` end before the gate is called.
            unsafe {
                if layout.size() > (*state).policy.dedicated_over {
                    let need = needed_in_chunk(layout, side)?;
                    match self.ask(need, need, attempt)? {
                        Grant::Again => attempt = Attempt::Last,
                        Grant::Open(bytes) => return self.dedicated(layout, bytes, Seal::Holds),
                        Grant::Dedicated => return self.dedicated(layout, 0, Seal::Ignored),
                    }
                    continue;
                }
                let need = needed(layout, side, (*state).hidden_base.addr())?;
                if (*state).hidden >= need {
                    match self.ask(need, (*state).hidden, attempt)? {
                        Grant::Again => attempt = Attempt::Last,
                        Grant::Open(bytes) => return Ok(Opened::Window(self.reveal(bytes))),
                        Grant::Dedicated => return self.dedicated(layout, 0, Seal::Ignored),
                    }
                    continue;
                }
                let need = needed_in_chunk(layout, side)?;
                let chunk = self.next_chunk(need, exhausted);
                match self.ask(need, chunk, attempt)? {
                    Grant::Again => attempt = Attempt::Last,
                    Grant::Open(bytes) => return self.open_chunk(layout, need, chunk, bytes),
                    Grant::Dedicated => return self.dedicated(layout, 0, Seal::Ignored),
                }
            }
        }
    }

    fn ask(&self, need: usize, prefer: usize, attempt: Attempt) -> Result<Grant, AllocError> {
        // SAFETY: the gate is the frame that this arena is in (I19); nothing in the state is borrowed (I9).
        match unsafe { (*self.state.get()).gate } {
            None => Ok(Grant::Open(prefer)),
            // SAFETY: the gate is the frame that this arena is in, and nothing in the state is borrowed (I19, I9).
            Some(gate) => unsafe { gate.as_ref() }.grant(need, prefer & !(MIN_ALIGN - 1), attempt),
        }
    }

    /// The bytes of the next chunk, one of whose blocks needs `need`.
    fn next_chunk(&self, need: usize, exhausted: usize) -> usize {
        let state = self.state.get();
        // By bytes used, not by capacity: capacity grows without limit when windows are lost to cursors (I16).
        let doubled = (self.peak() + exhausted).min(GROWTH_CAP);
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the reference ends with
        // the statement.
        unsafe {
            let first = (*state).policy.first;
            let first = if (&(*state).chunks).is_empty() { first.max((*state).high.min(GROWTH_CAP)) } else { first };
            need.max(doubled).max(first)
        }
    }

    /// Takes a chunk of `size` bytes, or of `need` at least where memory is sealed, and opens the granted ones.
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn open_chunk(&self, layout: Layout, need: usize, size: usize, granted: usize) -> Result<Opened, AllocError> {
        let growth = HeapZone::growth();
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); no user code runs while
        // the list is borrowed.
        let chunk = match self.new_chunk(unsafe { &mut (*state).chunks }, size, need, Seal::Holds) {
            Ok(chunk) => chunk,
            Err(NoChunk::Sealed { asked }) => {
                // What a policy sends to the heap from here on is the program's doing.
                drop(growth);
                return self.sealed(layout, asked, granted);
            }
            Err(NoChunk::Other(error)) => return Err(self.refused(granted, error)),
        };
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the list has room for
        // one more. The gate is called with nothing borrowed.
        unsafe {
            let gated = (*state).gate.is_some();
            let (start, end, size) = (chunk.start(), chunk.end(), chunk.size());
            poison(start, size);
            (*state).growth.took(size);
            (&mut (*state).chunks).push(chunk);
            if gated || (&(*state).chunks).len() > 1 {
                (*state).dirty |= LOST;
            }
            let opened = if gated { granted.min(size) } else { size };
            if let Some(gate) = (*state).gate.filter(|_| granted > opened) {
                gate.as_ref().give_back(granted - opened);
            }
            let top = start.add(opened);
            self.hide(top, end);
            Ok(Opened::Window(Window { hi: top, base: start, end: top, lo: start }))
        }
    }

    /// Memory is sealed, and the region has no room for a chunk: the heap serves the request if the gate says so.
    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn sealed(&self, layout: Layout, asked: usize, granted: usize) -> Result<Opened, AllocError> {
        let state = self.state.get();
        // SAFETY: the gate is the frame that this arena is in, and nothing in the state is borrowed (I19, I9).
        if unsafe { (*state).gate.is_some_and(|gate| gate.as_ref().promotes(asked)) } {
            return match self.dedicated(layout, 0, Seal::Ignored) {
                Ok(opened) => {
                    // SAFETY: the gate outlives the arena, and nothing in the state is borrowed (I19, I9).
                    unsafe { (*state).gate.inspect(|gate| gate.as_ref().give_back(granted)) };
                    Ok(opened)
                }
                Err(error) => Err(self.refused(granted, error)),
            };
        }
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain values.
        let (tag, owner) = unsafe { ((*state).tag, (*state).policy.source.owner) };
        let error = closed::refuse(owner, Grower::Frames(tag.path()), asked, region::left(), closed::site());
        Err(self.refused(granted, error))
    }

    /// Takes a chunk, with room in `list` for it. Where memory is sealed and has no room for `size` bytes, it has fewer, but
    /// `need` at least.
    fn new_chunk(&self, list: &mut Vec<Chunk>, size: usize, need: usize, seal: Seal) -> Result<Chunk, NoChunk> {
        let no_room = |_| NoChunk::Other(AllocError::OutOfMemory { asked: size_of::<Chunk>() });
        list.try_reserve(1).map_err(no_room)?;
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); `list` is another
        // field.
        let policy = unsafe { (*self.state.get()).policy };
        let mut size = size;
        let mut chunk = Chunk::allocate(size, policy, seal);
        while size > need && matches!(chunk, Err(NoChunk::Sealed { .. })) {
            size = (size / 2).max(need);
            chunk = Chunk::allocate(size, policy, seal);
        }
        if matches!(chunk, Err(NoChunk::Other(_))) {
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
            unsafe { (*self.state.get()).growth.was_refused(size) };
        }
        chunk
    }

    fn refused(&self, granted: usize, error: AllocError) -> AllocError {
        // SAFETY: the gate is the frame that this arena is in, and nothing in the state is borrowed (I19, I9).
        if let Some(gate) = unsafe { (*self.state.get()).gate } {
            // SAFETY: the gate outlives the arena, and nothing in the state is borrowed (I19, I9).
            unsafe { gate.as_ref() }.give_back(granted);
        }
        error
    }

    /// Serves one block from a chunk of its own, which is freed at the reset.
    ///
    /// Never inlined: `cargo fa prove` knows it by its name.
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn dedicated(&self, layout: Layout, granted: usize, seal: Seal) -> Result<Opened, AllocError> {
        let state = self.state.get();
        // The side does not matter: the block is alone in its chunk.
        let size = needed_in_chunk(layout, Side::Object)?;
        // SAFETY: no user code runs while the list is borrowed, which has room for one more (I9).
        let chunk = match self.new_chunk(unsafe { &mut (*state).dedicated }, size, size, seal) {
            Ok(chunk) => chunk,
            Err(NoChunk::Sealed { asked }) => return self.sealed(layout, asked, granted),
            Err(NoChunk::Other(error)) => return Err(self.refused(granted, error)),
        };
        self.note_heap_use(&chunk, seal);
        let mut window = Window::whole(&chunk);
        poison(chunk.start(), chunk.size());
        let Some(block) = window.place(layout) else {
            return Err(self.refused(granted, AllocError::CapacityOverflow));
        };
        // SAFETY: no user code runs while the list is borrowed, which has room for one more (I9).
        unsafe {
            (&mut (*state).dedicated).push(chunk);
            (*state).dirty |= LOST;
            (*state).fallbacks.count += 1;
            (*state).fallbacks.bytes += layout.size();
        }
        Ok(Opened::Block(block))
    }

    /// A budget's policy has sent a request to the heap, perhaps in spite of a seal: who sealed memory hears of that.
    fn note_heap_use(&self, chunk: &Chunk, seal: Seal) {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain values.
        let (tag, source) = unsafe { ((*self.state.get()).tag, (*self.state.get()).policy.source) };
        if seal == Seal::Ignored && source.is_sealed() && !chunk.is_in_region() {
            closed::note(source.owner, Grower::Frames(tag.path()), chunk.size(), Outcome::Passed, closed::site());
        }
    }

    /// Opens the lowest `bytes` bytes of what is hidden.
    fn reveal(&self, bytes: usize) -> Window {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the hidden bytes belong
        // to a chunk and are not handed out (I20).
        unsafe {
            let base = (*state).hidden_base;
            let end = base.add(bytes);
            (*state).hidden_base = end;
            (*state).hidden -= bytes;
            (*state).dirty |= LOST;
            Window { hi: end, base, end, lo: base }
        }
    }

    /// From now on asks `gate` before memory is opened, or no longer asks.
    ///
    /// # Safety
    /// The gate outlives the arena, nothing handed out is alive (the window is rewound).
    pub(crate) unsafe fn set_gate(&self, gate: Option<NonNull<dyn Gate>>) {
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
        unsafe {
            (*self.state.get()).gate = gate;
            self.rewind();
        }
    }

    /// As `set_gate`, while blocks are in use. Returns the bytes in use, which the gate does not know of yet.
    ///
    /// # Safety
    /// The gate outlives the arena.
    pub(crate) unsafe fn set_gate_in_use(&self, gate: NonNull<dyn Gate>) -> usize {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the gate is set last,
        // so that it is given nothing back that it did not grant.
        unsafe {
            let _unused = self.withdraw();
            (*state).gate = Some(gate);
            (*state).dirty |= LOST;
        }
        self.used()
    }

    /// Whether a gate is set.
    pub(crate) fn is_gated(&self) -> bool {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain read.
        unsafe { (*self.state.get()).gate.is_some() }
    }

    /// Bytes that are open and unused.
    pub(crate) fn unused(&self) -> usize {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain read.
        unsafe { (*self.state.get()).window.unused() + self.kept_bytes() }
    }

    /// Closes what is open and unused, so that its grant can serve another arena of the thread. Returns its bytes.
    ///
    /// Live growables of the window can no longer grow in place; nothing else changes for what was handed out.
    pub(crate) fn withdraw(&self) -> usize {
        self.settle();
        if self.is_sampled() {
            self.withdraw_kept();
        }
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            let window = (*state).window;
            if window.is_empty_state() {
                return 0;
            }
            self.hide(window.lo, window.hi);
            (*state).closed += window.used();
            (*state).slack += self.window_slack();
            (*state).window = EMPTY;
            (*state).lo_peak = EMPTY.lo;
            (*state).dirty |= LOST;
            if let Some(gate) = (*state).gate {
                gate.as_ref().give_back(window.unused());
            }
            window.unused()
        }
    }

    /// What was asked of the global allocator since this was last called: hardly ever anything.
    pub(crate) fn take_growth(&self) -> Option<Growth> {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        let growth = unsafe { &mut (*self.state.get()).growth };
        if growth.is_nothing() { None } else { Some(core::mem::take(growth)) }
    }

    /// The blocks handed out since this was last called.
    pub(crate) fn take_requests(&self) -> Count {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe { core::mem::take(&mut (*self.state.get()).requests) }
    }

    /// What went to dedicated chunks since this was last called.
    pub(crate) fn take_fallbacks(&self) -> Fallbacks {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe { core::mem::take(&mut (*self.state.get()).fallbacks) }
    }
}
