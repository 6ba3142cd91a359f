//! Files that `include!` puts where a value or statements stand: they have no place in the tree of modules, and are read as
//! what a macro without arguments becomes.

use std::path::Path;

use memchr::memmem;
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use rustc_hash::FxHashMap;

use super::super::hash::hash;

/// A table of numbers that is longer than this is not read: nothing in it is called.
const MOST_BYTES: u64 = 1 << 18;

/// The texts of such files, by the paths in the calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Included(FxHashMap<String, String>);

impl Included {
    /// What a file includes by paths that are written in it.
    pub(super) fn of(path: &Path, bytes: &[u8]) -> Self {
        let beside = path.parent().unwrap_or(Path::new(""));
        let named = memmem::find_iter(bytes, b"include!").filter_map(|at| {
            let rest = bytes[at + b"include!".len()..].trim_ascii_start();
            let rest = rest.strip_prefix(b"(").or_else(|| rest.strip_prefix(b"["))?.trim_ascii_start();
            let rest = rest.strip_prefix(b"\"")?;
            let name = rest.get(..memchr::memchr(b'"', rest)?)?;
            std::str::from_utf8(name).ok().filter(|name| !name.contains('\\'))
        });
        let read = |name: &str| {
            let file = beside.join(name);
            let is_short = std::fs::metadata(&file).is_ok_and(|found| found.is_file() && found.len() <= MOST_BYTES);
            std::fs::read_to_string(file).ok().filter(|_| is_short)
        };
        Self(named.filter_map(|name| Some((name.to_owned(), read(name)?))).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fingerprint(&self) -> u128 {
        self.0
            .iter()
            .map(|(name, text)| hash(name.as_bytes()).rotate_left(1) ^ hash(text.as_bytes()))
            .fold(0, |all, one| all ^ one)
    }

    pub(super) fn tokens(&self, path: &str, call: Span, left: &mut usize) -> Option<TokenStream> {
        let tokens: TokenStream = self.0.get(path)?.parse().ok()?;
        placed(tokens, call, left)
    }
}

/// The tokens, all at one place; `None` where they are too many.
fn placed(tokens: TokenStream, at: Span, left: &mut usize) -> Option<TokenStream> {
    let place = |token: TokenTree| {
        *left = left.checked_sub(1)?;
        let mut token = match token {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), placed(group.stream(), at, left)?))
            }
            token => token,
        };
        token.set_span(at);
        Some(token)
    };
    tokens.into_iter().map(place).collect()
}
