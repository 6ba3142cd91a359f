//! What a run found, as every format is given it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::measured::Measured;
use crate::model::codes::Level;
use crate::model::finding::{Finding, Place};
use crate::model::source::SourceMap;

/// What a run found, after levels, suppressions and selections.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What is reported, sorted by place, or by cost where there are figures of runs.
    pub findings: Vec<Reported>,
    /// What is not, sorted by place.
    pub suppressed: Vec<Accepted>,
    /// The files that findings quote.
    pub sources: SourceMap,
    /// How many files were analysed.
    pub files: usize,
    /// Names of the packages that were analysed, sorted.
    pub packages: Vec<String>,
    /// What cargo says of what each file is compiled into, by file.
    pub compiled: BTreeMap<Arc<str>, Arc<Compiled>>,
}

/// A package and one of its targets, as cargo describes them in its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compiled {
    /// The name that cargo gives the package.
    pub package_id: String,
    /// The path of its manifest.
    pub manifest_path: String,
    /// What cargo says of the target.
    pub target: serde_json::Value,
}

/// A finding with what the run decided about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// Its level.
    pub level: Level,
    /// Names it across edits elsewhere in its file.
    pub fingerprint: String,
    /// What runs say of the system that it is in, where `--trace` asks.
    pub measured: Option<Measured>,
}

/// A finding that is not reported because somebody accepted it.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The finding as it would have been reported.
    pub reported: Reported,
    /// Who accepted it.
    pub by: AcceptedBy,
    /// Why.
    pub reason: Option<String>,
}

/// Where a finding was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AcceptedBy {
    /// A comment in the source.
    Source,
    /// The baseline.
    Baseline,
}

impl Report {
    /// How many findings have a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|reported| reported.level == level).count()
    }

    /// Reads the files that the findings name.
    pub fn load_sources(&mut self) {
        let findings = self.findings.iter().chain(self.suppressed.iter().map(|accepted| &accepted.reported));
        for place in findings.flat_map(|reported| places(&reported.finding)) {
            self.sources.load(&place.file);
        }
    }
}

/// Every place that a finding names.
pub fn places(finding: &Finding) -> impl Iterator<Item = &Place> {
    let labels = finding.labels.iter().map(|label| &label.place);
    let notes = finding.notes.iter().filter_map(|note| note.place.as_ref());
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.place);
    std::iter::once(&finding.primary).chain(labels).chain(notes).chain(edits)
}

/// `1 file`, `2 files`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
