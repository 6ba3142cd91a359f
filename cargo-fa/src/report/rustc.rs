//! One diagnostic per line, as `rustc --error-format=json` writes them.
//!
//! rust-analyzer shows these in every editor, and rustfix applies their suggestions.

use serde::Serialize;

use super::Style;
use super::findings::{Compiled, Report, Reported};
use super::terminal::{Pointer, render_one};
use crate::model::codes::Level;
use crate::model::finding::{Applicability, Finding, Place};
use crate::model::source::SourceMap;

#[derive(Serialize)]
struct Diagnostic<'a> {
    #[serde(rename = "$message_type", skip_serializing_if = "Option::is_none")]
    message_type: Option<&'static str>,
    message: &'a str,
    code: Option<DiagnosticCode>,
    level: &'static str,
    spans: Vec<Span<'a>>,
    children: Vec<Diagnostic<'a>>,
    rendered: Option<String>,
}

#[derive(Serialize)]
struct Message<'a> {
    reason: &'static str,
    #[serde(flatten)]
    compiled: &'a Compiled,
    #[serde(rename = "message")]
    diagnostic: Diagnostic<'a>,
}

#[derive(Serialize)]
struct DiagnosticCode {
    code: String,
    explanation: Option<String>,
}

#[derive(Serialize)]
struct Span<'a> {
    file_name: &'a str,
    byte_start: u32,
    byte_end: u32,
    line_start: u32,
    line_end: u32,
    column_start: u32,
    column_end: u32,
    is_primary: bool,
    text: Vec<Line<'a>>,
    label: Option<&'a str>,
    suggested_replacement: Option<&'a str>,
    suggestion_applicability: Option<Applicability>,
    expansion: Option<()>,
}

#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    highlight_start: u32,
    highlight_end: u32,
}

pub(super) fn render(report: &Report) -> String {
    let mut text = String::new();
    for reported in &report.findings {
        text.push_str(&serde_json::to_string(&diagnostic(reported, &report.sources)).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// The same diagnostics in messages as cargo writes them, so that an editor shows them together with rustc's.
///
/// The code of a lint tool begins with its name: rust-analyzer shows that as the source of the diagnostic.
pub(super) fn render_messages(report: &Report) -> String {
    let mut text = String::new();
    for reported in &report.findings {
        let mut diagnostic = diagnostic(reported, &report.sources);
        if let Some(code) = &mut diagnostic.code {
            code.code = format!("cargo-fa::{}", code.code);
        }
        // What is in no package, such as `.fa.toml`, goes with the first.
        let compiled = report.compiled.get(&reported.finding.primary.file).or_else(|| report.compiled.values().next());
        let line = match compiled {
            Some(compiled) => serde_json::to_string(&Message { reason: "compiler-message", compiled, diagnostic }),
            None => serde_json::to_string(&diagnostic),
        };
        text.push_str(&line.unwrap_or_default());
        text.push('\n');
    }
    text
}

fn diagnostic<'a>(reported: &'a Reported, sources: &'a SourceMap) -> Diagnostic<'a> {
    let finding = &reported.finding;
    let mut spans = vec![span(&finding.primary, sources)];
    spans[0].label =
        finding.labels.iter().find(|label| label.place == finding.primary).map(|label| label.text.as_str());
    for label in finding.labels.iter().filter(|label| label.place != finding.primary) {
        let label = Span { label: Some(&label.text), is_primary: false, ..span(&label.place, sources) };
        spans.push(label);
    }
    Diagnostic {
        message_type: Some("diagnostic"),
        message: &finding.message,
        code: Some(DiagnosticCode {
            code: finding.code.number.to_owned(),
            explanation: Some(crate::explain::text(finding.code)),
        }),
        level: match reported.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            _ => "help",
        },
        spans,
        children: children(finding, sources),
        rendered: Some(render_one(reported, sources, Style::Plain, Pointer::Shown) + "\n\n"),
    }
}

fn children<'a>(finding: &'a Finding, sources: &'a SourceMap) -> Vec<Diagnostic<'a>> {
    let child = |level: &'static str, message: &'a str, spans: Vec<Span<'a>>| Diagnostic {
        message_type: None,
        message,
        code: None,
        level,
        spans,
        children: Vec::new(),
        rendered: None,
    };
    let notes = finding.notes.iter().map(|note| {
        let spans = note.place.iter().map(|place| span(place, sources)).collect();
        child("note", &note.text, spans)
    });
    let help = finding.help.iter().map(|help| child("help", help, Vec::new()));
    let fix = finding.fix.iter().map(|fix| {
        let edits = fix.edits.iter().map(|edit| Span {
            suggested_replacement: Some(&edit.replacement),
            suggestion_applicability: Some(fix.applicability),
            ..span(&edit.place, sources)
        });
        child("help", &fix.title, edits.collect())
    });
    notes.chain(help).chain(fix).collect()
}

/// A primary span without a label.
fn span<'a>(place: &'a Place, sources: &'a SourceMap) -> Span<'a> {
    let source = sources.source(&place.file);
    let (start, end) = sources.positions(place);
    let text = (start.line..=end.line)
        .map(|number| {
            let text = source.line(number);
            let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            Line {
                text,
                highlight_start: if number == start.line { start.column } else { 1 },
                highlight_end: if number == end.line { end.column } else { length.saturating_add(1) },
            }
        })
        .collect();
    Span {
        file_name: sources.shown(&place.file),
        byte_start: place.start,
        byte_end: place.end,
        line_start: start.line,
        line_end: end.line,
        column_start: start.column,
        column_end: end.column,
        is_primary: true,
        text,
        label: None,
        suggested_replacement: None,
        suggestion_applicability: None,
        expansion: None,
    }
}
