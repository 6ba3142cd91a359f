//! The phases of one thread: what is open, and what has ended in this frame.

use core::time::Duration;

use super::name_cache::NameCache;
use crate::clock::Instant;
use crate::phase::{PhaseId, PhaseSpan};
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
    pub(super) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.bytes += other.bytes;
        self.duration += other.duration;
        self.longest = self.longest.max(other.longest);
    }
}

/// What ends a phase before its frame does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndedBy {
    /// The drop of its guard.
    Guard,
    /// A call of `end_phase`.
    Call,
}

/// Where and when something began.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) position: usize,
    pub(super) time: Instant,
}

pub(super) struct Open {
    id: PhaseId,
    pub(super) path: &'static str,
    /// Unique on the thread: a guard finds its phase by it, whatever was closed meanwhile.
    pub(super) serial: u64,
    pub(super) ended_by: EndedBy,
    pub(super) start: Start,
    /// What is counted from: where a phase of the same path that has ended meanwhile began, if it began earlier.
    counted_from: Start,
}

/// Made by the first phase of a thread: a thread without any has a null pointer.
pub(crate) struct Phases {
    pub(super) open: Vec<Open>,
    serials: u64,
    /// Phases that ended in this frame, by number.
    pub(super) ended: Vec<PhaseFigures>,
    names: NameCache<(PhaseId, &'static str)>,
    /// How many phases threads left open in this frame whose arena set went on to another one.
    pub(super) left_behind: usize,
}

impl Phases {
    pub(super) fn new() -> Self {
        Self { open: Vec::new(), serials: 0, ended: Vec::new(), names: NameCache::NONE, left_behind: 0 }
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

    pub(super) fn begin(&mut self, name: &'static str, ended_by: EndedBy, start: Start) -> (u64, &'static str) {
        let parent = self.open.last().map_or(PhaseId::ROOT, |phase| phase.id);
        let (id, path) = self.nested(parent, name);
        self.serials += 1;
        self.open.push(Open { id, path, serial: self.serials, ended_by, start, counted_from: start });
        (self.serials, path)
    }

    pub(super) fn end(&mut self, index: usize, now: Start) -> PhaseSpan {
        let phase = self.open.remove(index);
        let from = phase.counted_from;
        let mut figures = PhaseFigures { calls: 1, ..PhaseFigures::default() };
        if let Some(other) = self.open.iter_mut().find(|other| other.id == phase.id) {
            // It is open twice: what both saw is counted once, when the last of them ends.
            if from.time < other.counted_from.time {
                other.counted_from = from;
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
