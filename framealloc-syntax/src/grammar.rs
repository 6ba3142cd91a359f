//! Reading a list of options, `key = value` or bare, without stopping at the first mistake.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Expr, ExprLit, Ident, Lit, Meta};

use crate::argument::Argument;
use crate::problem::Problem;
use crate::suggest::meant;

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

/// The arguments of an attribute, read in the same way by the macros and by the analyser.
///
/// ```
/// use framealloc_syntax::{AttributeArgs as _, FrameSystemArgs};
///
/// let parsed = FrameSystemArgs::parse("no_heap, budget = \"64KiB\"".parse().unwrap());
/// assert!(parsed.value.denied.is_any() && parsed.problems.is_empty());
/// ```
pub trait AttributeArgs: Read {
    /// Reads the tokens between the parentheses of the attribute.
    #[must_use]
    fn parse(tokens: TokenStream) -> Parsed<Self> {
        let mut problems = Vec::new();
        let value = Self::read(tokens, Span::call_site(), &mut problems);
        Parsed { value, problems }
    }

    /// Reads the attribute in any of its forms.
    #[must_use]
    fn from_meta(meta: &Meta) -> Parsed<Self> {
        let mut problems = Vec::new();
        let tokens = Self::GRAMMAR.tokens_of(meta, &mut problems);
        let value = Self::read(tokens, meta.path().span(), &mut problems);
        Parsed { value, problems }
    }
}

impl<T: Read> AttributeArgs for T {}

/// What differs from attribute to attribute. Public in name only: nobody outside can reach it.
pub trait Read: Sized {
    /// The options.
    const GRAMMAR: Grammar;

    /// Understands the tokens of the attribute that stands at `attribute`.
    fn read(tokens: TokenStream, attribute: Span, problems: &mut Vec<Problem>) -> Self;
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
        problems: &mut Vec<Problem>,
        mut positional: impl FnMut(Argument) -> Result<(), Problem>,
        mut option: impl FnMut(&str, &Ident, Option<Expr>) -> Result<(), Problem>,
    ) {
        let mut seen: Vec<String> = Vec::new();
        for item in split(tokens, problems) {
            let (path, value) = match item {
                Argument::Pair(path, value) => (path, Some(value)),
                Argument::Word(path) if self.is_key(&path) => (path, None),
                list @ Argument::List(..) => {
                    problems.push(self.not_an_option(&list));
                    continue;
                }
                Argument::Broken(tokens, error) => {
                    problems.push(incomplete(&tokens, error.span(), &error.to_string()));
                    continue;
                }
                other => {
                    problems.extend(positional(other).err());
                    continue;
                }
            };
            let Some(key) = path.get_ident() else {
                let expected = self.expected();
                let message = format!("expected an option of `#[{}]`", self.attribute);
                problems.push(Problem::new(path.span(), message).with_help(expected));
                continue;
            };
            let name = key.unraw().to_string();
            if !self.keys.contains(&name.as_str()) {
                problems.push(self.unknown(key));
            } else if seen.contains(&name) {
                problems.push(Problem::new(key.span(), format!("option `{name}` is given twice")));
            } else {
                problems.extend(option(&name, key, value).err());
                seen.push(name);
            }
        }
    }

    /// The problem with an argument that is not an option, for attributes that take only options.
    pub(crate) fn not_an_option(&self, item: &Argument) -> Problem {
        if let Argument::Word(path) | Argument::List(path, _) = item {
            if let Some(key) = path.get_ident() {
                return if self.is_key(path) {
                    Problem::new(key.span(), format!("write `{key} = …`: options take no parentheses"))
                } else {
                    self.unknown(key)
                };
            }
        }
        let message = format!("expected an option of `#[{}]`", self.attribute);
        Problem::new(item.span(), message).with_help(self.expected())
    }

    fn is_key(&self, path: &syn::Path) -> bool {
        path.get_ident().is_some_and(|key| self.keys.contains(&key.unraw().to_string().as_str()))
    }

    fn unknown(&self, key: &Ident) -> Problem {
        let message = format!("unknown `#[{}]` option `{key}`", self.attribute);
        Problem::new(key.span(), message).with_help(match meant(&key.to_string(), self.keys.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => self.expected(),
        })
    }

    fn expected(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
        format!("expected one of {}", keys.join(", "))
    }

    /// The tokens to read of an attribute in any of its forms: `#[a]`, `#[a(..)]`; `#[a = ..]` is a mistake.
    pub(crate) fn tokens_of(&self, meta: &Meta, problems: &mut Vec<Problem>) -> TokenStream {
        match meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(pair) => {
                let message = format!("`#[{}]` takes its options in parentheses", self.attribute);
                problems.push(Problem::new(pair.eq_token.span, message));
                TokenStream::new()
            }
        }
    }
}

/// The arguments one by one. A mistake in one does not hide the others: what does not parse as a whole is cut at its commas.
fn split(tokens: TokenStream, problems: &mut Vec<Problem>) -> Vec<Argument> {
    if let Ok(items) = Argument::read_all(tokens.clone()) {
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
            (true, Some(comma)) => problems.push(Problem::new(comma, "expected an option before this comma")),
            (true, None) => {}
            (false, _) => match Argument::read_all(piece.clone()) {
                Ok(parsed) => items.extend(parsed),
                Err(error) => problems.push(incomplete(&piece, error.span(), &error.to_string())),
            },
        }
    }
    items
}

/// syn reports an input that ends too early at the whole attribute; the last token there is, is where the user types.
fn incomplete(piece: &TokenStream, at: Span, text: &str) -> Problem {
    let last = piece.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let (span, message) = match text.strip_prefix("unexpected end of input, ") {
        Some(expected) => (last, format!("{expected} after this")),
        None => (at, text.to_owned()),
    };
    Problem::new(span, message)
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
pub(crate) fn switch(key: &Ident, value: Option<&Expr>) -> Result<bool, Problem> {
    match value {
        None => Ok(true),
        Some(value) => match literal(value) {
            Some(Lit::Bool(flag)) => Ok(flag.value),
            _ => Err(Problem::new(value.span(), format!("`{key}` is a switch: write `{key}` alone"))),
        },
    }
}

/// The expression that `key` needs; `example` says what for.
pub(crate) fn required(key: &Ident, value: Option<Expr>, example: &str) -> Result<Expr, Problem> {
    match value {
        Some(value) => Ok(value),
        None => {
            Err(Problem::new(key.span(), format!("`{key}` needs a value")).with_help(format!("`{key} = {example}`")))
        }
    }
}

/// Reads an option that takes a name in quotes.
pub(crate) fn text(key: &str, value: &Expr) -> Result<Given<String>, Problem> {
    match literal(value) {
        Some(Lit::Str(text)) if !text.value().trim().is_empty() => Ok(Given { value: text.value(), span: text.span() }),
        _ => Err(Problem::new(value.span(), format!("`{key}` takes a name in quotes"))),
    }
}

/// Reads an option that takes a path.
pub(crate) fn path(key: &str, value: &Expr, example: &str) -> Result<syn::Path, Problem> {
    match ungrouped(value) {
        Expr::Path(path)
            if path.qself.is_none() && path.path.segments.iter().all(|segment| segment.arguments.is_none()) =>
        {
            Ok(path.path.clone())
        }
        _ => Err(Problem::new(value.span(), format!("`{key}` takes a path, for example `{key} = {example}`"))),
    }
}
