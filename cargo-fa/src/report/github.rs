//! Workflow commands: lines that the runner of GitHub Actions turns into annotations.

use std::fmt::Write;

use super::findings::Report;
use crate::model::codes::Level;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for reported in &report.findings {
        let finding = &reported.finding;
        let (start, end) = report.sources.positions(&finding.primary);
        let command = match reported.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            _ => "notice",
        };
        let mut message = finding.message.clone();
        for note in &finding.notes {
            let _ = write!(message, "\nnote: {}", note.text);
        }
        if let Some(help) = &finding.help {
            let _ = write!(message, "\nhelp: {help}");
        }
        let _ = write!(
            text,
            "::{command} file={},line={}",
            property(report.sources.shown(&finding.primary.file)),
            start.line
        );
        // Columns are refused for annotations that span lines, so a long finding is marked on its first line.
        let _ = write!(text, ",endLine={},col={}", start.line, start.column);
        if start.line == end.line {
            let _ = write!(text, ",endColumn={}", end.column);
        }
        let title = format!("{} {}", finding.code, finding.code.name);
        let _ = writeln!(text, ",title={}::{}", property(&title), data(&message));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
