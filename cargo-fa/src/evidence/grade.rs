//! How right the analyser was, by what runs say.

use std::fmt::Write as _;

use super::Runs;
use super::systems::Systems;
use crate::analysis::SystemFacts;
use crate::model::finding::Finding;
use crate::trace_report::percent;

/// What was predicted of systems that ran, against what runs counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grade {
    /// Systems of the sources.
    pub systems: usize,
    /// Of these, the ones that ran.
    pub ran: usize,
    /// Systems whose use of the heap was counted.
    pub counted: usize,
    /// Said to use the heap, and did.
    pub right: usize,
    /// Said to use the heap, and did not in these runs.
    pub wrong: usize,
    /// Not said to use the heap, and did.
    pub missed: usize,
    /// Systems of which everything that they take from frames was numbered.
    pub bounded: usize,
    /// Of these, the ones that took more.
    pub over: usize,
}

impl Grade {
    /// Holds predictions against runs. `predicted` are all findings of the program, accepted ones too.
    #[must_use]
    pub fn of(predicted: &[Finding], systems: &[SystemFacts], runs: &Runs) -> Self {
        let uses_heap = Systems::new(systems).using_the_heap(predicted);
        let mut grade = Self { systems: systems.len(), ..Self::default() };
        for system in systems {
            let Some(totals) = runs.systems.get(&system.name).filter(|totals| totals.calls > 0) else { continue };
            grade.ran += 1;
            if system.worst.open.is_empty() {
                grade.bounded += 1;
                grade.over += usize::from(totals.largest_call > system.worst.bytes);
            }
            let Some(heap) = totals.heap else { continue };
            grade.counted += 1;
            match (uses_heap.contains(system.item.as_str()), heap.calls > 0) {
                (true, true) => grade.right += 1,
                (true, false) => grade.wrong += 1,
                (false, true) => grade.missed += 1,
                (false, false) => {}
            }
        }
        grade
    }

    /// The part of what was said to use the heap that did; `None` if nothing was said.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        part(self.right, self.right + self.wrong)
    }

    /// The part of what used the heap that was said to; `None` if nothing did.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        part(self.right, self.right + self.missed)
    }

    /// A few lines for people.
    #[must_use]
    pub fn describe(&self, runs: &Runs) -> String {
        let Self { systems, ran, counted, right, wrong, missed, bounded, over } = *self;
        let mut text = format!("{}: {ran} of {systems} systems ran\n", runs.describe());
        if counted == 0 {
            text.push_str("the heap: not counted; with `HeapGuard` as the global allocator a recording says what each system asked of it\n");
        } else {
            let shown = |part: Option<f64>| part.map_or_else(|| "none".to_owned(), percent);
            let _ = writeln!(
                text,
                "the heap, {counted} systems counted: {right} predicted and seen, {wrong} predicted and not seen, {missed} seen and not predicted; precision {}, recall {}",
                shown(self.precision()),
                shown(self.recall())
            );
        }
        let _ = writeln!(text, "frame memory: the bound held in {} of {bounded} systems that have one", bounded - over);
        text
    }
}

#[expect(clippy::cast_precision_loss, reason = "these are numbers of functions")]
fn part(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
