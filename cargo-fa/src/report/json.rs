//! Our own document: everything that is known about every finding. Its shape is versioned and has a schema.

use serde_json::{Value, json};

use super::findings::{Report, Reported};
use crate::model::codes::{ALL, Group, Level};
use crate::model::finding::Place;
use crate::model::source::SourceMap;

/// Raised when a reader of an older document could misread a newer one; new members do not raise it.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn render(report: &Report) -> String {
    let findings: Vec<Value> = report.findings.iter().map(|reported| finding(reported, &report.sources)).collect();
    let suppressed: Vec<Value> = report
        .suppressed
        .iter()
        .map(|accepted| {
            let mut value = finding(&accepted.reported, &report.sources);
            value["suppressed_by"] = json!(accepted.by);
            value["reason"] = json!(accepted.reason);
            value
        })
        .collect();
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": "cargo-fa", "version": env!("CARGO_PKG_VERSION") },
        "findings": findings,
        "suppressed": suppressed,
        "summary": {
            "deny": report.count(Level::Deny),
            "warn": report.count(Level::Warn),
            "hint": report.count(Level::Hint),
            "suppressed": report.suppressed.len(),
            "files": report.files,
        },
    });
    format!("{document:#}\n")
}

fn finding(reported: &Reported, sources: &SourceMap) -> Value {
    let finding = &reported.finding;
    let labels: Vec<Value> = finding
        .labels
        .iter()
        .map(|label| json!({ "text": label.text, "place": place(&label.place, sources) }))
        .collect();
    let notes: Vec<Value> = finding
        .notes
        .iter()
        .map(|note| json!({ "text": note.text, "place": note.place.as_ref().map(|at| place(at, sources)) }))
        .collect();
    let fix = finding.fix.as_ref().map(|fix| {
        let edits: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| json!({ "place": place(&edit.place, sources), "replacement": edit.replacement }))
            .collect();
        json!({ "title": fix.title, "applicability": fix.applicability, "edits": edits })
    });
    json!({
        "code": finding.code.number,
        "name": finding.code.name,
        "group": finding.code.group,
        "level": reported.level,
        "confidence": finding.confidence,
        "message": finding.message,
        "place": place(&finding.primary, sources),
        "package": finding.package,
        "item": finding.item,
        "labels": labels,
        "notes": notes,
        "help": finding.help,
        "fix": fix,
        "fingerprint": reported.fingerprint,
        "measured": reported.measured,
    })
}

fn place(place: &Place, sources: &SourceMap) -> Value {
    let (start, end) = sources.positions(place);
    json!({
        "file": sources.shown(&place.file),
        "start": { "line": start.line, "column": start.column, "byte": place.start },
        "end": { "line": end.line, "column": end.column, "byte": place.end },
    })
}

/// What `--trace` adds to a finding.
fn measured_schema() -> Value {
    let count = json!({ "type": "integer", "minimum": 0 });
    let mean = json!({ "type": "number", "minimum": 0 });
    let mean_or_none = json!({ "type": ["number", "null"], "minimum": 0 });
    json!({
        "description": "what the runs of --trace say of the system that the finding is in; null without",
        "type": "object",
        "required": [
            "system", "frames", "calls", "bytes_per_frame", "share", "largest_call", "heap_calls_per_frame",
            "heap_bytes_per_frame",
        ],
        "properties": {
            "system": { "type": "string" },
            "frames": count,
            "calls": count,
            "bytes_per_frame": mean,
            "share": mean,
            "largest_call": count,
            "heap_calls_per_frame": mean_or_none,
            "heap_bytes_per_frame": mean_or_none,
        },
    })
}

/// The JSON Schema of the document.
#[must_use]
pub fn schema() -> Value {
    let codes: Vec<&str> = ALL.iter().filter(|code| code.is_analysed()).map(|code| code.number).collect();
    let names: Vec<&str> = ALL.iter().filter(|code| code.is_analysed()).map(|code| code.name).collect();
    let groups: Vec<&str> = Group::ALL.into_iter().map(Group::name).collect();
    let text = json!({ "type": "string" });
    let count = json!({ "type": "integer", "minimum": 0 });
    let nullable = |definition: &str| json!({ "anyOf": [{ "$ref": definition }, { "type": "null" }] });
    let object = |required: &[&str], properties: Value| json!({ "type": "object", "required": required, "properties": properties });
    let list = |definition: &str| json!({ "type": "array", "items": { "$ref": definition } });
    let finding = [
        ("code", json!({ "enum": codes })),
        ("name", json!({ "enum": names })),
        ("group", json!({ "enum": groups })),
        ("level", json!({ "enum": ["hint", "warn", "deny", "allow"] })),
        ("confidence", json!({ "enum": ["low", "medium", "high"] })),
        ("message", text.clone()),
        ("place", json!({ "$ref": "#/definitions/place" })),
        ("package", text.clone()),
        ("item", text.clone()),
        ("labels", list("#/definitions/label")),
        ("notes", list("#/definitions/note")),
        ("help", json!({ "type": ["string", "null"] })),
        ("fix", nullable("#/definitions/fix")),
        ("fingerprint", json!({ "type": "string", "pattern": "^[0-9a-f]{16}$" })),
        ("measured", nullable("#/definitions/measured")),
    ];
    let required: Vec<&str> = finding.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> =
        finding.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let suppressed = json!({
        "allOf": [
            { "$ref": "#/definitions/finding" },
            object(&["suppressed_by", "reason"], json!({
                "suppressed_by": { "enum": ["source", "baseline"] },
                "reason": { "type": ["string", "null"] },
            })),
        ],
    });
    let position = json!({ "line": count, "column": count, "byte": count });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cargo fa --format json",
        "type": "object",
        "required": ["schema_version", "tool", "findings", "suppressed", "summary"],
        "properties": {
            "schema_version": { "const": SCHEMA_VERSION },
            "tool": object(&["name", "version"], json!({ "name": { "const": "cargo-fa" }, "version": text })),
            "findings": list("#/definitions/finding"),
            "suppressed": { "type": "array", "items": suppressed },
            "summary": object(&["deny", "warn", "hint", "suppressed", "files"], json!({
                "deny": count, "warn": count, "hint": count, "suppressed": count, "files": count,
            })),
        },
        "definitions": {
            "position": object(&["line", "column", "byte"], position),
            "place": object(&["file", "start", "end"], json!({
                "file": { "description": "from the workspace root, with /", "type": "string" },
                "start": { "$ref": "#/definitions/position" },
                "end": { "$ref": "#/definitions/position" },
            })),
            "label": object(&["text", "place"], json!({ "text": text, "place": { "$ref": "#/definitions/place" } })),
            "note": object(&["text", "place"], json!({ "text": text, "place": nullable("#/definitions/place") })),
            "edit": object(&["place", "replacement"], json!({
                "place": { "$ref": "#/definitions/place" }, "replacement": text,
            })),
            "fix": object(&["title", "applicability", "edits"], json!({
                "title": text,
                "applicability": { "enum": ["MachineApplicable", "MaybeIncorrect", "HasPlaceholders"] },
                "edits": list("#/definitions/edit"),
            })),
            "measured": measured_schema(),
            "finding": { "type": "object", "required": required, "properties": properties },
        },
    })
}
