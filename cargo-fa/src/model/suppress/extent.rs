//! Where the item, statement, arm or field that follows a comment ends.

use std::ops::Range;

use super::lexer::{Kind, Lexeme};

/// Words that start what may hold commas outside brackets: `impl<A, B>`, `where A: X, B: Y`.
const HOLDS_COMMAS: [&str; 17] = [
    "let", "fn", "impl", "struct", "enum", "trait", "mod", "const", "static", "unsafe", "async", "extern", "type",
    "use", "union", "for", "while",
];

/// The bytes of what starts at the first of `code`, which holds no comments; empty if nothing follows.
pub(super) fn extent(code: &[Lexeme<'_>]) -> Range<usize> {
    let Some(first) = code.first() else { return 0..0 };
    let mut at = skip_attributes(code);
    let keyword = leading_word(&code[at..]);
    let (is_let, holds_commas) = (keyword == "let", HOLDS_COMMAS.contains(&keyword));
    let (mut depth, mut angles, mut end) = (0_usize, 0_usize, first.end());
    while let Some(lexeme) = code.get(at) {
        let next = code.get(at + 1);
        match (lexeme.kind, lexeme.text) {
            (Kind::Open, _) => depth += 1,
            (Kind::Close, _) if depth == 0 => return first.start..end,
            (Kind::Close, close) => {
                depth -= 1;
                if depth == 0 && close == "}" && !is_let && !continues(next) {
                    return first.start..lexeme.end();
                }
            }
            (Kind::Mark, ";") if depth == 0 => return first.start..lexeme.end(),
            (Kind::Mark, ",") if depth == 0 && angles == 0 && !holds_commas => return first.start..lexeme.end(),
            (Kind::Mark, "<") if depth == 0 && at > 0 && code[at - 1].text == ":" => angles += 1,
            (Kind::Mark, ">") if depth == 0 => angles = angles.saturating_sub(1),
            _ => {}
        }
        end = lexeme.end();
        at += 1;
    }
    first.start..end
}

/// The index behind leading `#[…]` and `#![…]`.
fn skip_attributes(code: &[Lexeme<'_>]) -> usize {
    let mut at = 0;
    while code.get(at).is_some_and(|lexeme| lexeme.text == "#") {
        let mut inside = at + 1;
        if code.get(inside).is_some_and(|lexeme| lexeme.text == "!") {
            inside += 1;
        }
        if code.get(inside).is_none_or(|lexeme| lexeme.text != "[") {
            return at;
        }
        let mut depth = 0_usize;
        while let Some(lexeme) = code.get(inside) {
            match lexeme.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            inside += 1;
            if depth == 0 {
                break;
            }
        }
        at = inside;
    }
    at
}

/// The first word that is not part of `pub` or `pub(in path)`.
fn leading_word<'s>(code: &[Lexeme<'s>]) -> &'s str {
    let mut words = code.iter().map(|lexeme| lexeme.text);
    match words.next() {
        Some("pub") => {}
        word => return word.unwrap_or(""),
    }
    match words.next() {
        Some("(") => words.find(|text| *text == ")").and_then(|_| words.next()).unwrap_or(""),
        word => word.unwrap_or(""),
    }
}

/// Whether what stands behind a closing brace belongs to what the brace closes.
fn continues(next: Option<&Lexeme<'_>>) -> bool {
    next.is_some_and(|next| matches!(next.text, "else" | "." | "?" | ";" | "," | "=" | "as" | "+" | "-" | "|" | "/"))
}

#[cfg(test)]
mod tests {
    use super::super::lexer::lex;
    use super::extent;

    fn covered(text: &str) -> &str {
        let lexemes: Vec<_> = lex(text).filter(|lexeme| !lexeme.is_comment()).collect();
        &text[extent(&lexemes)]
    }

    #[test]
    fn an_item_ends_with_its_body() {
        assert!(covered("#[a(b)] pub fn f<A, B>(x: A) where A: X, B: Y { g() } fn h() {}").ends_with("{ g() }"));
        assert_eq!(covered("struct A { x: u32, y: u32 } struct B;"), "struct A { x: u32, y: u32 }");
        assert_eq!(covered("pub(crate) struct A(u32, u32); x"), "pub(crate) struct A(u32, u32);");
        assert_eq!(covered("impl<A, B> T for U<A, B> { fn f() {} } x"), "impl<A, B> T for U<A, B> { fn f() {} }");
    }

    #[test]
    fn a_statement_ends_with_its_semicolon() {
        assert_eq!(covered("let x = if a { b } else { c }; y();"), "let x = if a { b } else { c };");
        assert_eq!(covered("let Some(x) = f() else { return }; y();"), "let Some(x) = f() else { return };");
        assert_eq!(covered("if a { b } else { c } y();"), "if a { b } else { c }");
        assert_eq!(covered("f(a, b); g();"), "f(a, b);");
        assert_eq!(covered("f::<A, B>(x); g();"), "f::<A, B>(x);");
        assert_eq!(covered("match x { a => {} }.foo(); g()"), "match x { a => {} }.foo();");
        assert_eq!(covered("for x in y { z() } g()"), "for x in y { z() }");
    }

    #[test]
    fn arms_fields_and_last_expressions_end_too() {
        assert_eq!(covered("Some(x) => f(x), None => g() }"), "Some(x) => f(x),");
        assert_eq!(covered("A { x } => { f(x) } B => g() }"), "A { x } => { f(x) }");
        assert_eq!(covered("f(x) }"), "f(x)");
        assert_eq!(covered("x: a(), y: b() }"), "x: a(),");
        assert_eq!(covered("// only a comment"), "");
        assert_eq!(covered("}"), "}");
    }
}
