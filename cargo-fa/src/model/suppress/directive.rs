//! `// fa: allow(FA602, reason = "…")` and what it covers.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::extent::extent;
use super::lexer::{Kind, Lexeme, lex};
use crate::model::codes::Selector;
use crate::model::source::Source;
use framealloc_syntax::closest;

/// A comment that suppresses findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// `allow` or `expect`.
    pub kind: DirectiveKind,
    /// What it suppresses, with the bytes of each word.
    pub codes: Vec<(Selector, Range<u32>)>,
    /// Words that mean nothing, with what to say about them.
    pub mistakes: Vec<(Range<u32>, String)>,
    /// Why the findings are accepted.
    pub reason: Option<String>,
    /// The bytes of the comment.
    pub comment: Range<u32>,
    /// The bytes that it covers.
    pub covers: Range<u32>,
    /// Whether `covers` is a line, the next item, or the file.
    pub scope: DirectiveScope,
}

/// What happens when a directive suppresses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectiveKind {
    /// FA901, a warning.
    Allow,
    /// FA901, with the words that the expectation failed.
    Expect,
}

/// How far a directive reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DirectiveScope {
    /// The line that it stands behind.
    Line,
    /// The item, statement, arm or field that follows it.
    Next,
    /// The whole file: `//! fa: …`.
    File,
}

impl Directive {
    /// Whether it covers something at `range`.
    #[must_use]
    pub fn covers(&self, range: &Range<u32>) -> bool {
        match self.scope {
            DirectiveScope::File => true,
            DirectiveScope::Next => self.covers.contains(&range.start),
            DirectiveScope::Line => range.start < self.covers.end && range.end.max(range.start + 1) > self.covers.start,
        }
    }
}

/// A comment that may be a directive, and what it would cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Comment {
    at: Range<u32>,
    covers: Range<u32>,
    scope: DirectiveScope,
}

/// The directives of a source text, in the order of their places.
#[must_use]
pub fn scan(text: &str) -> Vec<Directive> {
    read(text, &comments(text))
}

/// The comments of a source text that may be directives: finding what they cover takes a look at all of it, and they are
/// few.
pub(crate) fn comments(text: &str) -> Vec<Comment> {
    if memchr::memmem::find(text.as_bytes(), b"fa:").is_none() {
        return Vec::new();
    }
    let lexemes: Vec<Lexeme<'_>> = lex(text.trim_start_matches('\u{feff}')).collect();
    // Offsets are those of the file, the mark included.
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let code: Vec<Lexeme<'_>> = lexemes.iter().copied().filter(|lexeme| !lexeme.is_comment()).collect();
    let source = Source::new(text);
    let mut found = Vec::new();
    for (index, lexeme) in lexemes.iter().enumerate() {
        if !matches!(lexeme.kind, Kind::Comment | Kind::InnerDoc) || !lexeme.text.contains("fa:") {
            continue;
        }
        let start = mark + lexeme.start;
        let line = source.position(offset(start)).line;
        let line_start = source.line_start(line);
        let (scope, covers) = if lexeme.kind == Kind::InnerDoc {
            (DirectiveScope::File, 0..offset(text.len()))
        } else if lexemes[..index].last().is_some_and(|before| offset(mark + before.end()) > line_start) {
            (DirectiveScope::Line, line_start..source.line_start(line + 1))
        } else {
            let behind = code.partition_point(|other| other.start < lexeme.start);
            let covered = extent(&code[behind..]);
            (DirectiveScope::Next, offset(mark + covered.start)..offset(mark + covered.end))
        };
        found.push(Comment { at: offset(start)..offset(start + lexeme.text.len()), covers, scope });
    }
    found
}

/// The directives among these comments of a source text.
pub(crate) fn read(text: &str, comments: &[Comment]) -> Vec<Directive> {
    let directives = comments.iter().filter_map(|comment| {
        let start = comment.at.start as usize;
        let directive = parse(text.get(start..comment.at.end as usize)?, start)?;
        Some(Directive { scope: comment.scope, covers: comment.covers.clone(), ..directive })
    });
    directives.collect()
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Reads a comment that starts with `fa:`; `None` if it does not, or goes on in a way that is no directive.
fn parse(comment: &str, start: usize) -> Option<Directive> {
    let body = comment.trim_start_matches(['/', '!', '*']);
    let body = comment[comment.len() - body.len()..].trim_start();
    let rest = body.strip_prefix("fa:")?;
    let at = |part: &str| start + (part.as_ptr() as usize - comment.as_ptr() as usize);
    let span = |part: &str| offset(at(part))..offset(at(part) + part.len());
    let rest = rest.trim_start();
    let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    let (word, rest) = rest.split_at(length);
    let arguments = rest.trim_start().strip_prefix('(')?;
    let mut directive = Directive {
        kind: if word == "expect" { DirectiveKind::Expect } else { DirectiveKind::Allow },
        codes: Vec::new(),
        mistakes: Vec::new(),
        reason: None,
        comment: offset(start)..offset(start + comment.trim_end().len()),
        covers: 0..0,
        scope: DirectiveScope::Next,
    };
    if !matches!(word, "allow" | "expect") {
        // A comment may begin with `fa:` in other programs; only what was meant for us is a mistake.
        let nearest = closest(word, ["allow", "expect"])?;
        directive.mistakes.push((span(word), format!("unknown directive `{word}`; did you mean `{nearest}`?")));
        return Some(directive);
    }
    let Some(arguments) = closed(arguments) else {
        let message = format!("`{word}(` is not closed in this comment");
        directive.mistakes.push((span(word), message));
        return Some(directive);
    };
    for argument in arguments {
        let argument = argument.trim();
        if let Some(value) =
            argument.strip_prefix("reason").map(str::trim_start).and_then(|rest| rest.strip_prefix('='))
        {
            let text = value.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            match text {
                Some(text) => directive.reason = Some(text.replace("\\\"", "\"").replace("\\\\", "\\")),
                None => directive.mistakes.push((span(argument), "expected `reason = \"…\"`".to_owned())),
            }
        } else if !argument.is_empty() {
            match Selector::parse(argument) {
                Ok(selector) => directive.codes.push((selector, span(argument))),
                Err(error) => directive.mistakes.push((span(argument), error.to_string())),
            }
        }
    }
    if directive.codes.is_empty() && directive.mistakes.is_empty() {
        directive.mistakes.push((span(word), format!("`{word}` names no code")));
    }
    Some(directive)
}

/// The arguments up to the closing bracket, split at commas that are outside strings; `None` if it does not close.
fn closed(text: &str) -> Option<Vec<&str>> {
    let mut arguments = Vec::new();
    let (mut from, mut quoted, mut escaped) = (0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' | ')' if !quoted => {
                arguments.push(&text[from..at]);
                from = at + 1;
                if letter == ')' {
                    return Some(arguments);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Directive {
        let mut directives = scan(text);
        assert_eq!(directives.len(), 1, "{directives:?}");
        directives.remove(0)
    }

    fn covered(text: &str) -> &str {
        let covers = one(text).covers;
        &text[covers.start as usize..covers.end as usize]
    }

    #[test]
    fn a_directive_has_codes_and_a_reason() {
        let directive = one("// fa: allow(FA602, frame-escape, reason = \"a, b) \\\"c\\\"\")\nf();");
        let codes: Vec<_> = directive.codes.iter().flat_map(|(code, _)| code.codes()).map(|code| code.number).collect();
        assert_eq!(codes, ["FA602", "FA601"]);
        assert_eq!(directive.reason.as_deref(), Some("a, b) \"c\""));
        assert_eq!(directive.kind, DirectiveKind::Allow);
        assert_eq!(one("/* fa: expect(FA6) */ f();").kind, DirectiveKind::Expect);
    }

    #[test]
    fn its_reach_is_the_line_the_next_thing_or_the_file() {
        assert_eq!(covered("f();\ng(); // fa: allow(FA602)\nh();"), "g(); // fa: allow(FA602)\n");
        assert_eq!(covered("f();\n// fa: allow(FA602)\n// more\n#[a] fn g() {\n}\nh();"), "#[a] fn g() {\n}");
        let text = "//! fa: allow(FA602)\nf();";
        assert_eq!(covered(text), text);
        assert_eq!(covered("\u{feff}// fa: allow(FA602)\nf();"), "f();");
        assert_eq!(covered("f();\r\n// fa: allow(FA602)\r\ng();\r\n"), "g();");
    }

    #[test]
    fn a_directive_in_a_string_or_in_documentation_is_none() {
        assert!(scan("let a = \"// fa: allow(FA602)\";").is_empty());
        assert!(scan("let a = r#\"\n// fa: allow(FA602)\n\"#;").is_empty());
        assert!(scan("/// fa: allow(FA602)\nfn f() {}").is_empty());
        assert!(scan("//! // fa: allow(FA602)").is_empty());
    }

    #[test]
    fn mistakes_have_a_place_and_a_suggestion() {
        let text = "// fa: allow(FA6O2)\nf();";
        let directive = one(text);
        let (range, message) = &directive.mistakes[0];
        assert_eq!(&text[range.start as usize..range.end as usize], "FA6O2");
        assert!(message.contains("did you mean `FA602`"), "{message}");
        assert!(one("// fa: alow(FA602)").mistakes[0].1.contains("did you mean `allow`"));
        assert!(one("// fa: allow()").mistakes[0].1.contains("names no code"));
        assert!(one("// fa: allow(FA602").mistakes[0].1.contains("not closed"));
        assert!(one("// fa: allow(FA602, reason = none)").mistakes[0].1.contains("reason"));
    }

    #[test]
    fn other_peoples_comments_are_left_alone() {
        assert!(scan("// fa: Persian (Iran)\n// fa: see below\n// sofa: allow(FA602)").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn scanning_never_panics(text in "(// fa: |allow|expect|\\(|\\)|FA602|,|reason = |\"|\n|//! |fn f|\\{|\\}|;|ä|\u{feff}){0,24}") {
            for directive in scan(&text) {
                let covers = directive.covers;
                assert!(covers.start <= covers.end);
                assert!(text.get(covers.start as usize..covers.end as usize).is_some());
            }
        }
    }
}
