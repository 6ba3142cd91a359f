//! A function's body as a closure over its frame.
//!
//! Why a closure and not a guard: the frame's lifetime is then known to nobody but the closure, and a value that escapes gives
//! exactly one error, at the user's own expression. With a guard the lifetime is a free one of the signature, and the compiler
//! adds a second error with advice that leads nowhere.

use framealloc_syntax::AllocatorSource;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{ReturnType, Type};

use crate::item::{Function, ours_at};

/// A statement that keeps what a method lent for as long as the body runs, nothing elsewhere, and the expression to borrow from.
///
/// What the method took by reference is free for the body then: `alloc = ctx.alloc.whole()` beside `ctx.reset()`.
pub(crate) fn lent(source: &AllocatorSource) -> (Option<TokenStream>, TokenStream) {
    let AllocatorSource { expression, binding, .. } = source;
    if !source.is_made() {
        return (None, expression.to_token_stream());
    }
    let lent = Ident::new("lent", ours_at(binding.span()));
    (Some(quote_spanned!(Span::mixed_site()=> let #lent = #expression;)), lent.into_token_stream())
}

/// As [`lent`], and a field that is itself a borrow is copied out: `alloc = ctx.alloc` beside `ctx.reset()`.
pub(crate) fn lent_from_field(source: &AllocatorSource, runtime: &TokenStream) -> (Option<TokenStream>, TokenStream) {
    let AllocatorSource { expression, binding, .. } = source;
    if !source.is_field() {
        return lent(source);
    }
    let lent = Ident::new("lent", ours_at(binding.span()));
    let statement = quote_spanned!(Span::mixed_site()=>
        let #lent = {
            #[allow(unused_imports)]
            use #runtime::{LentAsItIs as _, LentLonger as _};
            (&#runtime::Lending(&#expression)).lent()
        };
    );
    (Some(statement), lent.into_token_stream())
}

/// `|binding: ty| -> Return { body }`, not `move`: what the body only reads stays with the caller.
///
/// `first` runs before the body, as its first statement.
pub(crate) fn of_body(
    function: &Function,
    binding: &Ident,
    ty: Option<&TokenStream>,
    first: Option<&TokenStream>,
) -> TokenStream {
    match &function.signature.output {
        ReturnType::Default => returning(None, function, binding, ty, first),
        ReturnType::Type(_, returned) => returning(Some(returned), function, binding, ty, first),
    }
}

/// As [`of_body`], returning something else than the function does; nothing without a type.
pub(crate) fn returning(
    returned: Option<&Type>,
    function: &Function,
    binding: &Ident,
    ty: Option<&TokenStream>,
    first: Option<&TokenStream>,
) -> TokenStream {
    let body = match first {
        None => function.body.clone(),
        Some(first) => function.body_after(first),
    };
    // `-> ()` written out: a last expression of another type is then reported at its own place.
    let annotation = match returned {
        None => Some(quote_spanned!(Span::mixed_site()=> -> ())),
        Some(returned) => nameable(returned).map(|returned| quote_spanned!(Span::mixed_site()=> -> #returned)),
    };
    let ty = ty.map(|ty| quote!(: #ty));
    let allow = allow_rebinding();
    quote!(|#allow #binding #ty| #annotation #body)
}

/// What a strict user must not be told of the second `alloc`: that it shadows the first, on purpose, or that the body has no use
/// for it, since being passed on to the frame is use enough.
pub(crate) fn allow_rebinding() -> TokenStream {
    quote_spanned!(Span::mixed_site()=>
        #[allow(unused_variables, clippy::shadow_reuse, clippy::shadow_same, clippy::shadow_unrelated)]
    )
}

/// The type as a closure or a `let` may write it: with `_` for every `impl Trait` in it; nothing if it is one as a whole.
pub(crate) fn nameable(ty: &Type) -> Option<Type> {
    struct Opaque;
    impl VisitMut for Opaque {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if matches!(ty, Type::ImplTrait(_)) {
                *ty = syn::parse_quote!(_);
            } else {
                syn::visit_mut::visit_type_mut(self, ty);
            }
        }
    }
    let mut ty = ty.clone();
    Opaque.visit_type_mut(&mut ty);
    if matches!(ty, Type::Infer(_)) { None } else { Some(ty) }
}
