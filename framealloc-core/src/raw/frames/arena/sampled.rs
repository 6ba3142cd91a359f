//! The arena that is sampled: its window ends where the next block is, and cold paths open it again.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::carve::OUT;
use super::{Arena, LOST};
use crate::error::Failure;
use crate::raw::frames::sampling::{Kept, Sampler};
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::poison::{REDZONE, unpoison};
use crate::raw::mem::window::{MIN_ALIGN, Side, Window, padded};

impl Arena {
    /// Samples what is handed out from here on.
    pub(in crate::raw::frames) fn sample_with(&self, sampler: Sampler) {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe { (*self.state.get()).sampler = Some(Box::new(sampler)) };
    }

    /// Whether blocks are sampled.
    #[inline(always)]
    pub(super) fn is_sampled(&self) -> bool {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain read.
        unsafe { (*self.state.get()).sampler.is_some() }
    }

    /// The sampler, if there is one.
    ///
    /// # Safety
    /// The reference ends before anything else touches the sampler (I9).
    #[expect(clippy::mut_from_ref, reason = "it is a cell that one thread uses at a time")]
    unsafe fn sampler(&self) -> Option<&mut Sampler> {
        // SAFETY: one thread uses the arena (I2); the rest is the contract.
        unsafe { (*self.state.get()).sampler.as_deref_mut() }
    }

    /// As [`refill`](Self::refill), where blocks are sampled.
    #[cold]
    #[inline(never)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(super) fn refill_sampled<E: Failure>(&self, layout: Layout, side: Side) -> Result<NonNull<u8>, E> {
        self.settle();
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a copy.
        let before = unsafe { (*state).window };
        let is_met = self.meets_sample(&before, padded(layout.size()));
        self.reopen();
        let taken = if self.has_room(layout, side) {
            match side {
                Side::Object => self.bump_object(layout),
                Side::Growable => self.bump_growable(layout),
            }
        } else {
            self.refill_window(layout, side)
        };
        if taken.is_ok() && is_met {
            self.take_sample(layout.size());
        }
        // What was refused has taken no byte: the next request meets the same sample.
        let gap = if taken.is_err() && is_met { before.unused() & !(MIN_ALIGN - 1) } else { self.draw() };
        self.keep_back(side, gap);
        taken
    }

    /// As [`exchange`](Self::exchange), where blocks are sampled.
    #[cold]
    #[inline(never)]
    pub(super) fn exchange_sampled<E: Failure>(
        &self,
        window: Window,
        layout: Layout,
    ) -> Result<(Window, NonNull<u8>), E> {
        let state = self.state.get();
        let bytes = padded(layout.size());
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain read.
        let has_none = window.is_empty_state() && unsafe { (*state).dirty } & OUT == 0;
        if has_none {
            // The cursor found a window whose rest is kept back: it gets that.
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a copy.
            let own = unsafe { (*state).window };
            let is_met = self.meets_sample(&own, bytes);
            self.reopen();
            let carved = self.carve();
            return match self.place_or_exchange(carved, layout) {
                Ok((window, block)) => Ok(self.after_exchange(window, block, layout, is_met)),
                Err(error) => {
                    // The cursor goes on without a window.
                    self.put_back(carved.hi, carved.base, carved.end, carved.lo);
                    self.keep_back(Side::Object, own.unused() & !(MIN_ALIGN - 1));
                    Err(error)
                }
            };
        }
        let is_met = self.meets_sample(&window, bytes);
        let opened = self.reopen_out(window);
        match self.place_or_exchange(opened, layout) {
            Ok((window, block)) => Ok(self.after_exchange(window, block, layout, is_met)),
            Err(error) => {
                // The cursor keeps the window that it has: what was opened is kept back again, exactly.
                self.close_out(opened, window);
                Err(error)
            }
        }
    }

    fn place_or_exchange<E: Failure>(&self, mut window: Window, layout: Layout) -> Result<(Window, NonNull<u8>), E> {
        match window.place(layout) {
            Some(block) => Ok((window, block)),
            None => self.exchange_window(window, layout),
        }
    }

    fn after_exchange(
        &self,
        window: Window,
        block: NonNull<u8>,
        layout: Layout,
        is_met: bool,
    ) -> (Window, NonNull<u8>) {
        if is_met {
            self.take_sample(layout.size());
        }
        let gap = self.draw();
        (self.keep_back_out(window, gap), block)
    }

    /// Grows the newest growable, which ends at `lo`, beyond what the window has room for, if that is kept back behind it.
    #[cold]
    #[inline(never)]
    pub(super) fn grow_past_sample(&self, start: NonNull<u8>, old: usize, new: usize) -> bool {
        let state = self.state.get();
        let more = new - old;
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a copy.
        let before = unsafe { (*state).window };
        // SAFETY: the reference ends with the statement.
        let is_behind = unsafe { self.sampler() }.is_some_and(|sampler| {
            let kept = sampler.kept().find(|kept| kept.base == before.base && kept.end == before.end);
            kept.is_some_and(|kept| {
                kept.at == before.end && before.hi == before.end && kept.bytes + before.unused() >= more
            })
        });
        if !is_behind {
            return false;
        }
        self.reopen();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); the block ends at `lo`, and
        // the window has room for more bytes (I13).
        unsafe {
            unpoison((*state).window.lo, more);
            (*state).window.lo = (*state).window.lo.add(more);
        }
        self.note_size(start, new);
        self.take_sample(more);
        self.keep_back(Side::Growable, self.draw());
        true
    }

    /// Whether a request of `bytes` bytes, which does not fit this window, is sampled: always where the window ends at a sample.
    /// Where memory ends it, the sample is somewhere behind.
    fn meets_sample(&self, window: &Window, bytes: usize) -> bool {
        // SAFETY: the reference ends with the function.
        let Some(sampler) = (unsafe { self.sampler() }) else { return false };
        sampler.ends_at_sample(window.base, window.end) || bytes > window.unused().saturating_add(sampler.gaps.draw())
    }

    fn draw(&self) -> usize {
        // SAFETY: the reference ends with the statement.
        unsafe { self.sampler() }.map_or(0, |sampler| sampler.gaps.draw())
    }

    /// Never inlined: what looking who asks takes from the heap is our growth, which `cargo fa prove` knows by the function.
    #[cold]
    #[inline(never)]
    fn take_sample(&self, size: usize) {
        let _growth = HeapZone::growth();
        // SAFETY: the reference ends with the statement, and arena sets outlive their arenas (I3).
        let sampler = unsafe { self.sampler() };
        let parts = sampler.map(|sampler| (sampler.sink, sampler.gaps.mean(), sampler.sampling.stack_depth()));
        let Some((sink, every, depth)) = parts else { return };
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain read. The arena set is
        // that thread's.
        unsafe { sink.as_ref().take_sample((*self.state.get()).tag, size, every, depth) };
    }

    fn has_room(&self, layout: Layout, side: Side) -> bool {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a copy.
        let window = unsafe { (*self.state.get()).window };
        match side {
            Side::Object => window.fits(window.top(layout), layout),
            Side::Growable => {
                let pad = REDZONE + window.lo.wrapping_add(REDZONE).addr().wrapping_neg() % layout.align();
                pad.saturating_add(layout.size()) <= window.unused()
            }
        }
    }

    /// Opens what is kept back of the window. Where blocks lie on both sides of that, it is a window of its own.
    pub(super) fn reopen(&self) {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). What is kept back is free
        // memory beside the window (I33), so where nothing lies between, both are one piece.
        unsafe {
            let window = (*state).window;
            let Some(kept) = self.sampler().and_then(|sampler| sampler.take(window.base, window.end)) else { return };
            let top = kept.at.add(kept.bytes);
            (*state).dirty |= LOST;
            if core::ptr::eq(top, window.base) && core::ptr::eq(window.lo, window.base) {
                (*state).slack += self.window_slack();
                ((*state).window.base, (*state).window.lo, (*state).lo_peak) = (kept.at, kept.at, kept.at);
            } else if core::ptr::eq(kept.at, window.end) && core::ptr::eq(window.hi, window.end) {
                ((*state).window.end, (*state).window.hi) = (top, top);
            } else {
                self.close_window(window, self.window_slack());
                (*state).window = Window { hi: top, base: kept.at, end: top, lo: kept.at };
                (*state).lo_peak = kept.at;
            }
        }
    }

    /// Keeps back all of the window but `gap` bytes: below objects, behind growables. Blocks on the other side go on being used,
    /// and belong to no window any more.
    pub(super) fn keep_back(&self, side: Side, gap: usize) {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). Both parts of the free memory
        // are of the chunk of the window (I33).
        unsafe {
            let Some(sampler) = self.sampler() else { return };
            // A reset has to come by in any case: a scope that never reached a sample would never meet one.
            (*state).dirty |= LOST;
            let window = (*state).window;
            let low = window.lo.map_addr(|address| address.next_multiple_of(MIN_ALIGN));
            let free = window.hi.addr().saturating_sub(low.addr());
            if free <= gap || sampler.is_full() {
                return;
            }
            let (at, bytes);
            (*state).slack += self.window_slack();
            match side {
                Side::Object => {
                    (at, bytes) = (low, free - gap);
                    (*state).closed += low.addr() - window.base.addr();
                    let base = low.add(bytes);
                    ((*state).window.base, (*state).window.lo, (*state).lo_peak) = (base, base, base);
                }
                Side::Growable => {
                    (at, bytes) = (low.add(gap), free - gap);
                    (*state).closed += window.end.addr() - window.hi.addr();
                    ((*state).window.end, (*state).window.hi, (*state).lo_peak) = (at, at, window.lo);
                }
            }
            let Window { base, end, .. } = (*state).window;
            sampler.keep(Kept { at, bytes, base, end });
        }
    }

    /// As [`reopen`](Self::reopen), of a window that a cursor has out.
    fn reopen_out(&self, mut window: Window) -> Window {
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). What is kept back is free
        // memory beside the window (I33).
        unsafe {
            let Some(kept) = self.sampler().and_then(|sampler| sampler.take(window.base, window.end)) else {
                return window;
            };
            let top = kept.at.add(kept.bytes);
            let before = window;
            if core::ptr::eq(top, window.base) && core::ptr::eq(window.lo, window.base) {
                (window.base, window.lo) = (kept.at, kept.at);
            } else if core::ptr::eq(kept.at, window.end) && core::ptr::eq(window.hi, window.end) {
                (window.end, window.hi) = (top, top);
            } else {
                self.forget_kept(kept);
            }
            self.resize_out(&before, &window);
            window
        }
    }

    /// The error path of [`exchange_sampled`](Self::exchange_sampled): `opened` is `window` again.
    fn close_out(&self, opened: Window, window: Window) {
        if core::ptr::eq(opened.base, window.base) && core::ptr::eq(opened.end, window.end) {
            return;
        }
        let Window { base, end, .. } = window;
        let (at, top) = if core::ptr::eq(opened.base, base) { (end, opened.end) } else { (opened.base, base) };
        self.resize_out(&opened, &window);
        // SAFETY: the reference ends with the statement; the entry was taken out before, so there is room for it.
        if let Some(sampler) = unsafe { self.sampler() } {
            sampler.keep(Kept { at, bytes: top.addr() - at.addr(), base, end });
        }
    }

    /// As [`keep_back`](Self::keep_back), of a window that a cursor has out.
    fn keep_back_out(&self, mut window: Window, gap: usize) -> Window {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). Both parts of the free memory
        // are of the chunk of the window (I33).
        unsafe {
            (*state).dirty |= LOST;
            let Some(sampler) = self.sampler() else { return window };
            let low = window.lo.map_addr(|address| address.next_multiple_of(MIN_ALIGN));
            let free = window.hi.addr().saturating_sub(low.addr());
            if free <= gap || sampler.is_full() {
                return window;
            }
            let before = window;
            let base = low.add(free - gap);
            (window.base, window.lo) = (base, base);
            let Window { base, end, .. } = window;
            sampler.keep(Kept { at: low, bytes: free - gap, base, end });
            (*state).closed += low.addr() - before.base.addr();
            self.resize_out(&before, &window);
            window
        }
    }

    /// A window that a cursor has out has other ends: what is counted of it follows (I14).
    fn resize_out(&self, before: &Window, after: &Window) {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
        unsafe {
            let own = (*state).window;
            let is_own =
                (*state).dirty & OUT != 0 && core::ptr::eq(own.base, before.base) && core::ptr::eq(own.end, before.end);
            if is_own {
                // Its ends meet at the top while it is out; where `lo` was, it is again when it comes back.
                (*state).window = Window { hi: after.end, base: after.base, end: after.end, lo: after.end };
                (*state).lo_peak = after.lo;
            } else {
                (*state).carved = (*state).carved - before.capacity() + after.capacity();
            }
        }
    }

    /// Gives up what is kept back of a window that closes: it is hidden, as the rest of the window is.
    #[cold]
    pub(super) fn forget_kept_of(&self, window: &Window) {
        // SAFETY: the reference ends with the statement.
        if let Some(kept) = unsafe { self.sampler() }.and_then(|sampler| sampler.take(window.base, window.end)) {
            self.forget_kept(kept);
        }
    }

    fn forget_kept(&self, kept: Kept) {
        let state = self.state.get();
        // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). What is kept back is free
        // memory of a chunk (I33); the gate is called with nothing borrowed.
        unsafe {
            self.hide(kept.at, kept.at.add(kept.bytes));
            if let Some(gate) = (*state).gate {
                gate.as_ref().give_back(kept.bytes);
            }
        }
    }

    /// Opens and gives up all that is kept back, that of windows of cursors included: their rest ends at memory then.
    pub(super) fn withdraw_kept(&self) {
        self.reopen();
        // SAFETY: the reference ends with the statement.
        while let Some(kept) = unsafe { self.sampler() }.and_then(Sampler::take_any) {
            self.forget_kept(kept);
        }
    }

    /// Bytes that are kept back.
    pub(super) fn kept_bytes(&self) -> usize {
        // SAFETY: the reference ends with the statement.
        unsafe { self.sampler() }.map_or(0, |sampler| sampler.kept().map(|kept| kept.bytes).sum())
    }

    /// The window was set anew: nothing is kept back of an old one.
    pub(super) fn sample_anew(&self) {
        // SAFETY: the reference ends with the statement.
        let Some(sampler) = (unsafe { self.sampler() }) else { return };
        sampler.clear();
        // SAFETY: arena sets outlive their arenas (I3).
        let every = unsafe { sampler.sink.as_ref() }.every(sampler.sampling);
        sampler.gaps.set_mean(every);
        let gap = sampler.gaps.draw();
        self.keep_back(Side::Object, gap);
    }

    /// The reset of a sampled arena that has used one chunk.
    pub(super) fn reset_sampled(&self) -> Option<usize> {
        let state = self.state.get();
        // SAFETY: nothing handed out is alive, one thread uses the arena, and no user code runs here (I2, I5, I9).
        unsafe {
            if (*state).gate.is_some()
                || (*state).carved != 0
                || !(&(*state).dedicated).is_empty()
                || (&(*state).chunks).len() > 1
            {
                return None;
            }
            let peak = self.peak();
            (*state).high = peak.max((*state).high);
            self.rewind();
            Some(peak)
        }
    }
}
