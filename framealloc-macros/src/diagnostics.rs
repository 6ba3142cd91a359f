//! Problems as compile errors.
//!
//! The one file that names `proc-macro-error2`, which is no longer maintained: to replace it, render [`Problem`] here in
//! another way. Its entry point and its thread-local list of errors are not used, since the readers collect problems as values.

use framealloc_syntax::Problem;
use proc_macro_error2::{Diagnostic, Level};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};

/// All problems as `compile_error!`s, each at its own token. They may stand wherever an item may.
pub(crate) fn render(problems: &[Problem]) -> TokenStream {
    problems
        .iter()
        .map(|problem| {
            let error = Diagnostic::spanned(problem.span, Level::Error, problem.to_string()).into_token_stream();
            // `compile_error` alone is not found under `#![no_implicit_prelude]`. The user's span as it is: with a hygiene of
            // ours, rustc adds a note about macro backtraces to every error.
            quote_spanned!(problem.span=> ::core:: #error)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use framealloc_syntax::Problem;
    use proc_macro2::Span;

    #[test]
    fn every_problem_is_one_error_with_its_help() {
        let problems = [
            Problem::new(Span::call_site(), "option `tag` is given twice"),
            Problem::new(Span::call_site(), "unknown option").with_help("did you mean `tag`?"),
        ];
        assert_eq!(
            super::render(&problems).to_string(),
            ":: core :: compile_error ! { \"option `tag` is given twice\" } \
             :: core :: compile_error ! { \"unknown option\\nhelp: did you mean `tag`?\" }"
        );
    }
}
