//! A look at the bytes before the parser: it refuses what would overflow the stack, and blanks comments.
//!
//! The lexer turns every line of documentation into an attribute with an escaped string in it, which takes as long as
//! parsing the code. Nothing here reads documentation, so that it never gets to see it. Nor does it see what is inside of
//! `#[cfg(test)] mod tests { … }` in a run that reads no tests, a fifth of most libraries: that is as little part of the
//! program then as a file in `tests/`. What `macro_rules!` defines is read by [`super::macros`], not by the parser. And of a library that cannot
//! name frame memory it sees what is outside of functions first, and a whole file only if code with frames calls a
//! function in it.

use super::outline::Outline;

/// How deep brackets may nest.
const BRACKETS: u32 = 600;
/// How long a chain of operators, dots, prefixes or `else if` may grow.
const CHAIN: u32 = 6_000;

/// What the parser gets to see of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prepared {
    /// Every byte of code is in the line and the column where it was.
    pub(super) text: String,
    /// Where the opening braces of functions are in the file that hold no items, in the order of the text.
    pub(super) bodies: Vec<usize>,
}

/// What is left out besides comments and what is in `macro_rules!`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Without {
    /// What is in modules of tests.
    pub(super) tests: bool,
    /// What is in functions that hold no items.
    pub(super) bodies: bool,
}

/// The text without what is not read; or the offset where it nests too deeply.
pub(super) fn prepare(text: &str, without: Without) -> Result<Prepared, usize> {
    let mut cuts = Cuts::default();
    let bodies = check(text.as_bytes(), without, &mut cuts)?;
    // Comments and braces start and end at ASCII, so that no character is cut; if it were, the text would be taken as it is.
    let text = cuts.apply(text).unwrap_or_else(|| text.to_owned());
    Ok(Prepared { text, bodies })
}

/// What is left out, in the order of the text, none inside of another.
#[derive(Debug, Default)]
struct Cuts(Vec<(usize, usize)>);

impl Cuts {
    /// Leaves out what ends here, with all that was left out in it.
    fn cut(&mut self, from: usize, to: usize) {
        while self.0.last().is_some_and(|(start, _)| *start >= from) {
            self.0.pop();
        }
        self.0.push((from, to));
    }

    /// Ends of lines stay, and blanks before code that follows in the same line: the lexer counts nothing else.
    fn apply(&self, text: &str) -> Option<String> {
        let mut left = String::with_capacity(text.len() - self.0.iter().map(|(from, to)| to - from).sum::<usize>() / 2);
        let mut at = 0;
        for (from, to) in &self.0 {
            left.push_str(text.get(at..*from)?);
            let cut = text.get(*from..*to)?;
            let lines = memchr::memchr_iter(b'\n', cut.as_bytes()).count();
            left.extend(std::iter::repeat_n('\n', lines));
            if !matches!(text.as_bytes().get(*to), None | Some(b'\n')) {
                let line = cut.rfind('\n').map_or(0, |end| end + 1);
                left.extend(std::iter::repeat_n(' ', cut.len() - line));
            }
            at = *to;
        }
        left.push_str(text.get(at..)?);
        Some(left)
    }
}

/// The opening braces of functions that hold no items, or the offset where the text nests too deeply.
#[expect(
    clippy::too_many_lines,
    reason = "one arm for each kind of byte; the loop over every byte of every file keeps its state in registers"
)]
fn check(bytes: &[u8], without: Without, cuts: &mut Cuts) -> Result<Vec<usize>, usize> {
    let mut outline = Outline::default();
    // Where the last `#[cfg(test)]` ended, and the braces whose inside is not read: how deep they are and where it starts.
    let mut marked = None;
    let mut unread: Option<(u32, usize)> = None;
    let mut depth = 0_u32;
    // One chain per depth: brackets open a new one.
    let mut chains: Vec<u32> = vec![0];
    let mut total = 0_u32;
    // Generic arguments that are open, as far as bytes can tell them from comparisons.
    let mut angles = 0_u32;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'#' if without.tests && bytes[at..].starts_with(TESTS) => marked = Some(at + TESTS.len()),
            b'(' | b'[' | b'{' => {
                if byte == b'{' {
                    let tests = marked.take().is_some_and(|from| is_module(&bytes[from..at]));
                    if unread.is_none() && (tests || is_macro(&bytes[..at])) {
                        unread = Some((depth, at + 1));
                    }
                }
                outline.open(byte, at, depth);
                depth += 1;
                chains.push(0);
                if depth > BRACKETS {
                    return Err(at);
                }
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if let Some(open) = outline.close(byte, depth)
                    && without.bodies
                {
                    cuts.cut(open + 1, at);
                }
                if let Some((outside, from)) = unread
                    && byte == b'}'
                    && depth <= outside
                {
                    cuts.cut(from, at);
                    unread = None;
                }
                if chains.len() > 1 {
                    total -= chains.pop().unwrap_or(0);
                }
                if byte == b'}' && !continues(&bytes[at + 1..]) {
                    total -= std::mem::take(chains.last_mut().unwrap_or(&mut 0));
                }
            }
            b';' => {
                outline.semicolon(depth);
                angles = 0;
                marked = None;
                total -= std::mem::take(chains.last_mut().unwrap_or(&mut 0));
            }
            b'"' => at = string_end(bytes, at),
            b'\'' => at = quote_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end = at + memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
                cuts.cut(at, end);
                at = end;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = comment_end(bytes, at);
                // One that never ends is for the parser to refuse.
                if end < bytes.len() {
                    cuts.cut(at, end + 1);
                }
                at = end;
            }
            b'<' if preceded_by_word(bytes, at) || bytes[..at].ends_with(b"::") => {
                outline.open_angle(depth);
                angles += 1;
                if angles > BRACKETS {
                    return Err(at);
                }
            }
            b'>' if at > 0 && !matches!(bytes[at - 1], b'-' | b'=') => {
                outline.close_angle(depth);
                angles = angles.saturating_sub(1);
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'!' | b'<' | b'=' | b'.' | b'?' => {
                if byte == b'<' {
                    outline.open_angle(depth);
                }
                grow(&mut chains, &mut total, at)?;
            }
            b'a'..=b'z' if !preceded_by_word(bytes, at) => {
                // Prefix keywords nest as well: `return return …`, `else if`, `as u8 as u8`.
                let len = bytes[at..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
                let word = &bytes[at..at + len];
                outline.word(bytes, at, word, depth);
                if matches!(word, b"else" | b"return" | b"break" | b"as" | b"move" | b"if" | b"match" | b"for") {
                    grow(&mut chains, &mut total, at)?;
                }
                at += len;
                if matches!(word, b"r" | b"br" | b"cr") {
                    at = raw_string_end(bytes, at - 1).map_or(at, |end| end + 1);
                }
                continue;
            }
            // A comma ends an operand; what generic arguments nest is counted in `angles`.
            b',' => total -= std::mem::take(chains.last_mut().unwrap_or(&mut 0)),
            _ => {}
        }
        at += 1;
    }
    Ok(outline.bodies)
}

const TESTS: &[u8] = b"#[cfg(test)]";

/// Whether this, before a brace, ends with `macro_rules! name`.
fn is_macro(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let name = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    name > 0 && before[..before.len() - name].trim_ascii_end().ends_with(b"macro_rules!")
}

/// Whether this, before a brace, is other attributes and `mod name`.
fn is_module(before: &[u8]) -> bool {
    let Ok(mut rest) = std::str::from_utf8(before) else { return false };
    rest = rest.trim();
    while let Some(attribute) = rest.strip_prefix("#[") {
        let Some((_, behind)) = attribute.split_once(']') else { return false };
        rest = behind.trim_start();
    }
    let Some((_, name)) = rest.rsplit_once(char::is_whitespace) else { return false };
    let visibility = rest[..rest.len() - name.len()].trim_end().strip_suffix("mod").map(str::trim_end);
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && visibility.is_some_and(|word| matches!(word, "" | "pub" | "pub(crate)" | "pub(super)"))
}

fn grow(chains: &mut [u32], total: &mut u32, at: usize) -> Result<(), usize> {
    if let Some(chain) = chains.last_mut() {
        *chain += 1;
        *total += 1;
    }
    if *total > CHAIN { Err(at) } else { Ok(()) }
}

/// Whether the expression before a closing brace goes on behind it.
fn continues(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    matches!(rest.first(), Some(b'.' | b'?' | b')' | b']' | b'+' | b'-' | b'*' | b'&' | b'|' | b'<' | b'='))
        || rest.starts_with(b"else")
}

pub(super) fn preceded_by_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

/// Where the code goes on behind a text, a character, a lifetime's quote or a comment that starts here.
pub(super) fn skipped(bytes: &[u8], at: usize) -> Option<usize> {
    let end = match bytes[at] {
        b'"' => string_end(bytes, at),
        b'\'' => quote_end(bytes, at),
        b'/' if bytes.get(at + 1) == Some(&b'/') => {
            return Some(at + memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at));
        }
        b'/' if bytes.get(at + 1) == Some(&b'*') => comment_end(bytes, at),
        b'r' if !preceded_by_word(bytes, at) || matches!(bytes[at - 1], b'b' | b'c') => raw_string_end(bytes, at)?,
        _ => return None,
    };
    Some(end + 1)
}

/// The offset of the closing quote.
fn string_end(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The offset of the quote that ends a character, or of the one that starts a lifetime.
fn quote_end(bytes: &[u8], open: usize) -> usize {
    if bytes.get(open + 1) == Some(&b'\\') {
        return memchr::memchr(b'\'', bytes.get(open + 3..).unwrap_or_default()).map_or(open, |found| open + 3 + found);
    }
    // A character is at most four bytes wide; a lifetime has no closing quote that near.
    let near = &bytes[open + 1..bytes.len().min(open + 6)];
    match near.iter().position(|byte| *byte == b'\'') {
        Some(found) if std::str::from_utf8(&near[..found]).is_ok_and(|text| text.chars().count() == 1) => {
            open + 1 + found
        }
        _ => open,
    }
}

fn comment_end(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_u32;
    let mut at = open;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') => {
                depth += 1;
                at += 1;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The offset of the last byte of a raw string that starts at `open`.
fn raw_string_end(bytes: &[u8], open: usize) -> Option<usize> {
    let hashes = bytes[open + 1..].iter().take_while(|byte| **byte == b'#').count();
    if bytes.get(open + 1 + hashes) != Some(&b'"') {
        return None;
    }
    let mut at = open + 2 + hashes;
    loop {
        let found = at + memchr::memchr(b'"', bytes.get(at..)?)?;
        let closing = &bytes[found + 1..];
        if closing.len() >= hashes && closing[..hashes].iter().all(|byte| *byte == b'#') {
            return Some(found + hashes);
        }
        at = found + 1;
    }
}
