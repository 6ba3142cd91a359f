//! `frame_closure!`: what `#[frame_system]` is for a function, for a closure. Attributes on expressions are not stable.

use framealloc_syntax::Problem;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::spanned::Spanned as _;
use syn::{Expr, ExprClosure, Pat, ReturnType};

use crate::item::Function;
use crate::{diagnostics, frame_system};

const EXAMPLE: &str = "write `frame_closure!(tag = \"ai\", |alloc: &SmartAlloc| { … })`";

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (options, closure) = split(input);
    let mut problems = Vec::new();
    let closure = match syn::parse2::<ExprClosure>(closure.clone()) {
        Ok(closure) if closure.asyncness.is_none() => expand_closure(&options, closure, &mut problems),
        Ok(closure) => {
            let message = "a frame must not stay open across `.await`: the closure is `async`";
            problems.push(Problem::new(closure.asyncness.span(), message));
            closure.into_token_stream()
        }
        Err(error) => {
            problems.push(Problem::new(error.span(), "expected a closure after the options").with_help(EXAMPLE));
            quote!(())
        }
    };
    if problems.is_empty() {
        return closure;
    }
    let errors = diagnostics::render(&problems);
    quote!({ #errors #closure })
}

/// The options, and the closure that begins at the first bar, or at the word before it.
fn split(input: TokenStream) -> (TokenStream, TokenStream) {
    let tokens: Vec<TokenTree> = input.into_iter().collect();
    let begins = |token: &TokenTree| match token {
        TokenTree::Punct(bar) => bar.as_char() == '|',
        TokenTree::Ident(word) => word == "move" || word == "async" || word == "static",
        _ => false,
    };
    let at = tokens.iter().position(begins).unwrap_or(tokens.len());
    let (options, closure) = tokens.split_at(at);
    let options = match options.split_last() {
        Some((TokenTree::Punct(comma), options)) if comma.as_char() == ',' => options,
        _ => options,
    };
    (options.iter().cloned().collect(), closure.iter().cloned().collect())
}

/// The closure as a function, whose body is then the closure's.
fn expand_closure(options: &TokenStream, closure: ExprClosure, problems: &mut Vec<Problem>) -> TokenStream {
    let inputs = closure.inputs.iter().map(|input| match input {
        Pat::Type(typed) => quote!(#typed),
        untyped => quote!(#untyped: _),
    });
    let output = match &closure.output {
        ReturnType::Default => quote!(-> _),
        output @ ReturnType::Type(..) => output.to_token_stream(),
    };
    let body = match &*closure.body {
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => block.block.to_token_stream(),
        value => {
            let mut body = Group::new(Delimiter::Brace, value.to_token_stream());
            body.set_span(value.span());
            body.into_token_stream()
        }
    };
    let function = quote!(fn closure(#(#inputs),*) #output #body);
    let Ok(function) = syn::parse2::<Function>(function) else { return closure.into_token_stream() };
    let expansion = frame_system::expand_as(options, function, problems);
    let Ok(function) = syn::parse2::<Function>(expansion) else { return closure.into_token_stream() };
    // Not the user's place: the lints of a block are not about what the expansion makes of it.
    let body = Group::new(Delimiter::Brace, function.body.stream());
    let (attributes, capture) = (&closure.attrs, &closure.capture);
    let (lifetimes, inputs, output) = (&closure.lifetimes, &closure.inputs, &closure.output);
    quote!(#(#attributes)* #lifetimes #capture |#inputs| #output #body)
}
