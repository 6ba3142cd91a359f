//! One argument of an attribute, as it stands between the commas.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _, discouraged::Speculative as _};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, Lit, LitBool, Path, PathSegment, Token, spanned::Spanned as _, token};

/// What an argument looks like. [`syn::Meta`] knows no literals, and refuses keywords such as `crate` as keys.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// `"physics"`
    Literal(Lit),
    /// `no_heap`, `tags::PHYSICS`
    Word(Path),
    /// `budget = 4096`
    Pair(Path, Expr),
    /// `budget(4096)`
    List(Path, Group),
    /// `budget =` with what is no expression after it: all of its tokens, and what syn says of them.
    Broken(TokenStream, syn::Error),
}

impl Argument {
    /// Reads arguments and the commas between them.
    pub(crate) fn read_all(tokens: TokenStream) -> syn::Result<Vec<Self>> {
        let all = Punctuated::<Self, Token![,]>::parse_terminated.parse2(tokens)?;
        Ok(all.into_iter().collect())
    }

    /// All of it.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Word(path) => path.span(),
            Self::Pair(path, value) => {
                [path.to_token_stream(), value.to_token_stream()].into_iter().collect::<TokenStream>().span()
            }
            Self::List(path, group) => {
                [path.to_token_stream(), group.to_token_stream()].into_iter().collect::<TokenStream>().span()
            }
            Self::Broken(tokens, _) => tokens.span(),
        }
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // `true = …` is a key, if an odd one.
        if input.peek(Lit) && !(input.peek(LitBool) && input.peek2(Token![=])) {
            return input.parse().map(Self::Literal);
        }
        let rooted = input.peek(Token![::]) && input.peek3(Ident::peek_any);
        if !rooted && !input.peek(Ident::peek_any) {
            return Err(input.error("expected identifier or literal"));
        }
        let path = Path {
            leading_colon: input.parse()?,
            segments: Punctuated::parse_separated_nonempty_with(input, |segment| {
                Ident::parse_any(segment).map(PathSegment::from)
            })?,
        };
        if input.peek(token::Paren) || input.peek(token::Bracket) || input.peek(token::Brace) {
            return Ok(Self::List(path, input.parse()?));
        }
        if !input.peek(Token![=]) {
            return Ok(Self::Word(path));
        }
        let equals: Token![=] = input.parse()?;
        let ahead = input.fork();
        match value(&ahead) {
            Ok(value) => {
                input.advance_to(&ahead);
                Ok(Self::Pair(path, value))
            }
            Err(error) => {
                let mut tokens = path.into_token_stream();
                equals.to_tokens(&mut tokens);
                while !input.is_empty() && !input.peek(Token![,]) {
                    tokens.extend([input.parse::<TokenTree>()?]);
                }
                Ok(Self::Broken(tokens, error))
            }
        }
    }
}

/// A value. A literal alone stays one: as an expression `-1` would be a negation.
fn value(input: ParseStream<'_>) -> syn::Result<Expr> {
    let ahead = input.fork();
    match ahead.parse::<Lit>() {
        Ok(lit) if ahead.is_empty() || ahead.peek(Token![,]) => {
            input.advance_to(&ahead);
            Ok(Expr::Lit(ExprLit { attrs: Vec::new(), lit }))
        }
        _ => input.parse(),
    }
}
