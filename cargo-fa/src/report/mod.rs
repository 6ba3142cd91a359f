//! What is shown of an analysis, and the formats to show it in.
//!
//! Every format is a function from a [`Report`] to text: none of them reads files, asks for the time or depends on the
//! order in which findings arrived.

pub mod changes;
mod checkstyle;
mod compact;
mod findings;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod measured;
mod rustc;
mod sarif;
mod terminal;

pub use findings::{Accepted, AcceptedBy, Compiled, Report, Reported, counted, places};
pub use fingerprint::fingerprints;
pub use json::schema as json_schema;
pub use measured::Measured;

/// A form of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For people, with source excerpts, as rustc prints it.
    #[value(alias = "human")]
    Terminal,
    /// One document with everything (`cargo fa schema report`).
    Json,
    /// One rustc diagnostic per line, for rustfix.
    RustcJson,
    /// One message of cargo per line, for editors.
    CargoJson,
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

/// How the terminal format looks; no other format has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With the escape sequences of terminals.
    Colored,
}

/// Writes the report in a format.
#[must_use]
pub fn render(report: &Report, format: Format, style: Style) -> String {
    match format {
        Format::Terminal => terminal::render(report, style),
        Format::Json => json::render(report),
        Format::RustcJson => rustc::render(report),
        Format::CargoJson => rustc::render_messages(report),
        Format::Sarif => sarif::render(report),
        Format::Junit => junit::render(report),
        Format::Checkstyle => checkstyle::render(report),
        Format::Github => github::render(report),
        Format::Gitlab => gitlab::render(report),
        Format::Compact => compact::render(report),
    }
}
