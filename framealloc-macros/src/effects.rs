//! `#[no_heap]` and `#[no_block]` on functions, `#[effects]` on types with fields that declare an effect.
//!
//! They are for whoever looks at the code or at the program: a function becomes what it was, a mark in its body, and a call
//! that is not inlined, so that the mark has a function of its own. What is only declared stays as it is.

use framealloc_syntax::{Denied, Effect, EffectArgs, Problem, check_field, denial, denials};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Field};

use crate::item::{self, Function, Kind};
use crate::runtime::Runtime;
use crate::{diagnostics, frame_system};

/// `#[no_heap]` or `#[no_block]`.
pub(crate) fn expand(effect: Effect, args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = EffectArgs::parse(effect, args);
    let (args, mut problems) = (parsed.value, parsed.problems);
    let expansion = if let Ok(function) = syn::parse2::<Function>(item.clone()) {
        expand_function(effect, &args, function, &mut problems)
    } else {
        problems.extend(misplaced(effect, &item));
        item
    };
    let errors = diagnostics::render(&problems);
    quote!(#expansion #errors)
}

fn expand_function(
    effect: Effect,
    args: &EffectArgs,
    mut function: Function,
    problems: &mut Vec<Problem>,
) -> TokenStream {
    if let Some(system) = function.attribute("frame_system") {
        problems.push(frame_system::as_an_option(effect, system.path().span()));
        return function.into_token_stream();
    }
    let mut denied = Denied::NOTHING.and(effect);
    let mut seen = vec![effect];
    for (again, span) in denials(&function.attributes) {
        if seen.contains(&again) {
            problems.push(Problem::new(span, format!("this function already declares `{}`", again.word())));
        }
        seen.push(again);
        denied = denied.and(again);
    }
    function.attributes.retain(|attribute| denial(attribute).is_none());
    if let Some(asyncness) = &function.signature.asyncness {
        let word = effect.word();
        let message = format!("`#[{word}]` cannot be kept by an `async fn`: whoever polls it runs its body");
        problems.push(Problem::new(asyncness.span, message).with_help("put it on a function that the future calls"));
        return function.into_token_stream();
    }
    // What is meant to be part of its callers, or of constants, is judged there.
    if function.signature.constness.is_some() || function.attribute("inline").is_some() {
        return function.into_token_stream();
    }
    let mark = mark(denied, &function.path(), Runtime::new(args.krate.as_ref()).path());
    let never = quote_spanned!(Span::mixed_site()=> #[inline(never)]);
    let watched = watched();
    let function = function.after(&quote!(#mark;));
    quote!(#watched #never #function)
}

/// `{ static MARK: EffectMark = …; MARK.hold() }`
pub(crate) fn mark(denied: Denied, name: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let declared = Effect::ALL.into_iter().filter(|effect| denied.has(*effect)).map(|effect| match effect {
        Effect::Heap => quote_spanned!(Span::mixed_site()=> .no_heap()),
        Effect::Block => quote_spanned!(Span::mixed_site()=> .no_block()),
    });
    quote_spanned!(Span::mixed_site()=> {
        static __FRAMEALLOC_EFFECTS: #runtime::EffectMark =
            #runtime::EffectMark::new(#name, ::core::file!(), ::core::line!()) #(#declared)*;
        __FRAMEALLOC_EFFECTS.hold()
    })
}

/// With the feature `rtsan`: `RealtimeSanitizer` ends the program where the function breaks its word.
fn watched() -> Option<TokenStream> {
    cfg!(feature = "rtsan").then(|| quote_spanned!(Span::mixed_site()=> #[sanitize(realtime = "nonblocking")]))
}

/// What is wrong with the attribute on what is no function with a body; nothing if it is the declaration of one.
fn misplaced(effect: Effect, item: &TokenStream) -> Option<Problem> {
    let word = effect.word();
    let (kind, span) = item::kind(item);
    let help = match kind {
        Kind::Declaration => return None,
        Kind::Impl | Kind::Trait => "put it on each method",
        Kind::Module => "put it on each function",
        Kind::Other => "of a type, put it on the field that holds a function, and `#[effects]` on the type",
    };
    Some(Problem::new(span, format!("`#[{word}]` goes on a function or a method")).with_help(help))
}

/// `#[effects]`: takes the attributes off the fields, where the compiler would not have them.
pub(crate) fn expand_type(args: &TokenStream, item: &TokenStream) -> TokenStream {
    let mut problems = Vec::new();
    if let Some(first) = args.clone().into_iter().next() {
        problems.push(Problem::new(first.span(), "`#[effects]` takes no options: they stand on the fields"));
    }
    let Ok(mut input) = syn::parse2::<DeriveInput>(item.clone()) else {
        let (_, span) = item::kind(item);
        problems.push(Problem::new(span, "`#[effects]` goes on a struct or an enum"));
        let errors = diagnostics::render(&problems);
        return quote!(#item #errors);
    };
    let mut found = false;
    for field in fields(&mut input.data) {
        found |= denials(&field.attrs).next().is_some();
        check_field(&field.attrs, &field.ty, &mut problems);
        field.attrs.retain(|attribute| denial(attribute).is_none());
    }
    if !found {
        let message = "no field of this type declares an effect";
        let help = "write `#[no_heap]` or `#[no_block]` on a field that holds a function";
        problems.push(Problem::new(input.ident.span(), message).with_help(help));
    }
    let errors = diagnostics::render(&problems);
    quote!(#input #errors)
}

/// The fields of a type, of all of its variants.
fn fields(data: &mut Data) -> Vec<&mut Field> {
    match data {
        Data::Struct(data) => data.fields.iter_mut().collect(),
        Data::Enum(data) => data.variants.iter_mut().flat_map(|variant| &mut variant.fields).collect(),
        Data::Union(data) => data.fields.named.iter_mut().collect(),
    }
}
