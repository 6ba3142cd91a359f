//! What an editor is told of a file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::documents::{Units, uri_of};
use super::session::{Found, Session};
use crate::analysis::SystemFacts;
use crate::evidence::{Runs, describe, measure, times};
use crate::model::codes::Level;
use crate::model::finding::{Applicability, Finding, Fix};
use crate::model::source::Source;
use crate::report::Reported;
use crate::trace_report::bytes;

/// Figures beside each system of a file, between two places.
pub(super) fn hints(session: &Session<'_>, units: Units, path: &Path, range: &Value) -> Vec<Value> {
    let found = &session.found;
    let Some((source, name)) = found.source(path).zip(found.named(path)) else { return Vec::new() };
    let (start, end) = (units.offset(source, &range["start"]), units.offset(source, &range["end"]));
    let here = found.systems.iter().filter(|system| *system.place.file == *name);
    here.filter(|system| system.place.end >= start && system.place.start <= end)
        .map(|system| {
            json!({
                "position": units.end_of_line(source, system.place.start),
                "label": label(system, session.runs()),
                "paddingLeft": true,
                "tooltip": { "kind": "markdown", "value": derivation(system, found, session.runs()) },
            })
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "these are figures for people")]
fn size(value: u64) -> String {
    bytes(value as f64)
}

/// `≤ 1.25 KiB of 64.0 KiB · measured 912 B, 3 calls of the heap`
fn label(system: &SystemFacts, runs: Option<&Runs>) -> String {
    let worst = &system.worst;
    let mut label = match (worst.open.is_empty(), worst.bytes) {
        (true, 0) => "no frame memory".to_owned(),
        (true, bytes) => format!("≤ {}", size(bytes)),
        (false, 0) => "no bound".to_owned(),
        (false, bytes) => format!("≥ {}, no bound", size(bytes)),
    };
    if let Some(budget) = system.budget {
        let _ = write!(label, " of {}", size(budget));
    }
    if let Some(measured) = runs.map(|runs| measure(system, runs)) {
        if measured.calls == 0 {
            label.push_str(" · never ran");
        } else {
            let _ = write!(label, " · measured {}", size(measured.largest_call));
        }
        if let Some(calls) = measured.heap_calls_per_frame.filter(|_| measured.calls > 0) {
            let _ = write!(label, ", {} of the heap", times(calls, "call"));
        }
    }
    label
}

/// How the figures of a system come about, in Markdown.
fn derivation(system: &SystemFacts, found: &Found, runs: Option<&Runs>) -> String {
    let mut text = format!("**`{}`**", system.name);
    for (name, what) in [
        ("tag", system.tag.clone().map(|tag| format!("`{tag}`"))),
        ("budget", system.budget.map(|budget| format!("{} a call", size(budget)))),
    ] {
        if let Some(what) = what {
            let _ = write!(text, " · {name} {what}");
        }
    }
    let _ = write!(text, "\n\nFrame memory of one call: ");
    let worst = &system.worst;
    let _ = match (worst.open.is_empty(), worst.bytes) {
        (true, 0) => writeln!(text, "none."),
        (true, bytes) => writeln!(text, "at most {bytes} bytes."),
        (false, 0) => writeln!(text, "without a bound."),
        (false, bytes) => writeln!(text, "at least {bytes} bytes in the worst case; what has no number comes on top."),
    };
    let place = |at: &crate::model::finding::Place| {
        let line = found.source(&found.path(&at.file)).map_or(0, |source| source.position(at.start).line);
        format!("{}:{line}", at.file)
    };
    let _ = writeln!(text);
    for (at, words, part) in &worst.parts {
        let _ = writeln!(text, "- {part} bytes: {words} ({})", place(at));
    }
    for (at, words) in &worst.open {
        let _ = writeln!(text, "- no number: {words} ({})", place(at));
    }
    if let Some(runs) = runs {
        let _ = writeln!(text, "\n{}", describe(&measure(system, runs), runs));
    }
    text
}

/// What is known of the system whose name is at a place.
pub(super) fn hover(session: &Session<'_>, units: Units, path: &Path, position: &Value) -> Option<Value> {
    let found = &session.found;
    let (source, name) = found.source(path).zip(found.named(path))?;
    let at = units.offset(source, position);
    let system = found
        .systems
        .iter()
        .find(|system| *system.place.file == *name && (system.place.start..=system.place.end).contains(&at))?;
    Some(json!({
        "contents": { "kind": "markdown", "value": derivation(system, found, session.runs()) },
        "range": units.range(source, system.place.start, system.place.end),
    }))
}

/// The fixes of findings between two places.
pub(super) fn actions(found: &Found, units: Units, path: &Path, range: &Value) -> Vec<Value> {
    let Some((source, name)) = found.source(path).zip(found.named(path)) else { return Vec::new() };
    let (start, end) = (units.offset(source, &range["start"]), units.offset(source, &range["end"]));
    let here = found.report.findings.iter().map(|reported| &reported.finding).filter(|finding| {
        *finding.primary.file == *name && finding.primary.end >= start && finding.primary.start <= end
    });
    here.filter_map(|finding| Some(action(found, units, finding, finding.fix.as_ref()?))).collect()
}

fn action(found: &Found, units: Units, finding: &Finding, fix: &Fix) -> Value {
    let mut changes = serde_json::Map::new();
    for edit in &fix.edits {
        let path = found.path(&edit.place.file);
        let nothing = Source::default();
        let source = found.source(&path).unwrap_or(&nothing);
        let range = units.range(source, edit.place.start, edit.place.end);
        let edits = changes.entry(uri_of(&path)).or_insert_with(|| json!([]));
        if let Some(edits) = edits.as_array_mut() {
            edits.push(json!({ "range": range, "newText": edit.replacement }));
        }
    }
    json!({
        "title": format!("{}: {}", finding.code.number, fix.title),
        "kind": "quickfix",
        "isPreferred": fix.applicability == Applicability::MachineApplicable,
        "edit": { "changes": changes },
    })
}

/// The findings of each file, for `textDocument/publishDiagnostics`.
pub(super) fn diagnostics(found: &Found, units: Units) -> Vec<(String, Vec<Value>)> {
    let mut of_files: Vec<(String, Vec<Value>)> = Vec::new();
    let mut findings: Vec<&Reported> = found.report.findings.iter().collect();
    findings.sort_by(|a, b| a.finding.order(&b.finding));
    for reported in findings {
        let finding = &reported.finding;
        let path = found.path(&finding.primary.file);
        let Some(source) = found.source(&path) else { continue };
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            let _ = write!(message, "\nhelp: {help}");
        }
        let diagnostic = json!({
            "range": units.range(source, finding.primary.start, finding.primary.end),
            "severity": severity(reported.level),
            "code": finding.code.number,
            "source": "cargo-fa",
            "message": message,
        });
        let uri = uri_of(&path);
        match of_files.last_mut() {
            Some((last, diagnostics)) if *last == uri => diagnostics.push(diagnostic),
            _ => of_files.push((uri, vec![diagnostic])),
        }
    }
    of_files
}

fn severity(level: Level) -> u32 {
    match level {
        Level::Deny => 1,
        Level::Warn => 2,
        _ => 4,
    }
}
