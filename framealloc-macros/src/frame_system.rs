//! `#[frame_system]`.

use framealloc_syntax::{
    Access, AllocatorSource, AttributeArgs as _, Effect, FrameSystemArgs, Problem, Size, TagSpec, denial, denials,
    find_allocator,
};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::item::{self, Function, ours_at};
use crate::runtime::Runtime;
use crate::{closure, diagnostics, editor, effects, in_flight, tags};

const ATTRIBUTE: &str = "frame_system";

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = FrameSystemArgs::parse(args.clone());
    let (tokens, args, mut problems) = (args, parsed.value, parsed.problems);
    let expansion = if let Ok(function) = syn::parse2::<Function>(item.clone()) {
        expand_function(&args, &tokens, function, &mut problems)
    } else {
        problems.push(item::not_a_function(ATTRIBUTE, &item));
        item
    };
    let errors = diagnostics::render(&problems);
    quote!(#expansion #errors)
}

/// The same for a function that is made of something else: the mistakes are for who made it.
pub(crate) fn expand_as(options: &TokenStream, function: Function, problems: &mut Vec<Problem>) -> TokenStream {
    let parsed = FrameSystemArgs::parse(options.clone());
    problems.extend(parsed.problems);
    expand_function(&parsed.value, options, function, problems)
}

fn expand_function(
    args: &FrameSystemArgs,
    tokens: &TokenStream,
    mut function: Function,
    problems: &mut Vec<Problem>,
) -> TokenStream {
    for again in function.take_attributes(ATTRIBUTE) {
        problems.push(Problem::new(again, "this function already opens a frame"));
    }
    problems.extend(effects_beside(&mut function));
    let refused = refusals(&function);
    if !refused.is_empty() {
        problems.extend(refused);
        if args.in_flight.is_some() {
            let body = in_flight::refused(&function);
            return function.with_body(body);
        }
        return function.into_token_stream();
    }
    let source = match find_allocator(ATTRIBUTE, &function.signature, args.alloc.as_ref()) {
        Ok(source) => source,
        Err(problem) => {
            if !args.alloc_refused {
                problems.push(problem);
            }
            return function.into_token_stream();
        }
    };
    let tracked = tags::check(args.tag.as_ref(), problems);
    let body = match source.access {
        Access::Shared => scope(args, &source, &function, problems),
        Access::Exclusive => whole_frame(args, &source, &function, problems),
    };
    let options = editor::options(ATTRIBUTE, tokens, &Runtime::new(args.krate.as_ref()));
    function.with_body(quote!(#options #tracked #body))
}

/// `#[no_heap]` below this attribute: a system has options for that, which its site and its scope know of.
fn effects_beside(function: &mut Function) -> Vec<Problem> {
    let problems = denials(&function.attributes).map(|(effect, at)| as_an_option(effect, at)).collect();
    function.attributes.retain(|attribute| denial(attribute).is_none());
    problems
}

/// An effect is declared beside this attribute, not in it.
pub(crate) fn as_an_option(effect: Effect, at: Span) -> Problem {
    let word = effect.word();
    Problem::new(at, format!("a system declares `{word}` as an option"))
        .with_help(format!("write `#[frame_system({word})]`"))
}

/// What the attribute cannot be combined with, however its options are.
fn refusals(function: &Function) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(asyncness) = &function.signature.asyncness {
        problems.push(
            Problem::new(
                asyncness.span,
                "`#[frame_system]` cannot be applied to an `async fn`: a frame must not stay open across `.await`",
            )
            .with_help(
                "move the allocating work into a synchronous `#[frame_system]` function and call it between await points",
            ),
        );
    }
    if let Some(constness) = &function.signature.constness {
        problems.push(Problem::new(
            constness.span,
            "`#[frame_system]` cannot be applied to a `const fn`: opening a frame happens at run time",
        ));
    }
    if let Some(tracked) = function.attribute("track_caller") {
        problems.push(
            Problem::new(
                tracked.path().span(),
                "`#[track_caller]` has no effect under `#[frame_system]`: the body is a closure",
            )
            .with_help("remove it, or take the location in a function that calls this one"),
        );
    }
    problems
}

/// `alloc: &SmartAlloc`: the body gets a scope of its own.
fn scope(
    args: &FrameSystemArgs,
    source: &AllocatorSource,
    function: &Function,
    problems: &mut Vec<Problem>,
) -> TokenStream {
    let runtime = Runtime::new(args.krate.as_ref());
    let runtime = runtime.path();
    let binding = &source.binding;
    let (lent, expression) = closure::lent_from_field(source, runtime);
    // The `&` stands where the parameter does, so that a parameter of a wrong type is reported there.
    let borrow = quote_spanned!(ours_at(binding.span())=> &);
    let out = args.out.as_ref().map(|out| {
        if out == binding {
            problems.push(Problem::new(out.span(), "`out` needs a name of its own: the allocator has this one"));
        }
        quote_spanned!(Span::mixed_site()=> let #out = #runtime::outer(#borrow #expression);)
    });
    let site = site(args, function, runtime);
    let mark = effect_mark(args, function, runtime);
    let with_frame = if mark.is_some() { quote!(with_frame_apart) } else { quote!(with_frame) };
    let with_frame = |body: TokenStream| quote_spanned!(Span::mixed_site()=> #runtime::#with_frame(#borrow #expression, #site, #body));
    if let Some(place) = args.in_flight {
        problems.push(in_flight::of_a_scope(place));
        if let Ok(returns) = in_flight::Returns::read(place, &function.signature.output) {
            let body = closure::returning(returns.result.as_deref(), function, binding, None, mark.as_ref());
            let call = in_flight::not_returned(&with_frame(body));
            return quote!(#lent #out #call);
        }
    }
    let call = with_frame(closure::of_body(function, binding, None, mark.as_ref()));
    quote!(#lent #out #call)
}

/// `alloc: &mut SmartAlloc`: the body is the frame.
fn whole_frame(
    args: &FrameSystemArgs,
    source: &AllocatorSource,
    function: &Function,
    problems: &mut Vec<Problem>,
) -> TokenStream {
    if let Some(out) = &args.out {
        let help = match args.in_flight {
            Some(_) => "what is shared from `alloc` lives on with the flight",
            None => "nothing outlives it; take `alloc: &SmartAlloc` for a system inside a frame",
        };
        let problem = Problem::new(out.span(), "`out` has no use here: this function is the whole frame");
        problems.push(problem.with_help(help));
    }
    let runtime = Runtime::new(args.krate.as_ref());
    let runtime = runtime.path();
    let AllocatorSource { expression, binding, .. } = source;
    let site = site(args, function, runtime);
    let ty = quote_spanned!(Span::mixed_site()=> &#runtime::SmartAlloc);
    let mark = effect_mark(args, function, runtime);
    let of_body = || closure::of_body(function, binding, Some(&ty), mark.as_ref());
    let returning = |result| closure::returning(result, function, binding, Some(&ty), mark.as_ref());
    let whole_frame = if mark.is_some() { quote!(whole_frame_apart) } else { quote!(whole_frame) };
    let whole_frame =
        |body: TokenStream| quote_spanned!(Span::mixed_site()=> #runtime::#whole_frame(#expression, #site, #body));
    let Some(place) = args.in_flight else { return whole_frame(of_body()) };
    match in_flight::Returns::read(place, &function.signature.output) {
        Ok(returns) => {
            let call = if mark.is_some() { quote!(whole_frame_in_flight_apart) } else { quote!(whole_frame_in_flight) };
            let body = returning(returns.result.as_deref());
            let call = quote_spanned!(Span::mixed_site()=> #runtime::#call(#expression, #site, #body));
            // Without a result of its own, the function returns the flight alone.
            if returns.result.is_some() { call } else { quote_spanned!(Span::mixed_site()=> #call.1) }
        }
        Err(misplaced) => {
            problems.push(misplaced.problem);
            match misplaced.result {
                None => whole_frame(of_body()),
                Some(result) => in_flight::not_returned(&whole_frame(returning(Some(&result)))),
            }
        }
    }
}

/// The name that reports use.
fn name(args: &FrameSystemArgs, function: &Function) -> TokenStream {
    match &args.name {
        Some(name) => name.value.to_token_stream(),
        None => function.path(),
    }
}

/// The mark that the body begins with if the system declares an effect.
fn effect_mark(args: &FrameSystemArgs, function: &Function, runtime: &TokenStream) -> Option<TokenStream> {
    args.denied.is_any().then(|| effects::mark(args.denied, &name(args, function), runtime))
}

/// `{ static SITE: Site = …; &SITE }`: in a block of its own, so that the body does not see the name.
fn site(args: &FrameSystemArgs, function: &Function, runtime: &TokenStream) -> TokenStream {
    let name = name(args, function);
    let tag = args.tag.as_ref().map(|tag| match &tag.value {
        TagSpec::Name(name) => {
            let mut name = Literal::string(name);
            name.set_span(tag.span);
            quote_spanned!(Span::mixed_site()=> .with_tag(#name))
        }
        TagSpec::Path(path) => {
            let borrow = quote_spanned!(ours_at(path.span())=> &);
            quote_spanned!(Span::mixed_site()=> .with_tag_path(#borrow #path))
        }
    });
    let budget = args.budget.as_ref().map(|budget| {
        let bytes = match &budget.value {
            Size::Bytes(bytes) => {
                // Without a suffix: a budget too large for the target's `usize` is an error at the user's literal.
                let mut bytes = Literal::u64_unsuffixed(*bytes);
                bytes.set_span(budget.span);
                quote!(#bytes)
            }
            Size::Const(path) => quote!(#path),
        };
        quote_spanned!(Span::mixed_site()=> .with_budget(#bytes))
    });
    let no_heap = args.denied.has(Effect::Heap).then(|| quote_spanned!(Span::mixed_site()=> .no_heap()));
    let ambient = args.ambient.then(|| quote_spanned!(Span::mixed_site()=> .ambient()));
    quote_spanned!(Span::mixed_site()=> {
        static __FRAMEALLOC_SITE: #runtime::Site =
            #runtime::Site::new(#name, ::core::file!(), ::core::line!()) #tag #budget #no_heap #ambient;
        &__FRAMEALLOC_SITE
    })
}
