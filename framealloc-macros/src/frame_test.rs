//! `#[frame_test]`.

use framealloc_syntax::{AttributeArgs as _, FrameLimit, FrameTestArgs, Problem, Size};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ReturnType;
use syn::spanned::Spanned as _;

use crate::diagnostics;
use crate::item::{self, Function};
use crate::runtime::Runtime;

const ATTRIBUTE: &str = "frame_test";

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = FrameTestArgs::parse(args);
    let (args, mut problems) = (parsed.value, parsed.problems);
    let expansion = if let Ok(function) = syn::parse2::<Function>(item.clone()) {
        match form(&function) {
            // With a mistake in the options there is no test to run, and the function stays what it is.
            Ok(form) if problems.is_empty() => test(&args, form, function),
            Ok(_) => function.into_token_stream(),
            Err(problem) => {
                problems.push(problem);
                function.into_token_stream()
            }
        }
    } else {
        problems.push(item::not_a_function(ATTRIBUTE, &item));
        item
    };
    let errors = diagnostics::render(&problems);
    quote!(#expansion #errors)
}

/// What a function is to the test.
#[derive(Clone, Copy)]
enum Form {
    /// One frame.
    Frame,
    /// It returns what runs one.
    Start,
}

fn form(function: &Function) -> Result<Form, Problem> {
    let signature = &function.signature;
    if let Some(test) = function.attribute("test") {
        return Err(Problem::new(test.span(), "`#[frame_test]` makes the test: remove `#[test]`"));
    }
    if let Some(asyncness) = &signature.asyncness {
        return Err(Problem::new(asyncness.span, "`#[frame_test]` cannot run an `async fn`")
            .with_help("run what polls it in a frame"));
    }
    if !signature.generics.params.is_empty() {
        return Err(Problem::new(signature.generics.span(), "`#[frame_test]` cannot run a generic function")
            .with_help("call it in one that is not generic"));
    }
    let mut inputs = signature.inputs.iter();
    match (inputs.next(), inputs.next(), &signature.output) {
        (Some(syn::FnArg::Receiver(receiver)), ..) => {
            Err(Problem::new(receiver.span(), "`#[frame_test]` goes on a function, not on a method"))
        }
        (_, Some(second), _) => Err(Problem::new(
            second.span(),
            "`#[frame_test]` goes on a function with `alloc: &mut SmartAlloc`, or without parameters",
        )),
        (Some(_), None, ReturnType::Type(_, returned)) => {
            Err(Problem::new(returned.span(), "a function that is a frame returns nothing"))
        }
        (Some(_), None, ReturnType::Default) => Ok(Form::Frame),
        (None, _, ReturnType::Default) => {
            Err(Problem::new(signature.ident.span(), "this function neither is a frame nor returns what runs one")
                .with_help("give it `alloc: &mut SmartAlloc`, or let it return `impl FnMut(&mut SmartAlloc)`"))
        }
        (None, _, ReturnType::Type(..)) => Ok(Form::Start),
    }
}

fn test(args: &FrameTestArgs, form: Form, mut function: Function) -> TokenStream {
    let runtime = Runtime::new(args.krate.as_ref());
    let runtime = runtime.path();
    let (name, path) = (function.signature.ident.clone(), function.path());
    let attributes = std::mem::take(&mut function.attributes);
    let number = |word: &str, number: Option<u64>| {
        let word = syn::Ident::new(word, Span::mixed_site());
        let number = Literal::u64_unsuffixed(number?);
        Some(quote_spanned!(Span::mixed_site()=> .#word(#number)))
    };
    let limits = |word: &str, limits: &[FrameLimit]| {
        let word = syn::Ident::new(word, Span::mixed_site());
        let each = limits.iter().map(|FrameLimit { name, most }| {
            let mut text = Literal::string(&name.value);
            text.set_span(name.span);
            let most = match most {
                Size::Bytes(bytes) => Literal::u64_unsuffixed(*bytes).into_token_stream(),
                Size::Const(path) => path.into_token_stream(),
            };
            quote_spanned!(Span::mixed_site()=> .#word(#text, #most))
        });
        each.collect::<TokenStream>()
    };
    let options = [
        number("with_warmup", args.warmup.map(u64::from)),
        number("with_frames", args.frames.map(u64::from)),
        number("with_heap", args.heap),
    ];
    let options = options.into_iter().flatten();
    let (tags, systems) = (limits("with_tag", &args.tags), limits("with_system", &args.systems));
    let frames = match form {
        Form::Frame => quote!(#name),
        Form::Start => quote!(#name()),
    };
    let test = quote_spanned!(Span::mixed_site()=> #[::core::prelude::v1::test]);
    let run = quote_spanned!(Span::mixed_site()=>
        #runtime::FrameTest::new(#path) #(#options)* #tags #systems .run(#frames)
    );
    quote! {
        #(#attributes)*
        #test
        fn #name() {
            #function
            #run
        }
    }
}
