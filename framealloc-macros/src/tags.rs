//! `check-tags`: tag strings compared with the tags that the workspace declares in `.fa.toml`.
//!
//! Without the feature nothing is read, so that a build depends on its sources alone.

use framealloc_syntax::{Given, Problem, TagSpec};
use proc_macro2::TokenStream;

/// Checks the tag of an attribute. Returns what the expansion must hold so that a change of `.fa.toml` is noticed: a constant
/// that may stand wherever an item or a statement may.
#[cfg(not(feature = "check-tags"))]
pub(crate) fn check(_tag: Option<&Given<TagSpec>>, _problems: &mut Vec<Problem>) -> TokenStream {
    TokenStream::new()
}

#[cfg(feature = "check-tags")]
pub(crate) fn check(tag: Option<&Given<TagSpec>>, problems: &mut Vec<Problem>) -> TokenStream {
    let Some(Given { value: TagSpec::Name(name), span }) = tag else { return TokenStream::new() };
    let Some(file) = crate::fa_toml::FaToml::of_this_package() else { return TokenStream::new() };
    match file.read(*span, framealloc_syntax::TagTables::parse) {
        Ok(tables) => problems.extend(unknown(name, *span, &tables)),
        // One is enough beside the user's attribute: `cargo fa` lists them all.
        Err(errors) => problems.extend(errors.into_iter().next()),
    }
    file.tracked()
}

#[cfg(feature = "check-tags")]
fn unknown(name: &str, span: proc_macro2::Span, tables: &framealloc_syntax::TagTables) -> Option<Problem> {
    /// Names in a help beyond this many are left out.
    const LISTED: usize = 8;

    if tables.is_empty() || tables.knows(name) {
        return None;
    }
    let problem = Problem::new(span, format!("unknown tag \"{name}\""));
    if let Some(meant) = tables.suggest(name) {
        return Some(problem.with_help(format!("did you mean `{meant}`?")));
    }
    let mut names: Vec<String> = tables.iter().take(LISTED).map(|(path, _)| format!("`{path}`")).collect();
    if tables.iter().count() > LISTED {
        names.push("…".to_owned());
    }
    Some(problem.with_help(format!("`.fa.toml` declares {}", names.join(", "))))
}
