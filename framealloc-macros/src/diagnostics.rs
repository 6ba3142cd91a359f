//! Problems as compile errors.

use framealloc_syntax::Problem;
use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;

/// All problems as `compile_error!`s, each at its own token. They may stand wherever an item may.
pub(crate) fn render(problems: &[Problem]) -> TokenStream {
    problems
        .iter()
        .map(|problem| {
            let mut words = Literal::string(&problem.to_string());
            words.set_span(problem.span);
            // `compile_error` alone is not found under `#![no_implicit_prelude]`. The user's span as it is: with a hygiene of
            // ours, rustc adds a note about macro backtraces to every error.
            quote_spanned!(problem.span=> ::core::compile_error! { #words })
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
