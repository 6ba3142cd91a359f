//! Which system a finding is about, as a run would attribute it.

use std::collections::BTreeMap;

use crate::analysis::SystemFacts;
use crate::model::finding::{Confidence, Finding};

/// The systems of the program by the paths of their functions.
pub(super) struct Systems<'a>(BTreeMap<&'a str, &'a SystemFacts>);

impl<'a> Systems<'a> {
    pub(super) fn new(systems: &'a [SystemFacts]) -> Self {
        Self(systems.iter().map(|system| (system.item.as_str(), system)).collect())
    }

    /// The system that a finding is in, or else the nearest that leads to it: a run counts for that one alone.
    pub(super) fn of(&self, finding: &Finding) -> Option<&'a SystemFacts> {
        let callers = finding.calls.iter().rev().map(|call| &call.item);
        std::iter::once(&finding.item).chain(callers).find_map(|item| self.0.get(item.as_str()).copied())
    }
}

/// Whether a system is said to ask the heap for memory in steady frames; guesses do not count.
pub(super) fn asks_the_heap(system: &SystemFacts) -> bool {
    system.heap > Some(Confidence::Low)
}
