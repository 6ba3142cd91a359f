//! The texts that an editor has, and places in them as the protocol counts: lines from 0, and units of UTF-16 or UTF-8.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::model::source::Source;
use crate::model::uri;

/// What columns are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Units {
    #[default]
    Utf16,
    Utf8,
}

impl Units {
    /// What an editor and this server agree on: bytes where it can count them.
    pub(super) fn agreed(capabilities: &Value) -> Self {
        let offered = capabilities["general"]["positionEncodings"].as_array();
        let has_bytes = offered.is_some_and(|offered| offered.iter().any(|one| one == "utf-8"));
        if has_bytes { Self::Utf8 } else { Self::Utf16 }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf16 => "utf-16",
            Self::Utf8 => "utf-8",
        }
    }

    fn of(self, text: &str) -> usize {
        match self {
            Self::Utf16 => text.encode_utf16().count(),
            Self::Utf8 => text.len(),
        }
    }

    /// The place of an offset.
    pub(super) fn position(self, source: &Source, offset: u32) -> Value {
        let offset = source.clamp(offset);
        let line = source.position(u32::try_from(offset).unwrap_or(u32::MAX)).line;
        let start = source.line_start(line) as usize;
        let before = source.text().get(start..offset).unwrap_or("");
        json!({ "line": line - 1, "character": self.of(before) })
    }

    /// From a begin to an end.
    pub(super) fn range(self, source: &Source, start: u32, end: u32) -> Value {
        json!({ "start": self.position(source, start), "end": self.position(source, end) })
    }

    /// The end of the line that an offset is in.
    pub(super) fn end_of_line(self, source: &Source, offset: u32) -> Value {
        let start = source.line_start(source.position(offset).line) as usize;
        let rest = source.text().get(start..).unwrap_or("");
        let end = start + rest.find(['\r', '\n']).unwrap_or(rest.len());
        self.position(source, u32::try_from(end).unwrap_or(u32::MAX))
    }

    /// The offset of a place; one behind the end of its line is that end.
    pub(super) fn offset(self, source: &Source, position: &Value) -> u32 {
        let number = |name: &str| position[name].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
        let start = source.line_start(number("line").saturating_add(1));
        let line = source.text().get(start as usize..).unwrap_or("").split(['\n', '\r']).next().unwrap_or("");
        let mut units = number("character") as usize;
        let mut offset = start as usize;
        for letter in line.chars() {
            let width = self.of(letter.encode_utf8(&mut [0; 4]));
            if units < width {
                break;
            }
            units -= width;
            offset += letter.len_utf8();
        }
        u32::try_from(offset).unwrap_or(u32::MAX)
    }
}

/// The path that a `file:` URI names.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = &rest[rest.find('/')?..];
    let mut bytes = Vec::new();
    let mut at = path.bytes();
    while let Some(byte) = at.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [at.next()?, at.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/C:/game` on Windows.
    let is_drive = path.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    Some(PathBuf::from(if is_drive { &path[1..] } else { &path }))
}

/// The URI of a file.
pub(super) fn uri_of(path: &Path) -> String {
    uri::directory(path).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_what_was_agreed_on() {
        let source = Source::new("fn f() {}\r\n// ß𝄞x\nlast");
        for (units, character) in [(Units::Utf16, 6), (Units::Utf8, 9)] {
            let offset = u32::try_from(source.text().find('x').unwrap()).unwrap();
            let position = json!({ "line": 1, "character": character });
            assert_eq!(units.position(&source, offset), position);
            assert_eq!(units.offset(&source, &position), offset);
            assert_eq!(units.offset(&source, &json!({ "line": 1, "character": 99 })), offset + 1);
            assert_eq!(units.end_of_line(&source, 3), json!({ "line": 0, "character": 9 }));
            assert_eq!(units.offset(&source, &json!({ "line": 99, "character": 0 })) as usize, source.text().len());
        }
        assert_eq!(Units::agreed(&json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } })), Units::Utf8);
        assert_eq!(Units::agreed(&json!({})), Units::Utf16);
    }

    #[test]
    fn a_file_comes_back_from_its_uri() {
        for path in ["/games/my game/src/lib.rs", "/a%20b/ä.rs"] {
            assert_eq!(path_of(&uri_of(Path::new(path))), Some(PathBuf::from(path)));
        }
        assert_eq!(path_of("untitled:1"), None);
        assert_eq!(path_of("file:///a%2"), None);
    }
}
