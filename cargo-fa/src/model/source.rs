//! Sources of the files that are reported, and positions in them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::finding::Place;
use crate::model::paths::{normalise, relative_to};

/// The text of one file and where its lines start.
#[derive(Clone, Debug, Default)]
pub struct Source {
    text: String,
    lines: Vec<u32>,
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

impl Source {
    /// The lines of `text`, which end with LF or CRLF.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let lines = std::iter::once(0).chain(ends.filter_map(|at| u32::try_from(at + 1).ok())).collect();
        Self { text, lines }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The nearest offset at or before `offset` that lies in the text, between two characters.
    #[must_use]
    pub fn clamp(&self, offset: u32) -> usize {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// The line and column of a byte offset; an offset behind the end is the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.clamp(offset);
        let line = self.lines.partition_point(|&start| start as usize <= offset).max(1);
        let start = self.lines.get(line - 1).map_or(0, |&start| start as usize);
        let before = self.text.get(start..offset).unwrap_or("");
        let column = before.trim_start_matches(BYTE_ORDER_MARK).chars().count() + 1;
        Position { line: saturate(line), column: saturate(column) }
    }

    /// The text of a line, from 1, without its end.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let index = line.saturating_sub(1) as usize;
        let Some(&start) = self.lines.get(index) else { return "" };
        let end = self.lines.get(index + 1).map_or(self.text.len(), |&next| next as usize);
        let text = self.text.get(start as usize..end).unwrap_or("");
        text.trim_end_matches(['\n', '\r']).trim_start_matches(BYTE_ORDER_MARK)
    }

    /// The offset of the first byte of a line, from 1.
    #[must_use]
    pub fn line_start(&self, line: u32) -> u32 {
        self.lines.get(line.saturating_sub(1) as usize).copied().unwrap_or_else(|| saturate(self.text.len()))
    }

    /// How many lines there are; a text that ends with a line end has no empty line behind it.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        let last_is_empty = self.lines.last().is_some_and(|&start| start as usize == self.text.len());
        saturate(self.lines.len() - usize::from(last_is_empty))
    }

    /// The bytes of a place; empty if it lies outside the text.
    #[must_use]
    pub fn slice(&self, place: &Place) -> &str {
        let start = self.clamp(place.start);
        self.text.get(start..self.clamp(place.end).max(start)).unwrap_or("")
    }
}

/// The text that bytes are. What is no UTF-8 is replaced; to look for that takes longer than to see that there is none.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The files that reports quote, read once each.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    root: PathBuf,
    files: BTreeMap<Arc<str>, Source>,
    nothing: Source,
    /// Where the paths of a report start from, if not at the root, and what the files are called from there.
    base: Option<PathBuf>,
    shown: BTreeMap<Arc<str>, String>,
}

impl SourceMap {
    /// A map of files below `root` that has read none yet.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), nothing: Source::new(""), ..Self::default() }
    }

    /// Reads a file unless it was read before. A file that cannot be read is empty: its findings keep line 1.
    pub fn load(&mut self, file: &Arc<str>) {
        if !self.files.contains_key(file) {
            let bytes = std::fs::read(self.root.join(&**file)).unwrap_or_default();
            self.files.insert(file.clone(), Source::new(text_of(&bytes)));
        }
    }

    /// Adds a file whose text is known.
    pub fn insert(&mut self, file: impl Into<Arc<str>>, text: impl Into<String>) {
        self.files.insert(file.into(), Source::new(text));
    }

    /// A file that was loaded; an empty one otherwise.
    #[must_use]
    pub fn source(&self, file: &str) -> &Source {
        self.files.get(file).unwrap_or(&self.nothing)
    }

    /// The first and the last position of a place.
    #[must_use]
    pub fn positions(&self, place: &Place) -> (Position, Position) {
        let source = self.source(&place.file);
        (source.position(place.start), source.position(place.end.max(place.start)))
    }

    /// Lets paths of reports start at `base`; at the root where that is `None`.
    pub fn show_from(&mut self, base: Option<&Path>) {
        self.base = base.filter(|base| *base != self.root).map(Path::to_owned);
        self.shown.clear();
        if let Some(base) = &self.base {
            let name = |file: &str| {
                let way = relative_to(base, &normalise(&self.root.join(file)));
                way.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
            };
            self.shown = self.files.keys().map(|file| (file.clone(), name(file))).collect();
        }
    }

    /// What a file is called in a report.
    #[must_use]
    pub fn shown<'s>(&'s self, file: &'s str) -> &'s str {
        self.shown.get(file).map_or(file, String::as_str)
    }

    /// The directory that paths of a report start from.
    #[must_use]
    pub fn base(&self) -> &Path {
        self.base.as_deref().unwrap_or(&self.root)
    }

    /// The directory that files are named from.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let position = Source::new(text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_characters_from_one() {
        assert_eq!(at("abc\ndef", 0), (1, 1));
        assert_eq!(at("abc\ndef", 3), (1, 4));
        assert_eq!(at("abc\ndef", 4), (2, 1));
        assert_eq!(at("äöü x", 6), (1, 4));
        assert_eq!(at("a😀b", 5), (1, 3));
    }

    #[test]
    fn carriage_returns_marks_and_wild_offsets_do_no_harm() {
        assert_eq!(at("ab\r\ncd", 4), (2, 1));
        assert_eq!(at("\u{feff}ab", 3), (1, 1));
        assert_eq!(at("ab", 99), (1, 3));
        assert_eq!(at("ä", 1), (1, 1));
        assert_eq!(at("", 7), (1, 1));
    }

    #[test]
    fn lines_have_no_ends() {
        let source = Source::new("\u{feff}one\r\ntwo\nthree");
        assert_eq!([source.line(1), source.line(2), source.line(3), source.line(4)], ["one", "two", "three", ""]);
        assert_eq!(source.line_count(), 3);
        assert_eq!(Source::new("one\n").line_count(), 1);
        assert_eq!(Source::new("").line_count(), 0);
    }
}
