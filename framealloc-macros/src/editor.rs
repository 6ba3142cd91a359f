//! What an editor completes and explains: the options of an attribute, as names that lead somewhere.
//!
//! rust-analyzer looks for the token under the cursor in the expansion. An option is no name there, since its meaning is a
//! method of ours; so every expansion hands the options, typed in full or not, to a macro that is nothing for the compiler.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};

use crate::runtime::Runtime;

/// Options whose values are paths to what stands outside of the function.
const LEAD_TO_ITEMS: [&str; 2] = ["budget", "tag"];

/// The options among `args`, and the items that they are set to, for rust-analyzer.
pub(crate) fn options(attribute: &str, args: &TokenStream, runtime: &Runtime) -> TokenStream {
    read(attribute, &pieces(args), TokenStream::new(), runtime)
}

/// The same for an attribute whose first argument is the path to an item.
pub(crate) fn options_after_a_path(attribute: &str, args: &TokenStream, runtime: &Runtime) -> TokenStream {
    let pieces = pieces(args);
    match pieces.split_first() {
        Some((path, options)) if !matches!(path.first(), Some(TokenTree::Literal(_))) => {
            read(attribute, options, quote!((#(#path)*)), runtime)
        }
        _ => read(attribute, &pieces, TokenStream::new(), runtime),
    }
}

fn read(attribute: &str, pieces: &[Vec<TokenTree>], mut values: TokenStream, runtime: &Runtime) -> TokenStream {
    let runtime = runtime.path();
    let attribute = format_ident!("{attribute}", span = Span::mixed_site());
    let mut keys = Vec::new();
    for piece in pieces {
        let Some((TokenTree::Ident(key), value)) = piece.split_first() else { continue };
        if is_name(key) {
            keys.push(key.clone());
        }
        if let Some((TokenTree::Punct(equals), value)) = value.split_first() {
            let is_path = matches!(value.first(), None | Some(TokenTree::Ident(_)));
            if equals.as_char() == '=' && is_path && LEAD_TO_ITEMS.iter().any(|option| key == option) {
                values.extend(quote!((#(#value)*)));
            }
        }
    }
    quote_spanned!(Span::mixed_site()=> #runtime::options! { #attribute [#(#keys)*] #values })
}

/// What stands between the commas.
fn pieces(args: &TokenStream) -> Vec<Vec<TokenTree>> {
    let mut pieces = vec![Vec::new()];
    for token in args.clone() {
        match (&token, pieces.last_mut()) {
            (TokenTree::Punct(comma), _) if comma.as_char() == ',' => pieces.push(Vec::new()),
            (_, Some(piece)) => piece.push(token),
            (_, None) => {}
        }
    }
    pieces
}

/// Not `crate` and other keywords: a list of imports has no place for them.
fn is_name(word: &Ident) -> bool {
    syn::parse2::<Ident>(quote!(#word)).is_ok()
}
