//! Just enough of Rust's lexical structure to tell comments from strings and to see where statements end.
//!
//! syn drops comments, and a file with a syntax error should keep its suppressions; so this looks at the text itself.
//! Every text has a reading: what is left open at the end of the file is closed by it.

/// A piece of source text that is not white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lexeme<'s> {
    pub(super) kind: Kind,
    pub(super) text: &'s str,
    pub(super) start: usize,
}

impl Lexeme<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_comment(&self) -> bool {
        matches!(self.kind, Kind::Comment | Kind::OuterDoc | Kind::InnerDoc)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `// …` or `/* … */`.
    Comment,
    /// `/// …` or `/** … */`.
    OuterDoc,
    /// `//! …` or `/*! … */`.
    InnerDoc,
    /// A string, byte string, C string or character, raw or not.
    Literal,
    /// An identifier, keyword, number or lifetime.
    Word,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// Any other single character.
    Mark,
}

/// The lexemes of `text`.
pub(super) fn lex(text: &str) -> Lexer<'_> {
    Lexer { text, at: 0 }
}

pub(super) struct Lexer<'s> {
    text: &'s str,
    at: usize,
}

impl<'s> Iterator for Lexer<'s> {
    type Item = Lexeme<'s>;

    fn next(&mut self) -> Option<Lexeme<'s>> {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        let (kind, length) = match first {
            '/' if rest.starts_with("//") => (line_comment(rest), rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (block_comment(rest), block_end(rest)),
            '"' => (Kind::Literal, quoted_end(rest, 1, '"')),
            '\'' => quote(rest),
            '(' | '[' | '{' => (Kind::Open, 1),
            ')' | ']' | '}' => (Kind::Close, 1),
            _ if is_word(first) => word(rest),
            _ => (Kind::Mark, first.len_utf8()),
        };
        self.at = start + length;
        Some(Lexeme { kind, text: &rest[..length], start })
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn line_comment(rest: &str) -> Kind {
    if rest.starts_with("//!") {
        Kind::InnerDoc
    } else if rest.starts_with("///") && !rest.starts_with("////") {
        Kind::OuterDoc
    } else {
        Kind::Comment
    }
}

fn block_comment(rest: &str) -> Kind {
    if rest.starts_with("/*!") {
        Kind::InnerDoc
    } else if rest.starts_with("/**") && !rest.starts_with("/***") && !rest.starts_with("/**/") {
        Kind::OuterDoc
    } else {
        Kind::Comment
    }
}

fn block_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// The end of a literal whose opening quote ends at `from`.
fn quoted_end(rest: &str, from: usize, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest[from..].char_indices() {
        if escaped {
            escaped = false;
        } else if letter == '\\' {
            escaped = true;
        } else if letter == quote {
            return from + at + 1;
        }
    }
    rest.len()
}

/// A character or a lifetime.
fn quote(rest: &str) -> (Kind, usize) {
    let mut letters = rest.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), _) => (Kind::Literal, quoted_end(rest, 1, '\'')),
        (Some(_), Some((at, '\''))) => (Kind::Literal, at + 1),
        _ => (Kind::Word, 1 + word_length(&rest[1..])),
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
}

/// A word, or the literal that it is the prefix of.
fn word(rest: &str) -> (Kind, usize) {
    let length = word_length(rest);
    let behind = &rest[length..];
    match &rest[..length] {
        "b" if behind.starts_with('\'') => (Kind::Literal, length + quoted_end(behind, 1, '\'')),
        "b" | "c" if behind.starts_with('"') => (Kind::Literal, length + quoted_end(behind, 1, '"')),
        "r" | "br" | "cr" => {
            let hashes = behind.len() - behind.trim_start_matches('#').len();
            let body = &behind[hashes..];
            if let Some(inside) = body.strip_prefix('"') {
                let close = format!("\"{}", "#".repeat(hashes));
                let end = inside.find(&close).map_or(body.len(), |at| 1 + at + close.len());
                (Kind::Literal, length + hashes + end)
            } else if hashes == 1 && body.starts_with(is_word) {
                (Kind::Word, length + 1 + word_length(body))
            } else {
                (Kind::Word, length)
            }
        }
        _ => (Kind::Word, length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<&str> {
        lex(text).filter(Lexeme::is_comment).map(|lexeme| lexeme.text).collect()
    }

    #[test]
    fn a_comment_inside_a_literal_is_none() {
        assert!(comments(r#"let a = "// no"; let b = '"'; let c = b"/* no";"#).is_empty());
        assert!(comments(r##"let a = r#"" // no "#; let r#b = br"// no"; c"// no";"##).is_empty());
        assert!(comments(r#"let a = "\" // no";"#).is_empty());
    }

    #[test]
    fn a_quote_may_be_a_lifetime_or_a_character() {
        assert_eq!(comments("fn f<'a>(x: &'a str) {} // yes"), ["// yes"]);
        assert_eq!(comments(r"let a = '\''; // yes"), ["// yes"]);
        assert_eq!(comments("let a = '/'; // yes"), ["// yes"]);
        assert_eq!(comments("'outer: loop {} // yes"), ["// yes"]);
        assert_eq!(comments("let a = 'ä'; // yes"), ["// yes"]);
    }

    #[test]
    fn block_comments_nest() {
        assert_eq!(comments("/* a /* b */ c */ x // d"), ["/* a /* b */ c */", "// d"]);
        assert_eq!(comments("/* open /* never closed */"), ["/* open /* never closed */"]);
    }

    #[test]
    fn documentation_is_told_apart() {
        let kinds: Vec<_> =
            lex("//! a\n/// b\n// c\n//// d\n/*! e */ /** f */ /**/").map(|lexeme| lexeme.kind).collect();
        assert_eq!(
            kinds,
            [
                Kind::InnerDoc,
                Kind::OuterDoc,
                Kind::Comment,
                Kind::Comment,
                Kind::InnerDoc,
                Kind::OuterDoc,
                Kind::Comment
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn every_text_has_a_reading(text in "[a-z'\"/*!#r\\\\b\\[\\](){};,\n ä😀]{0,80}") {
            let mut end = 0;
            for lexeme in lex(&text) {
                assert!(lexeme.start >= end && !lexeme.text.is_empty());
                assert!(text[end..lexeme.start].trim().is_empty());
                end = lexeme.end();
            }
            assert!(text[end..].trim().is_empty());
        }
    }
}
