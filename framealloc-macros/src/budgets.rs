//! `declared_budgets!`: the budgets of `.fa.toml` as a constant.

use framealloc_syntax::{BudgetTables, Problem};
use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use quote::quote;

use crate::diagnostics::render;
use crate::fa_toml::FaToml;
use crate::runtime::Runtime;

pub(crate) fn expand(args: &TokenStream) -> TokenStream {
    let mut problems = Vec::new();
    let runtime = runtime_of(args, &mut problems);
    let span = Span::call_site();
    let (mut budgets, mut tracked) = (BudgetTables::default(), TokenStream::new());
    if let Some(file) = FaToml::of_this_package() {
        tracked = file.tracked();
        match file.read(span, BudgetTables::parse) {
            Ok(read) => budgets = read,
            Err(errors) => problems.extend(errors),
        }
    } else {
        let problem = Problem::new(span, "there is no `.fa.toml` in the package or above it, up to its workspace");
        problems.push(problem.with_help("make one: `cargo fa init`, then `[tags.physics]` with `budget = \"2MiB\"`"));
    }
    let (errors, value) = (render(&problems), constant(&budgets, &runtime));
    // Beside an error stands a value all the same, so that it is the only one.
    quote!({ #tracked #errors #value })
}

/// Where framealloc is: `crate = path`, or a dependency of its name.
fn runtime_of(args: &TokenStream, problems: &mut Vec<Problem>) -> Runtime {
    let mut tokens = args.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (None, _) => Runtime::new(None),
        (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(equals)))
            if name == "crate" && equals.as_char() == '=' =>
        {
            let path = syn::parse2(tokens.collect());
            if let Err(error) = &path {
                problems.push(Problem::new(error.span(), "`crate` takes the path of framealloc"));
            }
            Runtime::new(path.ok().as_ref())
        }
        (Some(first), _) => {
            let problem = Problem::new(first.span(), "`declared_budgets!` takes nothing, or `crate = path`");
            problems.push(problem.with_help("what it reads is in `.fa.toml`"));
            Runtime::new(None)
        }
    }
}

fn constant(budgets: &BudgetTables, runtime: &Runtime) -> TokenStream {
    let runtime = runtime.path();
    // A number that does not fit a `usize` of the target is the compiler's to tell.
    let bytes = Literal::u64_unsuffixed;
    let thread = budgets
        .thread
        .map(bytes)
        .map_or_else(|| quote!(::core::option::Option::None), |thread| quote!(::core::option::Option::Some(#thread)));
    let tags = budgets.tags.iter().map(|(path, budget)| {
        let budget = bytes(*budget);
        quote!((#path, #budget))
    });
    let heap = budgets.heap.iter().map(|(path, budget)| {
        let budget = bytes(*budget);
        quote!((#path, #budget))
    });
    let heap = (!budgets.heap.is_empty()).then(|| quote!(.with_heap(&[#(#heap),*])));
    quote!(#runtime::DeclaredBudgets::new(#thread, &[#(#tags),*]) #heap)
}
