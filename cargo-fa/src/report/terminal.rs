//! For people: what rustc would print, drawn by the library that rustc draws with.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Severity, Patch, Renderer, Snippet};

use super::Style;
use super::findings::{Report, Reported};
use crate::model::codes::Level;
use crate::model::finding::{Finding, Place};
use crate::model::source::{Source, SourceMap};

/// Whether a finding says where its code is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pointer {
    Shown,
    Left,
}

pub(super) fn render(report: &Report, style: Style) -> String {
    let mut text = String::new();
    let mut explained = std::collections::BTreeSet::new();
    for reported in &report.findings {
        let pointer = if explained.insert(reported.finding.code) { Pointer::Shown } else { Pointer::Left };
        text.push_str(&render_one(reported, &report.sources, style, pointer));
        text.push_str("\n\n");
    }
    text
}

/// One finding as text without a line end.
pub(super) fn render_one(reported: &Reported, sources: &SourceMap, style: Style, pointer: Pointer) -> String {
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
    if pointer == Pointer::Shown {
        let about = format!("`{}`: see `cargo fa explain {}`", finding.code.name, finding.code);
        main = main.element(Severity::NOTE.message(about));
    }
    let mut groups = vec![main];
    for note in &finding.notes {
        if let Some(place) = &note.place {
            let window = Window::around([place], sources);
            let shown = window.snippet().annotation(AnnotationKind::Primary.span(window.range(place)));
            groups.push(Severity::NOTE.secondary_title(note.text.as_str()).element(shown));
        }
    }
    if let Some(fix) = &finding.fix {
        let mut group = Group::with_title(Severity::HELP.secondary_title(fix.title.as_str()));
        for edits in fix.edits.chunk_by(|a, b| a.place.file == b.place.file) {
            let window = Window::around(edits.iter().map(|edit| &edit.place), sources);
            let patches = edits.iter().map(|edit| Patch::new(window.range(&edit.place), edit.replacement.as_str()));
            group = group.element(window.snippet().patches(patches));
        }
        groups.push(group);
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    };
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
    let labels = || finding.labels.iter().filter(|label| label.place.file == at.file && Some(&label.place) != primary);
    let window = Window::around(primary.into_iter().chain(labels().map(|label| &label.place)), sources);
    let caption = primary.map(|primary| {
        let label = finding.labels.iter().find(|label| label.place == *primary).map(|label| label.text.as_str());
        AnnotationKind::Primary.span(window.range(primary)).label(label)
    });
    let labels =
        labels().map(|label| AnnotationKind::Context.span(window.range(&label.place)).label(label.text.as_str()));
    window.snippet().annotations(caption).annotations(labels)
}

/// The lines of a file around some places: the drawing library walks all of the text that it is given, and a finding needs
/// a few lines of a file that may have thousands.
struct Window<'a> {
    file: &'a str,
    source: &'a Source,
    start: usize,
    end: usize,
    first_line: u32,
}

/// Lines of context that a patch is shown with.
const CONTEXT: u32 = 2;

impl<'a> Window<'a> {
    fn around(places: impl IntoIterator<Item = &'a Place>, sources: &'a SourceMap) -> Self {
        let mut file = "";
        let (mut first_line, mut last_line) = (u32::MAX, 1);
        for place in places {
            let (start, end) = sources.positions(place);
            file = &place.file;
            first_line = first_line.min(start.line);
            last_line = last_line.max(end.line);
        }
        let source = sources.source(file);
        let first_line = if first_line == u32::MAX { 1 } else { first_line.saturating_sub(CONTEXT).max(1) };
        let start = source.clamp(source.line_start(first_line));
        let end = source.clamp(source.line_start(last_line.saturating_add(CONTEXT + 1)));
        Self { file: sources.shown(file), source, start, end: end.max(start), first_line }
    }

    fn snippet<T: Clone>(&self) -> Snippet<'a, T> {
        let text = self.source.text().get(self.start..self.end).unwrap_or("");
        Snippet::source(text).path(self.file).line_start(self.first_line as usize)
    }

    fn range(&self, place: &Place) -> std::ops::Range<usize> {
        let within = |offset: u32| self.source.clamp(offset).clamp(self.start, self.end) - self.start;
        let start = within(place.start);
        start..within(place.end).max(start)
    }
}
