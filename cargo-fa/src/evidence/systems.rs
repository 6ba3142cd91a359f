//! Which system a finding is about, as a run would attribute it.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::SystemFacts;
use crate::model::codes::{FA401, FA402};
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

    /// The paths of the systems that are said to ask the heap for memory in steady frames.
    ///
    /// What only frees (FA403), waits (FA411) or is not known (FA412) says nothing of the kind, nor does what stops growing.
    pub(super) fn using_the_heap(&self, predicted: &[Finding]) -> BTreeSet<&'a str> {
        let asks = |finding: &Finding| *finding.code == FA401 || *finding.code == FA402;
        let of_heap = |finding: &&Finding| asks(finding) && !finding.occasional && finding.confidence > Confidence::Low;
        predicted.iter().filter(of_heap).filter_map(|finding| Some(self.of(finding)?.item.as_str())).collect()
    }
}
