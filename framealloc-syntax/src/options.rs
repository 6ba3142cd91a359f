//! Reading a list of options, `key = value` or bare, without stopping at the first mistake.

use darling::ast::NestedMeta;
use darling::error::Accumulator;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Ident, Lit, Meta};

use crate::problem::Problem;
use crate::suggest::closest;

/// A value and the token that gave it.
#[derive(Clone, Debug)]
pub struct Given<T> {
    /// What was understood.
    pub value: T,
    /// Where the user wrote it.
    pub span: Span,
}

/// What was understood of an attribute, and every mistake in it.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// The options that were understood; a mistaken one is absent.
    pub value: T,
    /// All mistakes, in the order of the source.
    pub problems: Vec<Problem>,
}

impl<T> Parsed<T> {
    pub(crate) fn new(value: T, errors: Accumulator) -> Self {
        Self { value, problems: errors.into_inner().into_iter().flat_map(Problem::from_darling).collect() }
    }
}

/// The arguments of an attribute, read in the same way by the macros and by the analyser.
///
/// ```
/// use framealloc_syntax::{AttributeArgs as _, FrameSystemArgs};
///
/// let parsed = FrameSystemArgs::parse("no_heap, budget = \"64KiB\"".parse().unwrap());
/// assert!(parsed.value.no_heap && parsed.problems.is_empty());
/// ```
pub trait AttributeArgs: Read {
    /// Reads the tokens between the parentheses of the attribute.
    #[must_use]
    fn parse(tokens: TokenStream) -> Parsed<Self> {
        let mut errors = darling::Error::accumulator();
        let args = Self::read(tokens, Span::call_site(), &mut errors);
        Parsed::new(args, errors)
    }

    /// Reads the attribute in any of its forms.
    #[must_use]
    fn from_meta(meta: &Meta) -> Parsed<Self> {
        let mut errors = darling::Error::accumulator();
        let tokens = Self::GRAMMAR.tokens_of(meta, &mut errors);
        let args = Self::read(tokens, meta.path().span(), &mut errors);
        Parsed::new(args, errors)
    }
}

impl<T: Read> AttributeArgs for T {}

/// What differs from attribute to attribute. Public in name only: nobody outside can reach it.
pub trait Read: Sized {
    /// The options.
    const GRAMMAR: Grammar;

    /// Understands the tokens of the attribute that stands at `attribute`.
    fn read(tokens: TokenStream, attribute: Span, errors: &mut Accumulator) -> Self;
}

/// What an attribute is called and which options it takes, in alphabetical order.
#[derive(Debug)]
pub struct Grammar {
    pub(crate) attribute: &'static str,
    pub(crate) keys: &'static [&'static str],
}

impl Grammar {
    /// Reads the tokens between the attribute's parentheses. Every known key is handed to `option` once, with its
    /// value if it has one; an argument that is
    /// not of the form of an option is handed to `positional`.
    pub(crate) fn read(
        &self,
        tokens: TokenStream,
        errors: &mut Accumulator,
        mut positional: impl FnMut(NestedMeta) -> darling::Result<()>,
        mut option: impl FnMut(&str, &Ident, Option<Expr>) -> darling::Result<()>,
    ) {
        let mut seen: Vec<String> = Vec::new();
        for item in split(tokens, errors) {
            let (path, value) = match item {
                NestedMeta::Meta(Meta::NameValue(pair)) => (pair.path, Some(pair.value)),
                NestedMeta::Meta(Meta::Path(path)) if self.is_key(&path) => (path, None),
                NestedMeta::Meta(Meta::List(list)) => {
                    errors.push(self.misplaced_list(&list));
                    continue;
                }
                NestedMeta::NameValueInvalidExpr(pair) => {
                    errors.push(incomplete(&pair.to_token_stream(), pair.error.span(), &pair.error.to_string()));
                    continue;
                }
                other => {
                    errors.handle(positional(other));
                    continue;
                }
            };
            let Some(key) = path.get_ident() else {
                let expected = self.expected();
                let message = format!("expected an option of `#[{}]`", self.attribute);
                errors.push(Problem::new(path.span(), message).with_help(expected).into());
                continue;
            };
            let name = key.unraw().to_string();
            if !self.keys.contains(&name.as_str()) {
                errors.push(self.unknown(key).into());
            } else if seen.contains(&name) {
                errors.push(Problem::new(key.span(), format!("option `{name}` is given twice")).into());
            } else {
                errors.handle(option(&name, key, value));
                seen.push(name);
            }
        }
    }

    /// The problem with an argument that is not an option, for attributes that take only options.
    pub(crate) fn not_an_option(&self, item: &NestedMeta) -> darling::Error {
        if let NestedMeta::Meta(Meta::Path(path)) = item
            && let Some(key) = path.get_ident()
        {
            return self.unknown(key).into();
        }
        let message = format!("expected an option of `#[{}]`", self.attribute);
        Problem::new(item.span(), message).with_help(self.expected()).into()
    }

    fn is_key(&self, path: &syn::Path) -> bool {
        path.get_ident().is_some_and(|key| self.keys.contains(&key.unraw().to_string().as_str()))
    }

    fn unknown(&self, key: &Ident) -> Problem {
        let message = format!("unknown `#[{}]` option `{key}`", self.attribute);
        Problem::new(key.span(), message).with_help(match closest(&key.to_string(), self.keys.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => self.expected(),
        })
    }

    fn misplaced_list(&self, list: &syn::MetaList) -> darling::Error {
        match list.path.get_ident() {
            Some(key) if self.is_key(&list.path) => {
                Problem::new(key.span(), format!("write `{key} = …`: options take no parentheses")).into()
            }
            Some(key) => self.unknown(key).into(),
            None => self.not_an_option(&NestedMeta::Meta(Meta::List(list.clone()))),
        }
    }

    fn expected(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
        format!("expected one of {}", keys.join(", "))
    }

    /// The tokens to read of an attribute in any of its forms: `#[a]`, `#[a(..)]`; `#[a = ..]` is a mistake.
    pub(crate) fn tokens_of(&self, meta: &Meta, errors: &mut Accumulator) -> TokenStream {
        match meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(pair) => {
                let message = format!("`#[{}]` takes its options in parentheses", self.attribute);
                errors.push(Problem::new(pair.eq_token.span, message).into());
                TokenStream::new()
            }
        }
    }
}

/// The arguments one by one. A mistake in one does not hide the others: what does not parse as a whole is cut at its commas.
fn split(tokens: TokenStream, errors: &mut Accumulator) -> Vec<NestedMeta> {
    if let Ok(items) = NestedMeta::parse_meta_list(tokens.clone()) {
        return items;
    }
    let mut pieces: Vec<(TokenStream, Option<Span>)> = vec![(TokenStream::new(), None)];
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                pieces.last_mut().expect("one piece to begin with").1 = Some(comma.span());
                pieces.push((TokenStream::new(), None));
            }
            _ => pieces.last_mut().expect("one piece to begin with").0.extend([token]),
        }
    }
    let mut items = Vec::new();
    for (piece, comma) in pieces {
        match (piece.is_empty(), comma) {
            (true, Some(comma)) => errors.push(Problem::new(comma, "expected an option before this comma").into()),
            (true, None) => {}
            (false, _) => match NestedMeta::parse_meta_list(piece.clone()) {
                Ok(parsed) => items.extend(parsed),
                Err(error) => errors.push(incomplete(&piece, error.span(), &error.to_string())),
            },
        }
    }
    items
}

/// syn reports an input that ends too early at the whole attribute; the last token there is, is where the user types.
fn incomplete(piece: &TokenStream, at: Span, text: &str) -> darling::Error {
    let last = piece.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let (span, message) = match text.strip_prefix("unexpected end of input, ") {
        Some(expected) => (last, format!("{expected} after this")),
        None => (at, text.to_owned()),
    };
    Problem::new(span, message).into()
}

/// The expression without the invisible groups that `macro_rules!` puts around its fragments.
pub(crate) fn ungrouped(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => ungrouped(&group.expr),
        other => other,
    }
}

/// The literal that `value` is, if it is one.
pub(crate) fn literal(value: &Expr) -> Option<&Lit> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}

/// Reads an option that is a switch: present or absent, or `= true`, `= false`.
pub(crate) fn switch(key: &Ident, value: Option<&Expr>) -> darling::Result<bool> {
    match value {
        None => Ok(true),
        Some(value) => match literal(value) {
            Some(Lit::Bool(flag)) => Ok(flag.value),
            _ => Err(Problem::new(value.span(), format!("`{key}` is a switch: write `{key}` alone")).into()),
        },
    }
}

/// The expression that `key` needs; `example` says what for.
pub(crate) fn required(key: &Ident, value: Option<Expr>, example: &str) -> darling::Result<Expr> {
    match value {
        Some(value) => Ok(value),
        None => Err(Problem::new(key.span(), format!("`{key}` needs a value"))
            .with_help(format!("`{key} = {example}`"))
            .into()),
    }
}

/// Reads an option that takes a name in quotes.
pub(crate) fn text(key: &str, value: &Expr) -> darling::Result<Given<String>> {
    match literal(value) {
        Some(Lit::Str(text)) if !text.value().trim().is_empty() => Ok(Given { value: text.value(), span: text.span() }),
        _ => Err(Problem::new(value.span(), format!("`{key}` takes a name in quotes")).into()),
    }
}

/// Reads an option that takes a path.
pub(crate) fn path(key: &str, value: &Expr, example: &str) -> darling::Result<syn::Path> {
    match ungrouped(value) {
        Expr::Path(path)
            if path.qself.is_none() && path.path.segments.iter().all(|segment| segment.arguments.is_none()) =>
        {
            Ok(path.path.clone())
        }
        _ => Err(Problem::new(value.span(), format!("`{key}` takes a path, for example `{key} = {example}`")).into()),
    }
}
