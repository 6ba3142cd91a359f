//! How right the analyser was, by what runs say.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Runs;
use super::systems::asks_the_heap;
use crate::analysis::SystemFacts;
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
    /// Said to use the heap where something has changed, which counts as neither.
    pub on_change: usize,
    /// Systems of which everything that they take from frames was numbered.
    pub bounded: usize,
    /// Of these, the ones that took more.
    pub over: usize,
}

impl Grade {
    /// Holds what is said of systems against runs. What is accepted in the source was predicted all the same.
    #[must_use]
    pub fn of(systems: &[SystemFacts], runs: &Runs) -> Self {
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
            // Which frames see a change is for the run to say: neither right nor wrong.
            if system.heap_on_change && !asks_the_heap(system) {
                grade.on_change += 1;
                continue;
            }
            match (asks_the_heap(system), heap.calls > 0) {
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

    /// The systems that are said to ask the heap for memory and did not in these runs, though they ran.
    #[must_use]
    pub fn not_seen<'s>(systems: &'s [SystemFacts], runs: &Runs) -> Vec<&'s str> {
        let asked_for_nothing = |system: &&SystemFacts| {
            let totals = runs.systems.get(&system.name).filter(|totals| totals.calls > 0);
            totals.and_then(|totals| totals.heap).is_some_and(|heap| heap.calls == 0)
        };
        systems.iter().filter(|one| asks_the_heap(one)).filter(asked_for_nothing).map(|one| one.name.as_str()).collect()
    }

    /// The systems of these runs that are in none of the sources.
    #[must_use]
    pub fn unknown<'r>(systems: &[SystemFacts], runs: &'r Runs) -> Vec<&'r str> {
        let known: BTreeSet<&str> = systems.iter().map(|system| system.name.as_str()).collect();
        let ran = runs.systems.iter().filter(|(_, totals)| totals.calls > 0).map(|(name, _)| name.as_str());
        ran.filter(|name| !known.contains(name)).collect()
    }

    /// What there is to say where systems of the runs are in none of the sources; `None` where all are known.
    #[must_use]
    pub fn about_unknown(&self, unknown: &[&str], runs: &Runs) -> Option<String> {
        const SHOWN: usize = 3;
        let names: Vec<String> = unknown.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        let more = unknown.len().saturating_sub(SHOWN);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (from, names) = (runs.describe(), names.join(", "));
        match (unknown.len(), self.ran) {
            (0, _) => None,
            (_, 0) => Some(format!(
                "{from}: of no system that ran a source was read ({names}{rest}): is it of another program, or of an example (`--examples`) or a test (`--tests`)?"
            )),
            _ => Some(format!("{from}: in no source that was read: {names}{rest}")),
        }
    }

    /// A few lines for people.
    #[must_use]
    pub fn describe(&self, runs: &Runs) -> String {
        let Self { systems, ran, counted, right, wrong, missed, on_change, bounded, over } = *self;
        let mut text = format!("{}: {ran} of {systems} systems ran\n", runs.describe());
        if ran == 0 {
            return text;
        }
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
            if on_change > 0 {
                let _ = writeln!(
                    text,
                    "of these, {on_change} were said to use it where something has changed, and count as neither"
                );
            }
        }
        let _ = writeln!(text, "frame memory: the bound held in {} of {bounded} systems that have one", bounded - over);
        text
    }
}

#[expect(clippy::cast_precision_loss, reason = "these are numbers of functions")]
fn part(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
