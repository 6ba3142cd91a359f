//! What the rows of methods say they are called on.

use super::types::Ty;
use super::value::{Root, Value};
use crate::engine::api::{self, Known, On};

/// Whether std has a method of this name for the type of the receiver itself.
pub(super) fn is_of_std(receiver: &Value, name: &str) -> bool {
    let of_type = |on: On| match on {
        On::Anything | On::Static | On::Outliving => false,
        On::NotOfUser | On::HasElements => {
            matches!(receiver.ty.peeled(), Ty::Str | Ty::Slice(_) | Ty::Array(..)) || receiver.ty.collection().is_some()
        }
        _ => true,
    };
    api::shared_method(name).iter().any(|(on, _)| of_type(*on) && fits(*on, receiver))
}

/// Whether a row is about this receiver.
pub(super) fn fits(on: On, receiver: &Value) -> bool {
    let head = || receiver.ty.head();
    let is_container = || receiver.ty.collection().is_some();
    let is_of_user = || matches!(receiver.ty.peeled(), Ty::User(..));
    match on {
        On::Anything => true,
        On::Types(types) => head().is_some_and(|head| types.contains(&head)),
        On::Container => is_container(),
        On::ContainerOrFrameVec => is_container() || head() == Some(Known::FrameVec),
        On::Cell => head().is_some_and(Known::is_cell),
        On::Text => matches!(receiver.ty.peeled(), Ty::Str) || head() == Some(Known::String),
        On::List => matches!(receiver.ty.peeled(), Ty::Slice(_) | Ty::Array(..)) || head() == Some(Known::Vec),
        On::Pointer => matches!(receiver.ty, Ty::Ptr(_)) || head() == Some(Known::NonNull),
        On::Iterator => head() == Some(Known::Iterator),
        On::OptionOrResult => matches!(head(), Some(Known::Option | Known::Result)),
        On::Static => matches!(receiver.alias, Some(Root::Static(_))),
        On::Outliving => matches!(receiver.alias, Some(Root::Static(_) | Root::Param(_))) && !is_of_user(),
        On::NotOfUser => !is_of_user(),
        On::HasElements => !is_of_user() && !receiver.ty.looked_up().is_unknown(),
    }
}
