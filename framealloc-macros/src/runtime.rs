//! Paths into framealloc.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// Where the expansion finds framealloc: the option `crate`, or the dependency of that name.
pub(crate) struct Runtime(TokenStream);

impl Runtime {
    pub(crate) fn new(given: Option<&syn::Path>) -> Self {
        Self(given.map_or_else(
            || quote_spanned!(Span::mixed_site()=> ::framealloc::__private),
            |path| {
                let end = quote_spanned!(Span::mixed_site()=> ::__private);
                quote!(#path #end)
            },
        ))
    }

    /// The path of the module for expansions.
    pub(crate) fn path(&self) -> &TokenStream {
        &self.0
    }
}
