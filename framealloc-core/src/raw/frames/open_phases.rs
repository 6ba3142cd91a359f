//! Phases as they begin and end on the thread that has the arenas, and their way into the figures of the frame.

use super::allocator::FrameState;
use super::phases::{EndedBy, Open, PhaseFigures, Phases, Start};
use super::thread_arenas::ThreadArenas;
use crate::clock::Instant;
use crate::phase::PhaseSpan;
use crate::raw::global::zone::{HeapZone, outside_of_zones};

impl ThreadArenas {
    /// How far the arenas of this thread were bumped since the last end of a frame. A cursor that is out counts whole.
    fn position(&self) -> usize {
        let state = self.state();
        // SAFETY: this thread has the arena set to itself, or the allocator is held exclusively (I2); plain reads.
        unsafe {
            let mut bytes = (&(*state).scoped).iter().map(|attributed| attributed.bytes).sum();
            self.for_each_frame(|frame| {
                bytes += frame.as_ref().arena().reached() + (*frame.as_ref().link()).attributed;
            });
            bytes
        }
    }

    fn here(&self) -> Start {
        Start { position: self.position(), time: Instant::now() }
    }

    #[inline(never)]
    pub(crate) fn begin_phase(&self, name: &'static str, ended_by: EndedBy) -> (u64, &'static str) {
        let _growth = HeapZone::growth();
        let start = self.here();
        // SAFETY: this thread has the arena set to itself, or the allocator is held exclusively (I2); no user code runs
        // while the reference is alive (I9).
        let phases = unsafe { &mut (*self.state()).phases };
        phases.get_or_insert_with(|| Box::new(Phases::new())).begin(name, ended_by, start)
    }

    /// Ends the phase with this serial, or the last one without a guard.
    pub(crate) fn end_phase(&self, serial: Option<u64>) -> Option<PhaseSpan> {
        // SAFETY: this thread has the arena set to itself (I2), and no user code runs while the reference is alive (I9);
        // `here` reads other fields.
        let phases = unsafe { (*self.state()).phases.as_deref_mut()? };
        let wanted = |phase: &Open| serial.map_or(phase.ended_by == EndedBy::Call, |serial| phase.serial == serial);
        let index = phases.open.iter().rposition(wanted)?;
        Some(phases.end(index, self.here()))
    }

    pub(crate) fn current_phase(&self) -> Option<&'static str> {
        // SAFETY: this thread has the arena set to itself (I2), and no user code runs while the reference is alive (I9).
        unsafe { (&(*self.state()).phases).as_ref()?.open.last().map(|phase| phase.path) }
    }

    /// Bytes since the phase with this serial began; 0 if it has ended.
    pub(crate) fn bytes_of_phase(&self, serial: u64) -> usize {
        // SAFETY: this thread has the arena set to itself (I2), and no user code runs while the reference is alive (I9).
        let phases = unsafe { (&(*self.state()).phases).as_ref() };
        let open = phases.and_then(|phases| phases.open.iter().rfind(|phase| phase.serial == serial));
        open.map_or(0, |phase| self.position().saturating_sub(phase.start.position))
    }

    /// Ends what was left open, before the arenas are reset. Returns how many phases that were.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    pub(super) unsafe fn end_phases(&self) -> usize {
        // SAFETY: by the contract.
        unsafe { self.end_open_phases() };
        // SAFETY: by the contract; no user code runs while the reference is alive (I9).
        let phases = unsafe { (*self.state()).phases.as_deref_mut() };
        phases.map_or(0, |phases| core::mem::take(&mut phases.left_behind))
    }

    /// Ends what the thread before left open: the one that has the arena set now begins outside of it.
    ///
    /// # Safety
    /// The arena set is the calling thread's (I2), or the allocator is held exclusively.
    pub(super) unsafe fn end_open_phases(&self) {
        // SAFETY: by the contract; no user code runs while the reference is alive (I9).
        let Some(phases) = (unsafe { (*self.state()).phases.as_deref_mut() }) else { return };
        let left_open = phases.open.len();
        if left_open > 0 {
            let now = self.here();
            phases.left_behind += left_open;
            for index in (0..left_open).rev() {
                phases.end(index, now);
            }
        }
    }
}

impl FrameState {
    /// Adds the phases of one arena set to the totals.
    pub(super) fn take_phases(&mut self, arenas: &ThreadArenas) {
        // SAFETY: called at the end of a frame: the allocator is held exclusively, and the reference ends with this function.
        let Some(phases) = (unsafe { (*arenas.state()).phases.as_deref_mut() }) else { return };
        if self.phases.len() < phases.ended.len() {
            outside_of_zones(|| self.phases.resize(phases.ended.len(), PhaseFigures::default()));
        }
        for (total, figures) in self.phases.iter_mut().zip(&mut phases.ended) {
            total.add(&core::mem::take(figures));
        }
    }
}
