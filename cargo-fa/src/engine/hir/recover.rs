//! What can be read of a file that does not parse: items that are whole, each by itself.
//!
//! A file that is being edited mostly has one item that is not finished. Lines that begin an item at the left margin cut a
//! file into items, whatever its brackets do; the members of an `impl`, `trait` or `mod` are told by their indentation. What
//! does not parse is blanked, so that every other token stays in its line and column.

use super::lower::Lines;
use super::{Refused, ir};

/// The text without the items that do not parse, and why each does not; nothing if no item is left.
pub(super) fn without_broken(original: &str, text: &str, offset: u32) -> Option<(String, Vec<Refused>)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut kept = vec![true; lines.len()];
    let mut refused = Vec::new();
    let mut whole = 0;
    for item in items(&lines, 0..lines.len(), 0) {
        let Err(error) = parse(&lines, &kept, item.clone(), item.clone()) else {
            whole += usize::from(lines[item].iter().any(|line| !line.trim().is_empty()));
            continue;
        };
        // Of something with members only those are left out that are not whole.
        let members = members(&lines, item.clone());
        let frame = members.first().zip(members.last()).map(|(first, last)| (first.start, last.end));
        let without_members = |kept: &[bool]| {
            let mut kept = kept.to_vec();
            if let Some((start, end)) = frame {
                kept[start..end].fill(false);
            }
            kept
        };
        let bare = without_members(&kept);
        if frame.is_none() || parse(&lines, &bare, item.clone(), item.clone()).is_err() {
            kept[item].fill(false);
            refused.push(error);
            continue;
        }
        for member in members {
            let mut alone = without_members(&kept);
            alone[member.clone()].copy_from_slice(&kept[member.clone()]);
            if let Err(error) = parse(&lines, &alone, item.clone(), member.clone()) {
                kept[member].fill(false);
                refused.push(error);
            } else {
                whole += 1;
            }
        }
    }
    if whole == 0 {
        return None;
    }
    let rest: String = lines.iter().zip(&kept).map(|(line, kept)| if *kept { *line } else { end_of(line) }).collect();
    let positions = Lines::new(original, text, offset);
    let refused = refused.into_iter().map(|error: syn::Error| {
        let span = error.span();
        let at = ir::Span { lo: positions.start(span), hi: positions.end(span) };
        Refused { at, message: format!("does not parse: {error}") }
    });
    Some((rest, refused.collect()))
}

type Rows = std::ops::Range<usize>;

/// Parses lines that are kept, where they stand; an error that is nowhere is at the first line of `at`.
fn parse(lines: &[&str], kept: &[bool], rows: Rows, at: Rows) -> Result<(), syn::Error> {
    let mut text = "\n".repeat(rows.start);
    for row in rows {
        text.push_str(if kept[row] { lines[row] } else { end_of(lines[row]) });
    }
    let Err(error) = syn::parse_str::<syn::File>(&text) else { return Ok(()) };
    let start = error.span().start();
    if at.contains(&start.line.saturating_sub(1)) && (start.line, start.column) != (1, 0) {
        return Err(error);
    }
    // The end of the text: what is open is told where it begins.
    let before = "\n".repeat(at.start);
    let first = lines[at.start];
    let indent = first.len() - first.trim_start().len();
    let marked = format!("{before}{}x y", " ".repeat(indent));
    let place =
        syn::parse_str::<syn::File>(&marked).err().map_or_else(proc_macro2::Span::call_site, |error| error.span());
    Err(syn::Error::new(place, error))
}

/// The lines of the items that begin at an indentation.
fn items(lines: &[&str], rows: Rows, indent: usize) -> Vec<Rows> {
    let mut items: Vec<Rows> = Vec::new();
    let mut start = rows.start;
    let mut attributes = true;
    for row in rows.clone() {
        let line = lines[row];
        let begins = line.len() - line.trim_start().len() == indent
            && line.trim_start().starts_with(|first: char| first.is_alphabetic() || first == '#' || first == '_')
            && !line.trim_start().starts_with("where");
        if begins {
            // Attributes belong to what follows them.
            if !attributes {
                items.push(start..row);
                start = row;
            }
            attributes = line.trim_start().starts_with('#') && line.trim_end().ends_with(']');
        } else if row == rows.start && !line.trim().is_empty() {
            attributes = false;
        }
    }
    if start < rows.end {
        items.push(start..rows.end);
    }
    items
}

/// The lines of the members of an `impl`, `trait` or `mod`, between its first line and its last brace.
fn members(lines: &[&str], item: Rows) -> Vec<Rows> {
    let Some(open) = item.clone().find(|row| lines[*row].trim_end().ends_with('{')) else { return Vec::new() };
    let Some(close) = item.clone().rev().find(|row| lines[*row].starts_with('}')) else { return Vec::new() };
    let head: String = lines[item.start..=open].concat();
    let has_members =
        head.split(|letter: char| !letter.is_alphanumeric()).any(|word| matches!(word, "impl" | "trait" | "mod"))
            && !head.contains("fn ");
    if !has_members || close <= open + 1 {
        return Vec::new();
    }
    let rows = open + 1..close;
    let indents = rows.clone().filter(|row| !lines[*row].trim().is_empty());
    let Some(indent) = indents.map(|row| lines[row].len() - lines[row].trim_start().len()).min() else {
        return Vec::new();
    };
    items(lines, rows, indent)
}

fn end_of(line: &str) -> &str {
    if line.ends_with('\n') { "\n" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(text: &str) -> Option<(Vec<String>, Vec<String>)> {
        let (rest, refused) = without_broken(text, text, 0)?;
        let file = syn::parse_file(&rest).expect("what is left parses");
        let name = |item: &syn::Item| match item {
            syn::Item::Fn(item) => vec![item.sig.ident.to_string()],
            syn::Item::Impl(item) => {
                let methods = item.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(item) => Some(item.sig.ident.to_string()),
                    _ => None,
                });
                methods.collect()
            }
            _ => Vec::new(),
        };
        let line = |refused: &Refused| text[..refused.at.lo as usize].lines().count().max(1);
        Some((file.items.iter().flat_map(name).collect(), refused.iter().map(|one| line(one).to_string()).collect()))
    }

    fn parts(names: &[&str], lines: &[&str]) -> (Vec<String>, Vec<String>) {
        let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        (own(names), own(lines))
    }

    #[test]
    fn items_that_are_whole_are_kept() {
        assert_eq!(rest("fn a() {}\nfn b( {\nfn c() {}\n"), Some(parts(&["a", "c"], &["2"])));
        assert_eq!(
            rest("fn a() {\n    let x = (1;\n}\n#[inline]\nfn b()\nwhere\n    u8: Copy,\n{\n}\n"),
            Some(parts(&["b"], &["2"]))
        );
        assert_eq!(rest("fn a() { \"open }\n"), None);
        assert_eq!(rest("fn a() {}\nfn b() {\n    if x {\n}\nfn c() {}\n"), Some(parts(&["a", "c"], &["2"])));
    }

    #[test]
    fn members_that_are_whole_are_kept() {
        let text = "struct S;\nimpl S {\n    fn a(&self) {}\n\n    #[inline]\n    fn b(&self) {\n        self.\n    }\n    fn c(&self) {}\n}\n";
        assert_eq!(rest(text), Some(parts(&["a", "c"], &["8"])));
        let text = "mod m {\n    fn a() {}\n    fn b() { ( }\n}\nfn c() {}\n";
        let (_, refused) = without_broken(text, text, 0).expect("something is left");
        assert_eq!(refused.len(), 1);
    }
}
