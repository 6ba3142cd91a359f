//! A code quality report as GitLab reads it.

use serde_json::{Value, json};

use super::findings::Report;
use crate::model::codes::Level;

pub(super) fn render(report: &Report) -> String {
    let issues: Vec<Value> = report
        .findings
        .iter()
        .map(|reported| {
            let finding = &reported.finding;
            let (start, end) = report.sources.positions(&finding.primary);
            json!({
                // GitLab shows the description and not the name of the check.
                "description": format!("{}: {}", finding.code, finding.message),
                "check_name": finding.code.number,
                "fingerprint": reported.fingerprint,
                "severity": match reported.level {
                    Level::Deny => "critical",
                    Level::Warn => "major",
                    _ => "info",
                },
                "location": {
                    "path": report.sources.shown(&finding.primary.file),
                    "lines": { "begin": start.line, "end": end.line },
                    "positions": {
                        "begin": { "line": start.line, "column": start.column },
                        "end": { "line": end.line, "column": end.column },
                    },
                },
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(issues))
}
