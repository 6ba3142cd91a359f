//! What is shown of an analysis, and the formats to show it in.
//!
//! Every format is a function from a [`Report`] to text: none of them reads files, asks for the time or depends on the
//! order in which findings arrived.

mod checkstyle;
mod compact;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod rustc;
mod sarif;
mod terminal;

use serde::Serialize;

use crate::model::codes::Level;
use crate::model::finding::{Finding, Place};
use crate::model::source::SourceMap;

pub use fingerprint::fingerprints;
pub use json::schema as json_schema;
pub use terminal::render_one;

/// What a run found, after levels, suppressions and selections.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What is reported, sorted by place.
    pub findings: Vec<Reported>,
    /// What is not, sorted by place.
    pub suppressed: Vec<Accepted>,
    /// The files that findings quote.
    pub sources: SourceMap,
    /// How many files were analysed.
    pub files: usize,
    /// Names of the packages that were analysed, sorted.
    pub packages: Vec<String>,
}

/// A finding with what the run decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// Its level.
    pub level: Level,
    /// Names it across edits elsewhere in its file.
    pub fingerprint: String,
}

/// A finding that is not reported because somebody accepted it.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A form of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For people, with source excerpts, as rustc prints it.
    #[value(alias = "human")]
    Terminal,
    /// One document with everything (`cargo fa schema report`).
    Json,
    /// One rustc diagnostic per line, for editors and rustfix.
    RustcJson,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, for test reporters.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// Workflow commands that annotate a pull request on GitHub.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// One line per finding.
    #[value(alias = "concise")]
    Compact,
}

/// Writes the report in a format; `styled` colours the terminal format.
#[must_use]
pub fn render(report: &Report, format: Format, styled: bool) -> String {
    match format {
        Format::Terminal => terminal::render(report, styled),
        Format::Json => json::render(report),
        Format::RustcJson => rustc::render(report),
        Format::Sarif => sarif::render(report),
        Format::Junit => junit::render(report),
        Format::Checkstyle => checkstyle::render(report),
        Format::Github => github::render(report),
        Format::Gitlab => gitlab::render(report),
        Format::Compact => compact::render(report),
    }
}

/// `1 file`, `2 files`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
