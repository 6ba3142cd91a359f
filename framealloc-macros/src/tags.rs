//! `check-tags`: tag strings compared with the tags that the workspace declares in `.fa.toml`.
//!
//! Without the feature nothing is read, so that a build depends on its sources alone. A `.fa.toml` that is made after a crate
//! was built is not noticed until that crate is built again: the compiler tracks only files that were there.

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
    // Cargo sets the variable; without Cargo there is no workspace to search.
    let Some(package) = std::env::var_os("CARGO_MANIFEST_DIR") else { return TokenStream::new() };
    let Some(declared) = checked::Declared::find(package.as_ref()) else { return TokenStream::new() };
    problems.extend(declared.problem_with(name, *span));
    declared.tracked()
}

#[cfg(feature = "check-tags")]
mod checked {
    use std::fs;
    use std::path::{Path, PathBuf};

    use framealloc_syntax::{Problem, TagTables, find_fa_toml};
    use proc_macro2::{Span, TokenStream};
    use quote::quote_spanned;

    /// Names in a help beyond this many are left out.
    const LISTED: usize = 8;

    pub(super) struct Declared {
        file: PathBuf,
        /// The way from the package to the file, as the compiler may write it on any machine.
        relative: String,
    }

    impl Declared {
        pub(super) fn find(package: &Path) -> Option<Self> {
            let file = find_fa_toml(package)?;
            let up = package.ancestors().position(|folder| Some(folder) == file.parent())?;
            Some(Self { file, relative: format!("{}/.fa.toml", "/..".repeat(up)) })
        }

        pub(super) fn problem_with(&self, name: &str, span: Span) -> Option<Problem> {
            let shown = self.file.display();
            let text = match fs::read_to_string(&self.file) {
                Ok(text) => text,
                Err(error) => return Some(Problem::new(span, format!("cannot read `{shown}`: {error}"))),
            };
            let tables = match TagTables::parse(&text) {
                Ok(tables) => tables,
                Err(errors) => {
                    let first = errors.first()?;
                    let line = text.get(..first.span.start).map_or(1, |before| before.matches('\n').count() + 1);
                    return Some(Problem::new(span, format!("`{shown}` line {line}: {first}")));
                }
            };
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

        pub(super) fn tracked(&self) -> TokenStream {
            let relative = &self.relative;
            quote_spanned!(Span::mixed_site()=>
                const _: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #relative));
            )
        }
    }
}
