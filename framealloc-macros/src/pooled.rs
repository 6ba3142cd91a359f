//! `#[derive(Pooled)]` and `#[pooled]`.

use framealloc_syntax::{AttributeArgs as _, Growth, PooledArgs, Problem};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, GenericParam};

use crate::item::is_called;
use crate::runtime::Runtime;
use crate::{diagnostics, editor, item, tags};

pub(crate) fn expand_derive(item: TokenStream) -> TokenStream {
    let Ok(input) = syn::parse2::<DeriveInput>(item) else { return TokenStream::new() };
    let parsed = PooledArgs::from_attributes(&input.attrs);
    let given = input.attrs.iter().find(|attribute| is_called(attribute, "pooled"));
    let tokens = given.and_then(|attribute| attribute.meta.require_list().ok()).map(|list| list.tokens.clone());
    implementation(&parsed.value, &tokens.unwrap_or_default(), &input, parsed.problems)
}

pub(crate) fn expand_attribute(args: &TokenStream, item: TokenStream) -> TokenStream {
    let parsed = PooledArgs::parse(args.clone());
    let Ok(input) = syn::parse2::<DeriveInput>(item.clone()) else {
        let (_, span) = item::kind(&item);
        let mut problems = parsed.problems;
        problems.push(Problem::new(span, "`#[pooled]` goes on a struct or an enum"));
        let errors = diagnostics::render(&problems);
        return quote!(#item #errors);
    };
    let mut problems = parsed.problems;
    let again = |attribute: &&Attribute| is_called(attribute, "pooled");
    problems.extend(
        input
            .attrs
            .iter()
            .filter(again)
            .map(|second| Problem::new(second.path().span(), "this type already has a `#[pooled]`")),
    );
    let implementation = implementation(&parsed.value, args, &input, problems);
    let item: TokenStream = if input.attrs.iter().any(|attribute| is_called(attribute, "pooled")) {
        let mut once = input.clone();
        once.attrs.retain(|attribute| !is_called(attribute, "pooled"));
        quote!(#once)
    } else {
        item
    };
    quote!(#item #implementation)
}

/// The pool and the trait, or the reasons why the type can have none.
fn implementation(
    args: &PooledArgs,
    tokens: &TokenStream,
    input: &DeriveInput,
    mut problems: Vec<Problem>,
) -> TokenStream {
    let tracked = tags::check(args.tag.as_ref(), &mut problems);
    let unfit = unfit(input);
    let poolable = unfit.is_empty();
    problems.extend(unfit);
    let errors = diagnostics::render(&problems);
    if !poolable {
        return errors;
    }
    let runtime = Runtime::new(args.krate.as_ref());
    let options = editor::options("pooled", tokens, &runtime);
    let runtime = runtime.path();
    let ty = &input.ident;
    let spec = spec(args, input);
    let implementation = quote_spanned!(Span::mixed_site()=>
        #[automatically_derived]
        impl #runtime::Pooled for #ty {
            #[inline]
            fn pool() -> &'static #runtime::Pool<Self> {
                static POOL: #runtime::Pool<#ty> = #runtime::Pool::new(#runtime::PoolSpec #spec);
                &POOL
            }
        }
    );
    quote!(#implementation #options #tracked #errors)
}

/// `::new("Bullet").capacity(1024).fixed()…`
fn spec(args: &PooledArgs, input: &DeriveInput) -> TokenStream {
    let at = Span::mixed_site();
    let name = args.name.as_ref().map_or_else(|| item::plain_name(&input.ident), |name| name.value.clone());
    let capacity = args.capacity.as_ref().map(|capacity| {
        let mut count = Literal::u64_unsuffixed(capacity.value);
        count.set_span(capacity.span);
        quote_spanned!(at=> .capacity(#count))
    });
    let grow = args.grow.as_ref().filter(|grow| grow.value == Growth::Fixed).map(|_| quote_spanned!(at=> .fixed()));
    let tag = args.tag.as_ref().and_then(|tag| {
        let mut name = Literal::string(tag.value.name()?);
        name.set_span(tag.span);
        Some(quote_spanned!(at=> .tag(#name)))
    });
    let prewarm = args.prewarm.map(|_| quote_spanned!(at=> .prewarm()));
    quote_spanned!(at=> ::new(#name) #capacity #grow #tag #prewarm)
}

/// Why the type can have no pool: a pool is one `static`, for one sized type that owns its data.
fn unfit(input: &DeriveInput) -> Vec<Problem> {
    let mut problems: Vec<Problem> = input
        .generics
        .params
        .iter()
        .map(|parameter| match parameter {
            GenericParam::Lifetime(lifetime) => {
                let name = &lifetime.lifetime;
                Problem::new(name.span(), format!("a pooled type must own its data: `{name}` borrows"))
                    .with_help("use a frame allocation")
            }
            GenericParam::Type(parameter) => generic(&parameter.ident),
            GenericParam::Const(parameter) => generic(&parameter.ident),
        })
        .collect();
    if let Data::Union(union) = &input.data {
        let message = "a union cannot be pooled: nobody knows which field to drop";
        problems.push(Problem::new(union.union_token.span, message).with_help("wrap it in a struct"));
    }
    problems
}

fn generic(parameter: &syn::Ident) -> Problem {
    let message = format!("a pooled type cannot be generic: one pool cannot serve every `{parameter}`");
    Problem::new(parameter.span(), message)
        .with_help("pool the types that you use, each with an attribute of its own, or use `alloc.pool_box(value)`")
}
