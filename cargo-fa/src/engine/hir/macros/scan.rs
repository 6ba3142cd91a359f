//! Definitions and calls of macros in the bytes of a file.

use std::ops::Range;

use memchr::memmem;

use super::super::depth;

/// A definition in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    /// What is between its brackets.
    pub(crate) rules: String,
    /// Where it ends.
    pub(crate) at: usize,
    /// The braces around it.
    pub(crate) scope: Range<usize>,
    /// `#[macro_export]`
    pub(crate) exported: bool,
    /// Macros that its rules name.
    pub(crate) calls: Vec<String>,
}

const DEFINES: &[u8] = b"macro_rules";

/// The definitions in a text, in their order; those inside of the rules of another are not among them.
pub(crate) fn definitions(bytes: &[u8]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    if memmem::find(bytes, DEFINES).is_none() {
        return found;
    }
    // Open braces, each with the definitions that stand directly in it.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => open.push((at, found.len())),
            b'}' => {
                if let Some((_, first)) = open.pop() {
                    for inside in found.iter_mut().skip(first).filter(|inside| inside.scope.end == usize::MAX) {
                        inside.scope.end = at;
                    }
                }
            }
            b'm' if bytes[at..].starts_with(DEFINES) && !depth::preceded_by_word(bytes, at) => {
                if let Some((name, rules)) = definition(bytes, at + DEFINES.len()) {
                    let end = rules.end + 1;
                    let text = |range: Range<usize>| String::from_utf8_lossy(&bytes[range]).into_owned();
                    let calls = called(&bytes[rules.clone()]).map(str::to_owned).collect();
                    let scope = open.last().map_or(0, |(from, _)| *from)..usize::MAX;
                    let exported = is_exported(&bytes[..at]);
                    found.push(Found { name: text(name), rules: text(rules), at: end, scope, exported, calls });
                    at = end;
                    continue;
                }
            }
            _ => {
                if let Some(end) = depth::skipped(bytes, at) {
                    at = end;
                    continue;
                }
            }
        }
        at += 1;
    }
    found
}

/// The name and the inside of the brackets of a definition, from behind its first word.
fn definition(bytes: &[u8], from: usize) -> Option<(Range<usize>, Range<usize>)> {
    let blank = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let mark = blank(from);
    if bytes.get(mark) != Some(&b'!') {
        return None;
    }
    let start = blank(mark + 1);
    let len = bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let bracket = blank(start + len);
    if len == 0 || !matches!(bytes.get(bracket)?, b'{' | b'(' | b'[') {
        return None;
    }
    let mut depth = 0_usize;
    let mut at = bracket;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some((start..start + len, bracket + 1..at));
                }
            }
            _ => {
                if let Some(end) = depth::skipped(bytes, at) {
                    at = end;
                    continue;
                }
            }
        }
        at += 1;
    }
    None
}

/// Whether `#[macro_export]` is among the attributes before a definition.
fn is_exported(before: &[u8]) -> bool {
    let Some(at) = memmem::rfind(before, b"macro_export") else { return false };
    // Other attributes and comments may stand in between, but no item.
    let mut lines = before[at..].split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_start);
    let first = lines.next().unwrap_or_default();
    !first.iter().any(|byte| matches!(byte, b'{' | b'}' | b';'))
        && lines.all(|line| line.is_empty() || line.starts_with(b"#") || line.starts_with(b"//"))
}

/// The names before each `!` that could be a call.
pub(super) fn called(bytes: &[u8]) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(b'!', bytes).filter_map(|at| {
        if bytes.get(at + 1) == Some(&b'=') {
            return None;
        }
        let at = bytes[..at].trim_ascii_end().len();
        let word = bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        (word > 0).then(|| std::str::from_utf8(&bytes[at - word..at]).ok()).flatten()
    })
}
