//! The annotated item: a function with its body as raw tokens, or what stands there instead.

use framealloc_syntax::Problem;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Attribute, Signature, Token, Visibility};

/// A function with a body that nobody has looked into.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    visibility: Visibility,
    default: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let default = if input.peek(Token![default]) { Some(input.parse()?) } else { None };
        let signature = input.parse()?;
        let body = block(input.parse()?).ok_or_else(|| input.error("expected a body"))?;
        let mut function = Self { attributes, visibility, default, signature, body };
        function.hoist_inner_attributes();
        Ok(function)
    }
}

impl Function {
    /// `{ #![allow(..)] … }`: an attribute inside the body cannot stay there once the body is part of an expression.
    fn hoist_inner_attributes(&mut self) {
        let split = |input: ParseStream<'_>| Ok((Attribute::parse_inner(input)?, input.parse::<TokenStream>()?));
        let Ok((inner, rest)) = syn::parse::Parser::parse2(split, self.body.stream()) else { return };
        if inner.is_empty() {
            return;
        }
        self.attributes
            .extend(inner.into_iter().map(|attribute| Attribute { style: syn::AttrStyle::Outer, ..attribute }));
        let mut body = Group::new(Delimiter::Brace, rest);
        body.set_span(self.body.span());
        self.body = body;
    }

    /// The attribute called `name`, if the function has one more.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| is_called(attribute, name))
    }

    /// Removes further attributes called `name` and returns where they stood.
    pub(crate) fn take_attributes(&mut self, name: &str) -> Vec<Span> {
        let (taken, kept) = self.attributes.drain(..).partition::<Vec<_>, _>(|attribute| is_called(attribute, name));
        self.attributes = kept;
        taken.iter().map(|attribute| attribute.path().span()).collect()
    }

    /// An expression that is its path in a report: the module and the name.
    pub(crate) fn path(&self) -> TokenStream {
        let name = plain_name(&self.signature.ident);
        quote_spanned!(Span::mixed_site()=> ::core::concat!(::core::module_path!(), "::", #name))
    }

    /// The function with `statements` before those of the user.
    pub(crate) fn after(self, statements: &TokenStream) -> TokenStream {
        let body = self.body.stream();
        self.with_body(quote!(#statements #body))
    }

    /// The body with `first` before the user's statements.
    pub(crate) fn body_after(&self, first: &TokenStream) -> Group {
        let statements = self.body.stream();
        let mut body = Group::new(Delimiter::Brace, quote!(#first; #statements));
        body.set_span(self.body.span());
        body
    }

    /// The function with another body, between the user's own braces.
    pub(crate) fn with_body(mut self, body: TokenStream) -> TokenStream {
        let mut group = Group::new(Delimiter::Brace, body);
        group.set_span(self.body.span());
        self.body = group;
        self.into_token_stream()
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, out: &mut TokenStream) {
        out.append_all(&self.attributes);
        self.visibility.to_tokens(out);
        self.default.to_tokens(out);
        self.signature.to_tokens(out);
        self.body.to_tokens(out);
    }
}

/// The braces that `token` is, or holds: a `$body:block` of `macro_rules!` comes in an invisible group.
fn block(token: TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = token else { return None };
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => {
            let mut inner = group.stream().into_iter();
            inner.next().filter(|_| inner.next().is_none()).and_then(block)
        }
        _ => None,
    }
}

/// Whether an attribute's path ends in `name`: `#[name]`, `#[framealloc::name]`.
pub(crate) fn is_called(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// What an item is, as far as it matters to an error message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A function without a body.
    Declaration,
    Impl,
    Trait,
    Module,
    /// A struct, an enum, a constant …
    Other,
}

/// What stands where a function was expected, and the token that says so.
pub(crate) fn kind(item: &TokenStream) -> (Kind, Span) {
    let words = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word),
        _ => None,
    });
    for word in words {
        let kind = match word.to_string().as_str() {
            "fn" => Kind::Declaration,
            "impl" => Kind::Impl,
            "trait" => Kind::Trait,
            "mod" => Kind::Module,
            "struct" | "enum" | "union" | "static" | "type" | "use" | "macro_rules" | "let" => Kind::Other,
            // `pub`, `unsafe`, `const` and the like may stand before any of them.
            _ => continue,
        };
        return (kind, word.span());
    }
    (Kind::Other, item.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span()))
}

/// The problem with a function that is none.
pub(crate) fn not_a_function(attribute: &str, item: &TokenStream) -> Problem {
    let (kind, span) = kind(item);
    let problem = Problem::new(span, format!("`#[{attribute}]` goes on a function with a body"));
    match kind {
        Kind::Impl | Kind::Trait => problem.with_help("put it on each method"),
        Kind::Module => problem.with_help("put it on each function"),
        Kind::Declaration | Kind::Other => problem,
    }
}

/// An identifier of ours at the place of a user's token: errors point there, names of the user are neither seen nor hidden.
pub(crate) fn ours_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The last name of a function in a report: `step` of `fn r#step`.
pub(crate) fn plain_name(name: &Ident) -> String {
    syn::ext::IdentExt::unraw(name).to_string()
}
