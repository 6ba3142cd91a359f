//! The phases of one thread: what is open, and what has ended in this frame.

use core::time::Duration;

use super::allocator::Turn;
use super::name_cache::Names;
use super::thread_arenas::ThreadHeap;
use crate::clock::Instant;
use crate::observe::phases::{PhaseId, PhaseSpan};
use crate::raw::global::heap_guard::HeapZone;
use crate::rows::row_at;

/// Figures of one phase on one thread, in the running frame; then of all threads, in the last one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PhaseFigures {
    pub(crate) calls: usize,
    pub(crate) bytes: usize,
    pub(crate) duration: Duration,
    pub(crate) longest: Duration,
}

impl PhaseFigures {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.bytes += other.bytes;
        self.duration += other.duration;
        self.longest = self.longest.max(other.longest);
    }
}

/// Where and when something began.
#[derive(Clone, Copy)]
struct Start {
    position: usize,
    time: Instant,
}

struct Open {
    id: PhaseId,
    path: &'static str,
    /// Unique on the thread: a guard finds its phase by it, whatever was closed meanwhile.
    serial: u64,
    guarded: bool,
    start: Start,
    /// What is booked from: where a phase of the same path that has ended meanwhile began, if it began earlier.
    booked_from: Start,
}

/// Made by the first phase of a thread: a thread without any has a null pointer.
pub(crate) struct Phases {
    open: Vec<Open>,
    serials: u64,
    /// Phases that ended in this frame, by number.
    ended: Vec<PhaseFigures>,
    names: Names<(PhaseId, &'static str)>,
    /// How many phases threads left open in this frame whose heap went on to another one.
    left_behind: usize,
}

impl Phases {
    fn new() -> Self {
        Self { open: Vec::new(), serials: 0, ended: Vec::new(), names: Names::NONE, left_behind: 0 }
    }

    fn nested(&mut self, parent: PhaseId, name: &'static str) -> (PhaseId, &'static str) {
        if let Some(known) = self.names.known(parent.index(), name) {
            return known;
        }
        let id = parent.nested(name);
        let found = (id, id.path());
        self.names.remember(parent.index(), name, found);
        found
    }

    fn begin(&mut self, name: &'static str, guarded: bool, start: Start) -> (u64, &'static str) {
        let parent = self.open.last().map_or(PhaseId::ROOT, |phase| phase.id);
        let (id, path) = self.nested(parent, name);
        self.serials += 1;
        self.open.push(Open { id, path, serial: self.serials, guarded, start, booked_from: start });
        (self.serials, path)
    }

    fn end(&mut self, index: usize, now: Start) -> PhaseSpan {
        let phase = self.open.remove(index);
        let from = phase.booked_from;
        let mut figures = PhaseFigures { calls: 1, ..PhaseFigures::default() };
        if let Some(other) = self.open.iter_mut().find(|other| other.id == phase.id) {
            // It is open twice: what both saw is booked once, when the last of them ends.
            if from.time < other.booked_from.time {
                other.booked_from = from;
            }
        } else {
            figures.bytes = now.position.saturating_sub(from.position);
            figures.duration = now.time - from.time;
            figures.longest = figures.duration;
        }
        let number = phase.id.index();
        row_at(&mut self.ended, number).add(&figures);
        PhaseSpan {
            path: phase.path,
            bytes: now.position.saturating_sub(phase.start.position),
            duration: now.time - phase.start.time,
        }
    }
}

impl ThreadHeap {
    /// How far the arenas of this thread were bumped since the last turn. A cursor that is out counts whole.
    fn position(&self) -> usize {
        let state = self.state();
        // SAFETY: this thread has the heap to itself, or the allocator is held exclusively (I2); plain reads.
        unsafe {
            let mut bytes = (&(*state).scoped).iter().map(|booked| booked.bytes).sum();
            self.for_each_frame(|frame| bytes += frame.as_ref().arena().reached() + (*frame.as_ref().link()).booked);
            bytes
        }
    }

    fn here(&self) -> Start {
        Start { position: self.position(), time: Instant::now() }
    }

    pub(crate) fn begin_phase(&self, name: &'static str, guarded: bool) -> (u64, &'static str) {
        let _growth = HeapZone::growth();
        let start = self.here();
        // SAFETY: as in `position`; no user code runs while the reference is alive (I9).
        let phases = unsafe { &mut (*self.state()).phases };
        phases.get_or_insert_with(|| Box::new(Phases::new())).begin(name, guarded, start)
    }

    /// Ends the phase with this serial, or the last one without a guard.
    pub(crate) fn end_phase(&self, serial: Option<u64>) -> Option<PhaseSpan> {
        // SAFETY: as in `begin_phase`; `here` reads other fields.
        let phases = unsafe { (*self.state()).phases.as_deref_mut()? };
        let wanted = |phase: &Open| serial.map_or(!phase.guarded, |serial| phase.serial == serial);
        let index = phases.open.iter().rposition(wanted)?;
        Some(phases.end(index, self.here()))
    }

    pub(crate) fn current_phase(&self) -> Option<&'static str> {
        // SAFETY: as in `begin_phase`.
        unsafe { (&(*self.state()).phases).as_ref()?.open.last().map(|phase| phase.path) }
    }

    /// Bytes since the phase with this serial began; 0 if it has ended.
    pub(crate) fn bytes_of_phase(&self, serial: u64) -> usize {
        // SAFETY: as in `begin_phase`.
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
        // SAFETY: by the contract; as in `end_phase`.
        let phases = unsafe { (*self.state()).phases.as_deref_mut() };
        phases.map_or(0, |phases| core::mem::take(&mut phases.left_behind))
    }

    /// Ends what the thread before left open: the one that has the heap now begins outside of it.
    ///
    /// # Safety
    /// The heap is the calling thread's (I2), or the allocator is held exclusively.
    pub(super) unsafe fn end_open_phases(&self) {
        // SAFETY: by the contract; as in `end_phase`.
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

impl Turn {
    /// Adds the phases of one heap to the totals.
    pub(super) fn take_phases(&mut self, heap: &ThreadHeap) {
        // SAFETY: called from the turn: the allocator is held exclusively, and the reference ends with this function.
        let Some(phases) = (unsafe { (*heap.state()).phases.as_deref_mut() }) else { return };
        if self.phases.len() < phases.ended.len() {
            self.phases.resize(phases.ended.len(), PhaseFigures::default());
        }
        for (total, figures) in self.phases.iter_mut().zip(&mut phases.ended) {
            total.add(&core::mem::take(figures));
        }
    }
}
