//! `#[alloc_tag]`.

use framealloc_syntax::{AllocTagArgs, AllocatorSource, AttributeArgs as _, Given, Problem, TagSpec, find_allocator};
use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::parse::{ParseStream, Parser as _};
use syn::{ReturnType, Type};

use crate::item::{self, Function, Kind, ours_at};
use crate::runtime::Runtime;
use crate::{closure, diagnostics, editor, tags};

const ATTRIBUTE: &str = "alloc_tag";

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let tokens = args;
    let parsed = AllocTagArgs::parse(tokens.clone());
    let (args, mut problems) = (parsed.value, parsed.problems);
    // What every body starts with.
    let options = editor::options_after_a_path(ATTRIBUTE, &tokens, &Runtime::new(args.krate.as_ref()));
    let start = tags::check(args.tag.as_ref(), &mut problems);
    let start = quote!(#options #start);
    let expansion = match syn::parse2::<Function>(item.clone()) {
        Ok(function) if function.attribute("frame_system").is_some() => {
            return after_the_system(&args, &tokens, function);
        }
        Ok(function) => expand_function(&args, &start, function, &mut problems),
        Err(_) if item::kind(&item).0 == Kind::Impl => expand_impl(&args, &start, item, &mut problems),
        Err(_) => {
            problems.push(misplaced(&item));
            item
        }
    };
    let errors = diagnostics::render(&problems);
    quote!(#expansion #errors)
}

/// Lets `#[frame_system]` expand first, whichever is written first: the system is then the inner closure, the tag the outer one,
/// and a value that escapes is reported at the user's expression and not at an attribute.
fn after_the_system(args: &AllocTagArgs, tokens: &TokenStream, mut function: Function) -> TokenStream {
    let framealloc = args.krate.as_ref().map_or_else(|| quote!(::framealloc), |path| quote!(#path));
    function.attributes.push(syn::parse_quote!(#[#framealloc::alloc_tag(#tokens)]));
    function.into_token_stream()
}

fn misplaced(item: &TokenStream) -> Problem {
    match item::kind(item) {
        (Kind::Module, span) => Problem::new(span, "`#[alloc_tag]` cannot be applied to a module")
            .with_help("put it on the functions, or on an impl block"),
        _ => item::not_a_function(ATTRIBUTE, item),
    }
}

fn expand_function(
    args: &AllocTagArgs,
    start: &TokenStream,
    mut function: Function,
    problems: &mut Vec<Problem>,
) -> TokenStream {
    for again in function.take_attributes(ATTRIBUTE) {
        problems.push(
            Problem::new(again, "this function already has a tag").with_help("write one path: `ai::pathfinding`"),
        );
    }
    if let Some(constness) = &function.signature.constness {
        let message = "`#[alloc_tag]` cannot be applied to a `const fn`: a tag holds at run time";
        problems.push(Problem::new(constness.span, message));
        return function.into_token_stream();
    }
    match find_allocator(ATTRIBUTE, &function.signature, args.alloc.as_ref()) {
        Ok(source) => tagged(args, start, &source, function),
        Err(problem) => {
            if !args.alloc_refused {
                problems.push(problem);
            }
            function.into_token_stream()
        }
    }
}

fn tagged(args: &AllocTagArgs, start: &TokenStream, source: &AllocatorSource, function: Function) -> TokenStream {
    let Some(tag) = args.tag.as_ref().map(|tag| tag_argument(tag, &Runtime::new(args.krate.as_ref()))) else {
        return function.after(start);
    };
    let binding = &source.binding;
    let (lent, expression) = closure::lent(source);
    if function.signature.asyncness.is_some() {
        let body = async_body(args, &tag, source, &function);
        return function.with_body(quote!(#start #body));
    }
    let body = closure::of_body(&function, binding, None, None);
    // A method, since a path would not tell a `&Frame` from what derefs to an allocator; not `with_tag`, which a wrapper or a trait
    // in scope may have of its own. It stands where the parameter does, so that a parameter without it is reported there.
    let method = quote_spanned!(ours_at(binding.span())=> .__framealloc_with_tag);
    let call = quote_spanned!(Span::mixed_site()=> #expression #method(#tag, #body));
    function.with_body(quote!(#start #lent #call))
}

/// The tag is in a handle that the future owns, so that every poll has it, on whichever thread. Where the body can be a future
/// of its own inside of that, the tag is open for the heap at every poll, too.
fn async_body(args: &AllocTagArgs, tag: &TokenStream, source: &AllocatorSource, function: &Function) -> TokenStream {
    let runtime = Runtime::new(args.krate.as_ref());
    let runtime = runtime.path();
    let binding = &source.binding;
    let (lent, expression) = closure::lent(source);
    let body = &function.body;
    let borrow = quote_spanned!(ours_at(binding.span())=> &);
    let allow = closure::allow_rebinding();
    let begin = quote_spanned!(Span::mixed_site()=>
        #lent
        let tagged = #runtime::tagged_handle(#borrow #expression, #tag);
        #allow
        let #binding: &#runtime::SmartAlloc = &tagged;
    );
    if may_move(source, function) {
        if let Some(run) = polled(runtime, function) {
            return quote!(#begin #run);
        }
    }
    // Not the tail: before the edition of 2024, what a tail borrows would outlive the handle.
    let run = match &function.signature.output {
        ReturnType::Default => quote_spanned!(Span::mixed_site()=> let (): () = #body;),
        ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)) => quote!(#body),
        ReturnType::Type(_, ty) => {
            let ty = closure::nameable(ty).map(|ty| quote!(: #ty));
            quote_spanned!(Span::mixed_site()=>
                let result #ty = #body;
                #[allow(unreachable_code)]
                return result;
            )
        }
    };
    quote!(#begin #run)
}

/// Whether all that the body uses may be moved into a future: nothing of it is what the handle borrows from. An allocator that
/// is a part of what a parameter owns, or has exclusively, stays where it is.
fn may_move(source: &AllocatorSource, function: &Function) -> bool {
    let is_of_self = |mut expression: &syn::Expr| loop {
        match expression {
            syn::Expr::Field(field) => expression = &field.base,
            syn::Expr::Path(path) => break path.path.is_ident("self"),
            _ => break false,
        }
    };
    let by_reference = (function.signature.receiver())
        .is_some_and(|this| matches!(this.kind, syn::ReceiverKind::Reference(_, _, None)));
    match &source.expression {
        // The body knows the handle under this name, and cannot name the parameter.
        syn::Expr::Path(path) => path.path.is_ident(&source.binding),
        expression => by_reference && is_of_self(expression),
    }
}

/// Runs the body as a future that has the tag open while it is polled; nothing for one that never returns.
fn polled(runtime: &TokenStream, function: &Function) -> Option<TokenStream> {
    let body = &function.body;
    let (first, run) = match &function.signature.output {
        ReturnType::Default => (None, quote_spanned!(Span::mixed_site()=> let (): () = #body;)),
        ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)) => return None,
        ReturnType::Type(_, ty) => {
            let ty = closure::nameable(ty);
            // What a future returns is known by its first `return`: a `return` in the body is then coerced as in a function.
            let first = ty.as_ref().map(|ty| {
                quote_spanned!(Span::mixed_site()=>
                    if let ::core::option::Option::Some(result) = ::core::option::Option::None::<#ty> {
                        return result;
                    }
                )
            });
            let ty = ty.map(|ty| quote!(: #ty));
            let run = quote_spanned!(Span::mixed_site()=>
                let result #ty = #body;
                #[allow(unreachable_code)]
                return result;
            );
            (first, run)
        }
    };
    Some(quote_spanned!(Span::mixed_site()=>
        let body = async move { #first #run };
        let result = #runtime::polled(&tagged, ::core::pin::pin!(body)).await;
        return result;
    ))
}

/// A tag that names its path absolutely. A bare string would nest under the tag that the caller has open, and the bytes of
/// `physics` would be found under a path that no `.fa.toml` declares.
fn tag_argument(tag: &Given<TagSpec>, runtime: &Runtime) -> TokenStream {
    match &tag.value {
        TagSpec::Name(name) => {
            let mut name = Literal::string(name);
            name.set_span(tag.span);
            let runtime = runtime.path();
            quote_spanned!(Span::mixed_site()=> { static TAG: #runtime::Tag = #runtime::Tag::new(#name); &TAG })
        }
        TagSpec::Path(path) => {
            let borrow = quote_spanned!(ours_at(tag.span)=> &);
            quote!(#borrow #path)
        }
    }
}

/// Every method with a body, an allocator and no tag of its own gets the tag; the others stay as they are.
fn expand_impl(
    args: &AllocTagArgs,
    start: &TokenStream,
    item: TokenStream,
    problems: &mut Vec<Problem>,
) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else { return item };
    let mut reached = false;
    let mut methods = |input: ParseStream<'_>| {
        let mut out = TokenStream::new();
        while !input.is_empty() {
            if input.fork().parse::<Function>().is_err() {
                out.extend(input.parse::<syn::ImplItem>()?.into_token_stream());
                continue;
            }
            let method: Function = input.parse()?;
            // A parameter `alloc` is nearer than what the block says for all of its methods.
            let source = find_allocator(ATTRIBUTE, &method.signature, None).or_else(|missing| match &args.alloc {
                Some(given) => find_allocator(ATTRIBUTE, &method.signature, Some(given)),
                None => Err(missing),
            });
            let has_own_tag = method.attribute(ATTRIBUTE).is_some();
            reached |= has_own_tag;
            out.extend(match source {
                Ok(source) if !has_own_tag && method.signature.constness.is_none() => {
                    reached = true;
                    tagged(args, start, &source, method)
                }
                _ => method.into_token_stream(),
            });
        }
        Ok(out)
    };
    // An item that does not parse is half typed; the compiler says so itself.
    let Ok(expanded) = (|input: ParseStream<'_>| methods(input)).parse2(body.stream()) else { return item };
    if !reached {
        let (_, span) = item::kind(&item);
        problems.push(
            Problem::new(span, "no method of this impl block has an allocator for `#[alloc_tag]`").with_help(
                "add `alloc: &SmartAlloc`, or say where it is: `#[alloc_tag(\"physics\", alloc = self.alloc)]`",
            ),
        );
    }
    let mut group = Group::new(Delimiter::Brace, expanded);
    group.set_span(body.span());
    tokens.push(TokenTree::Group(group));
    tokens.into_iter().collect()
}
