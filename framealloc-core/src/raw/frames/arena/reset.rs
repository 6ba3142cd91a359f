//! Taking everything back: the reset of an arena, and how much of its memory it keeps.

use super::{Arena, LOST};
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::chunk::Chunk;
use crate::raw::mem::poison::poison;
use crate::raw::mem::region::Seal;
use crate::raw::mem::window::{EMPTY, Window};

/// A consolidated chunk is a multiple of this many bytes, so that small changes of the mark do not replace it.
const CONSOLIDATE_TO: usize = 16 << 10;

/// For how many trims a second chunk is kept after it was last needed.
const CROWDED: u8 = 2;

impl Arena {
    /// Takes everything back: all blocks handed out are dead. Returns how far the arena was bumped.
    ///
    /// # Safety
    /// No value and no borrow of anything handed out since the last reset is alive (I5).
    #[inline(always)]
    pub(crate) unsafe fn reset(&self) -> usize {
        self.inspect();
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
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
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
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
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe { (*self.state.get()).high -= (*self.state.get()).high / (*self.state.get()).policy.decay };
    }

    /// Notes that a window was needed while a cursor had one.
    pub(super) fn crowd(&self) {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
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
        if self.is_sampled() {
            if let Some(reached) = self.reset_sampled() {
                return reached;
            }
            // The account of the gate has the whole window again.
            self.reopen();
        }
        if let Some(reached) = self.reset_granted() {
            return reached;
        }
        self.reset_slow()
    }

    /// Resets a gated arena that has used one window only, and keeps that window open for the next scope.
    fn reset_granted(&self) -> Option<usize> {
        let state = self.state.get();
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
        unsafe {
            let gate = (*state).gate?;
            if (*state).closed != 0
                || (*state).carved != 0
                || !(&(*state).dedicated).is_empty()
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
            self.sample_anew();
            Some(peak)
        }
    }

    /// What an end begins with after which the window is another one: the gate hears of it, and the most is noted. Returns how far
    /// the arena was bumped.
    fn settle_accounts(&self) -> usize {
        self.settle();
        let state = self.state.get();
        let (reached, peak) = (self.reached(), self.peak());
        // SAFETY: one thread uses the arena, and no user code runs here (I2, I9).
        unsafe {
            // Before the window is set: the gate may be done with this arena.
            if (*state).gate.is_some_and(|gate| !gate.as_ref().reset()) {
                (*state).gate = None;
            }
            (*state).high = peak.max((*state).high);
        }
        reached
    }

    /// Whether nothing was handed out since the last reset.
    pub(crate) fn is_untouched(&self) -> bool {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the reference ends here.
        self.reached() == 0 && unsafe { &(*self.state.get()).dedicated }.is_empty()
    }

    /// As `end`, but what was handed out lives on: the chunks go to the lists, which are empty, and the arena has none. Returns
    /// how far it was bumped.
    ///
    /// # Safety
    /// Whoever has the chunks has what is in them.
    pub(crate) unsafe fn hand_over(&self, chunks: &mut Vec<Chunk>, dedicated: &mut Vec<Chunk>) -> usize {
        self.inspect();
        let reached = self.settle_accounts();
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no user code runs here (I2, I9). By the contract nothing is handed out any more
        // that this arena answers for.
        unsafe {
            core::mem::swap(&mut (*state).chunks, chunks);
            core::mem::swap(&mut (*state).dedicated, dedicated);
            self.rewind();
        }
        reached
    }

    /// Gives an arena without chunks one of those that came back to it, or a new one where none of them fits what frames need.
    ///
    /// # Safety
    /// As for `reset`, after [`hand_over`](Self::hand_over).
    #[inline(never)]
    pub(crate) unsafe fn refit(&self, spare: &mut Vec<Chunk>) {
        let _growth = HeapZone::growth();
        let state = self.state.get();
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
        unsafe {
            let fitting = spare.iter().rposition(|chunk| self.fits(chunk));
            let chunk = match fitting {
                Some(index) => Some(spare.swap_remove(index)),
                // Without one the next request takes it, if there is any.
                None => spare.pop().and_then(|unfit| {
                    // Where memory is sealed, it might not be had again.
                    let unfit = Some(unfit).filter(|_| (*state).policy.source.is_sealed());
                    let fresh = Chunk::allocate(self.wanted(), (*state).policy, Seal::Holds).ok();
                    fresh.inspect(|chunk| (*state).growth.took(chunk.size())).or(unfit)
                }),
            };
            (&mut (*state).chunks).extend(chunk);
            self.rewind();
        }
    }

    /// Whether a chunk is as large as frames need, and not many times as large.
    pub(crate) fn fits(&self, chunk: &Chunk) -> bool {
        chunk.size() >= self.high_water() && chunk.size() / 4 <= self.wanted()
    }

    /// The bytes of a chunk that all of what frames need fits in.
    fn wanted(&self) -> usize {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain reads.
        let (high, first) = unsafe { ((*self.state.get()).high, (*self.state.get()).policy.first) };
        high.saturating_add(high / 16).next_multiple_of(CONSOLIDATE_TO).max(first)
    }

    /// The reset of an arena with several chunks, lost windows or a budget: leaves one chunk of the high-water mark, and
    /// a second one where cursors need it.
    #[cold]
    #[inline(never)]
    fn reset_slow(&self) -> usize {
        let _growth = HeapZone::growth();
        let reached = self.settle_accounts();
        let state = self.state.get();
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9):
        // chunks may go.
        unsafe {
            (&mut (*state).dedicated).clear();
            let high = (*state).high;
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
                // The old chunks go first, so that the peak of memory is not the sum of all. Where memory is sealed, those that
                // are not of the region stay until there is another: they cannot be had again.
                let policy = (*state).policy;
                let is_sealed = policy.source.is_sealed();
                chunks.retain(|chunk| is_sealed && !chunk.is_in_region());
                // Out of memory is no reason to fail at the end of a frame: the largest chunk serves on.
                let growth = &mut (*state).growth;
                let fresh = || Chunk::allocate(wanted, policy, Seal::Holds).ok();
                let mut fresh = || fresh().inspect(|chunk| growth.took(chunk.size()));
                let kept = first.or_else(&mut fresh);
                if kept.is_some() {
                    chunks.clear();
                }
                // Room for two is there if a pair is kept: the list has held three, and clearing keeps its memory.
                chunks.extend(if pair { second.or_else(fresh) } else { None });
                chunks.extend(kept.or_else(|| largest.take()));
            }
            self.rewind();
        }
        reached
    }

    /// Sets the window from the chunk list: all of the last chunk, or none of it where a gate has to be asked. Another
    /// chunk is hidden.
    pub(super) fn rewind(&self) {
        let state = self.state.get();
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
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
        self.sample_anew();
    }

    /// Gives chunks back to the global allocator where the mark has sunk far below what is held.
    ///
    /// # Safety
    /// As for `reset`; called after it.
    pub(crate) unsafe fn trim(&self) {
        let state = self.state.get();
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
        unsafe {
            let wanted = self.wanted();
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
            let Ok(smaller) = Chunk::allocate(wanted, (*state).policy, Seal::Holds) else { return };
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
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
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
