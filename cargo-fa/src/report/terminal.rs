//! For people: what rustc would print, drawn by the library that rustc draws with.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Severity, Patch, Renderer, Snippet};

use super::{Report, Reported};
use crate::codes::Level;
use crate::finding::{Finding, Place};
use crate::source::SourceMap;

pub(super) fn render(report: &Report, styled: bool) -> String {
    let mut text = String::new();
    let mut explained = std::collections::BTreeSet::new();
    for reported in &report.findings {
        let first = explained.insert(reported.finding.code);
        text.push_str(&render_one(reported, &report.sources, styled, first));
        text.push_str("\n\n");
    }
    text
}

/// One finding as text without a line end; `advertise` says where the code is explained.
#[must_use]
pub fn render_one(reported: &Reported, sources: &SourceMap, styled: bool, advertise: bool) -> String {
    let finding = &reported.finding;
    let severity = match reported.level {
        Level::Deny => Severity::ERROR,
        Level::Warn => Severity::WARNING,
        Level::Hint => Severity::INFO.with_name("hint"),
        _ => Severity::INFO.with_name("allowed"),
    };
    let mut main = severity.primary_title(finding.message.as_str()).id(finding.code.number).element(excerpt(
        finding,
        &finding.primary,
        sources,
    ));
    for place in other_files(finding) {
        main = main.element(excerpt(finding, place, sources));
    }
    for note in finding.notes.iter().filter(|note| note.place.is_none()) {
        main = main.element(Severity::NOTE.message(note.text.as_str()));
    }
    if let Some(help) = &finding.help {
        main = main.element(Severity::HELP.message(help.as_str()));
    }
    if advertise {
        let about = format!("`{}`: see `cargo fa explain {}`", finding.code.name, finding.code);
        main = main.element(Severity::NOTE.message(about));
    }
    let mut groups = vec![main];
    for note in &finding.notes {
        if let Some(place) = &note.place {
            let span = range(place, sources);
            let shown = snippet(place, sources).annotation(AnnotationKind::Primary.span(span));
            groups.push(Severity::NOTE.secondary_title(note.text.as_str()).element(shown));
        }
    }
    if let Some(fix) = &finding.fix {
        let mut group = Group::with_title(Severity::HELP.secondary_title(fix.title.as_str()));
        for edits in fix.edits.chunk_by(|a, b| a.place.file == b.place.file) {
            let patches = edits.iter().map(|edit| Patch::new(range(&edit.place, sources), edit.replacement.as_str()));
            let source = sources.source(&edits[0].place.file).text();
            group = group.element(Snippet::source(source).path(&*edits[0].place.file).patches(patches));
        }
        groups.push(group);
    }
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&groups)
}

/// The places of labels in files other than the finding's own, one per file.
fn other_files(finding: &Finding) -> Vec<&Place> {
    let mut places: Vec<&Place> = Vec::new();
    for label in &finding.labels {
        let file = &label.place.file;
        if *file != finding.primary.file && places.iter().all(|place| place.file != *file) {
            places.push(&label.place);
        }
    }
    places
}

/// The part of one file that a finding is about: its underline if it is there, and the labels that are.
fn excerpt<'a>(finding: &'a Finding, at: &'a Place, sources: &'a SourceMap) -> Snippet<'a, Annotation<'a>> {
    let primary = (at.file == finding.primary.file).then_some(&finding.primary);
    let caption = primary.map(|primary| {
        let label = finding.labels.iter().find(|label| label.place == *primary).map(|label| label.text.as_str());
        AnnotationKind::Primary.span(range(primary, sources)).label(label)
    });
    let labels = finding.labels.iter().filter(|label| label.place.file == at.file && Some(&label.place) != primary);
    let labels =
        labels.map(|label| AnnotationKind::Context.span(range(&label.place, sources)).label(label.text.as_str()));
    snippet(at, sources).annotations(caption).annotations(labels)
}

fn snippet<'a>(place: &'a Place, sources: &'a SourceMap) -> Snippet<'a, Annotation<'a>> {
    Snippet::source(sources.source(&place.file).text()).path(&*place.file)
}

fn range(place: &Place, sources: &SourceMap) -> std::ops::Range<usize> {
    let source = sources.source(&place.file);
    let start = source.clamp(place.start);
    start..source.clamp(place.end).max(start)
}
