//! `in_flight`: what a system returns whose frame ends in flight.
//!
//! The function says `-> (T, FrameInFlight)` and its body makes the `T`: the flight comes to be when the body is over. The second type
//! is whatever the runtime can make of the end of a frame (`Result<FrameInFlight, FlightError>` where the limit may be reached), so that
//! an alias of it serves as well. *Rejected*: `Result<(T, FrameInFlight), E>`, which loses the `T` at the limit and makes `?` in the
//! body ambiguous.

use framealloc_syntax::Problem;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{ReturnType, Type};

use crate::item::Function;

/// What a function with `in_flight` returns beside its flight.
pub(crate) struct Returns {
    /// What the body makes; `None` if the function returns the flight alone.
    pub(crate) result: Option<Box<Type>>,
}

/// A return type that has no place for the flight, or the wrong one.
pub(crate) struct Misplaced {
    pub(crate) problem: Problem,
    /// What the body makes by all appearance, if that is not what the function returns: it is not to be reported as well.
    pub(crate) result: Option<Box<Type>>,
}

impl Returns {
    /// Reads the return type of a function with `in_flight` at `place`.
    pub(crate) fn read(place: Span, output: &ReturnType) -> Result<Self, Misplaced> {
        let returned = match output {
            ReturnType::Default => return Err(misplaced(place, None)),
            ReturnType::Type(_, ty) => ungrouped(ty),
        };
        match returned {
            Type::Tuple(tuple) if tuple.elems.len() == 2 => {
                let [result, flight] = [&tuple.elems[0], &tuple.elems[1]];
                if is_called_flight(result) && !is_called_flight(flight) {
                    return Err(misplaced(result.span(), Some(flight.clone())));
                }
                Ok(Self { result: Some(Box::new(result.clone())) })
            }
            // By name: of another type it is more likely the result, whose flight was forgotten.
            flight if is_called_flight(flight) => Ok(Self { result: None }),
            other => Err(misplaced(other.span(), result_of_a_pair(other))),
        }
    }
}

fn misplaced(span: Span, result: Option<Type>) -> Misplaced {
    let message = "`in_flight` returns the flight beside the result of the body, and has no place here";
    let help = "write `-> (T, FrameInFlight)`, or `-> FrameInFlight` where there is no result";
    Misplaced { problem: Problem::new(span, message).with_help(help), result: result.map(Box::new) }
}

/// `Result<T, E>` of `Result<(T, FrameInFlight), E>`.
fn result_of_a_pair(ty: &Type) -> Option<Type> {
    let mut ty = ty.clone();
    let Type::Path(path) = &mut ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &mut path.path.segments.last_mut()?.arguments else {
        return None;
    };
    let syn::GenericArgument::Type(pair) = arguments.args.first_mut()? else { return None };
    let Type::Tuple(tuple) = ungrouped(pair) else { return None };
    *pair = tuple.elems.first()?.clone();
    Some(ty)
}

/// `in_flight` on a system with `alloc: &SmartAlloc`.
pub(crate) fn of_a_scope(place: Span) -> Problem {
    Problem::new(place, "`in_flight` has no use here: this system is inside a frame, which its caller ends")
        .with_help("take `alloc: &mut SmartAlloc`: then the function is the frame")
}

/// `FrameInFlight` or `Result<FrameInFlight, …>`, by any path.
fn is_called_flight(ty: &Type) -> bool {
    let Type::Path(path) = ungrouped(ty) else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    if last.ident == "FrameInFlight" {
        return true;
    }
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
    let first = arguments.args.first();
    last.ident == "Result" && matches!(first, Some(syn::GenericArgument::Type(ty)) if is_called_flight(ty))
}

/// The type inside of parentheses, and of the invisible group of a `$returned:ty`.
fn ungrouped(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return ty,
        };
    }
}

/// A body that is there for the compiler and the editor only, in a function that returns something else.
pub(crate) fn not_returned(body: &TokenStream) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> {
        let _ = #body;
        ::core::unreachable!()
    })
}

/// What is left of a function that the attribute refuses: its body, which does not make what the function returns.
pub(crate) fn refused(function: &Function) -> TokenStream {
    let body = &function.body;
    if function.signature.asyncness.is_some() {
        return not_returned(&quote!(async #body));
    }
    let result = match Returns::read(Span::call_site(), &function.signature.output) {
        Ok(returns) => returns.result,
        Err(misplaced) => misplaced.result,
    };
    let annotation = result.map(|result| quote!(-> #result));
    not_returned(&quote!(|| #annotation #body))
}
