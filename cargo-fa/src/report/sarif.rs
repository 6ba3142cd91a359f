//! SARIF 2.1.0, with what code scanning asks for beyond the schema: full descriptions, help, relative paths and
//! fingerprints.

use serde_json::{Value, json};

use super::findings::{AcceptedBy, Report, Reported};
use crate::model::codes::{ALL, Code, Level};
use crate::model::finding::{Confidence, Finding, Place};
use crate::model::source::SourceMap;
use crate::model::uri::{directory, uri};

pub(super) fn render(report: &Report) -> String {
    // Every rule the tool has is listed, so that an index means the same in every run.
    let rules: Vec<&'static Code> = ALL.iter().copied().filter(|code| code.is_analysed()).collect();
    let shown = report.findings.iter().map(|reported| result(reported, &rules, &report.sources));
    let accepted = report.suppressed.iter().map(|accepted| {
        let mut value = result(&accepted.reported, &rules, &report.sources);
        let kind = match accepted.by {
            AcceptedBy::Source => "inSource",
            AcceptedBy::Baseline => "external",
        };
        let mut suppression = json!({ "kind": kind, "status": "accepted" });
        if let Some(reason) = &accepted.reason {
            suppression["justification"] = json!(reason);
        }
        value["suppressions"] = json!([suppression]);
        value
    });
    let results: Vec<Value> = shown.chain(accepted).collect();
    let unread: Vec<Value> = report
        .findings
        .iter()
        .filter(|reported| *reported.finding.code == crate::model::codes::FA900)
        .map(|reported| {
            json!({
                "level": "warning",
                "message": { "text": capital(&reported.finding.message) },
                "locations": [location(&reported.finding.primary, &report.sources)],
            })
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(&rules) },
            "automationDetails": { "id": "cargo-fa/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "SRCROOT": {
                    "uri": directory(report.sources.base()),
                    "description": { "text": "The directory that paths start from." },
                },
            },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": unread }],
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn driver(rules: &[&'static Code]) -> Value {
    let mut driver = json!({
        "name": "cargo-fa",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules.iter().map(|code| rule(code)).collect::<Vec<_>>(),
    });
    if !env!("CARGO_PKG_REPOSITORY").is_empty() {
        driver["informationUri"] = json!(env!("CARGO_PKG_REPOSITORY"));
    }
    driver
}

fn rule(code: &'static Code) -> Value {
    let pascal: String = code.name.split('-').map(capital).collect();
    let help = crate::explain::text(code);
    json!({
        "id": code.number,
        "name": pascal,
        "shortDescription": { "text": format!("{}.", capital(code.summary)) },
        "fullDescription": { "text": crate::explain::lead(code) },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": severity(code.level), "enabled": code.level != Level::Allow },
        "properties": { "tags": ["framealloc", code.group.name()], "problem.severity": problem(code.level) },
    })
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        _ => "note",
    }
}

fn problem(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        _ => "recommendation",
    }
}

fn result(reported: &Reported, rules: &[&'static Code], sources: &SourceMap) -> Value {
    let finding = &reported.finding;
    let mut value = json!({
        "ruleId": finding.code.number,
        "ruleIndex": rules.iter().position(|code| *code == finding.code),
        "level": severity(reported.level),
        "kind": "fail",
        "message": { "text": message(finding) },
        "locations": [location_in(finding, sources)],
        "partialFingerprints": { "faFingerprint/v1": reported.fingerprint },
        "rank": match finding.confidence {
            Confidence::High => 90.0,
            Confidence::Medium => 50.0,
            Confidence::Low => 10.0,
        },
        "properties": { "confidence": finding.confidence, "headline": finding.message },
    });
    let related = finding.labels.iter().map(|label| (&label.place, &label.text));
    let placed = finding.notes.iter().filter_map(|note| note.place.as_ref().map(|place| (place, &note.text)));
    let related: Vec<Value> = related
        .chain(placed)
        .enumerate()
        .map(|(id, (place, text))| {
            let mut location = location(place, sources);
            location["id"] = json!(id);
            location["message"] = json!({ "text": capital(text) });
            location
        })
        .collect();
    if !related.is_empty() {
        value["relatedLocations"] = json!(related);
    }
    if let Some(fix) = &finding.fix {
        let changes: Vec<Value> = fix
            .edits
            .chunk_by(|a, b| a.place.file == b.place.file)
            .map(|edits| {
                let replacements = edits.iter().map(|edit| {
                    json!({
                        "deletedRegion": region(&edit.place, sources),
                        "insertedContent": { "text": edit.replacement },
                    })
                });
                json!({
                    "artifactLocation": artifact(&edits[0].place, sources),
                    "replacements": replacements.collect::<Vec<_>>(),
                })
            })
            .collect();
        value["fixes"] = json!([{ "description": { "text": capital(&fix.title) }, "artifactChanges": changes }]);
    }
    value
}

/// The message, the notes without a place and the advice, as sentences.
fn message(finding: &Finding) -> String {
    let notes = finding.notes.iter().filter(|note| note.place.is_none()).map(|note| note.text.as_str());
    let parts = std::iter::once(finding.message.as_str()).chain(notes).chain(finding.help.as_deref());
    let sentences: Vec<String> = parts
        .map(|part| {
            let sentence = capital(part);
            if sentence.ends_with(['.', '!', '?', ':']) { sentence } else { sentence + "." }
        })
        .collect();
    sentences.join(" ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn location(place: &Place, sources: &SourceMap) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(place, sources), "region": region(place, sources) } })
}

fn location_in(finding: &Finding, sources: &SourceMap) -> Value {
    let mut location = location(&finding.primary, sources);
    if !finding.item.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": finding.item }]);
    }
    location
}

fn artifact(place: &Place, sources: &SourceMap) -> Value {
    json!({ "uri": uri(sources.shown(&place.file)), "uriBaseId": "SRCROOT" })
}

fn region(place: &Place, sources: &SourceMap) -> Value {
    let (start, end) = sources.positions(place);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}
