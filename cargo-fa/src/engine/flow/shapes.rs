//! What the shape of a type says: whether all of it is known, what it leads to, how it fits another one.

use std::sync::Arc;

use super::layout::element_of;
use super::types::Ty;
use crate::engine::api::Known;

impl Ty {
    /// What lies in the memory that a reference, a box or a collection leads to, as far as the type says.
    pub(crate) fn held_directly(&self) -> Option<Self> {
        let held = match self {
            Self::Known(Known::Option | Known::Result, args) => return args.first()?.held_directly(),
            Self::Ref { inner, .. } => Some((**inner).clone()),
            Self::Known(Known::FrameBox, args) => args.first().cloned(),
            other => other.collected(),
        };
        held.filter(|held| !held.is_unknown())
    }

    /// The type, without the `'static` that a value of the other type does not have.
    pub(crate) fn loosened(&self, by: &Self) -> Self {
        match (self, by) {
            (Self::Ref { inner, mutable, fixed }, Self::Ref { fixed: known, .. }) => {
                Self::Ref { inner: Arc::clone(inner), mutable: *mutable, fixed: *fixed && *known }
            }
            (Self::Known(known, args), Self::Known(same, others)) if known == same && args.len() == others.len() => {
                Self::Known(*known, args.iter().zip(&**others).map(|(arg, other)| arg.loosened(other)).collect())
            }
            (Self::Tuple(parts), Self::Tuple(others)) if parts.len() == others.len() => {
                Self::Tuple(parts.iter().zip(&**others).map(|(part, other)| part.loosened(other)).collect())
            }
            _ => self.clone(),
        }
    }

    /// What a key or a place is looked up for: the value of a map, the element of a list.
    pub(crate) fn looked_up(&self) -> Self {
        match self.peeled() {
            Self::Known(Known::HashMap | Known::BTreeMap | Known::FrameMap | Known::FrameSortedMap, args) => {
                args.get(1).cloned().unwrap_or(Self::Unknown)
            }
            _ => element_of(self),
        }
    }

    /// Whether every part of it is known.
    pub(crate) fn is_concrete(&self) -> bool {
        match self {
            Self::Unknown
            | Self::Opaque { .. }
            | Self::Param(_)
            | Self::Trait(_)
            | Self::Generic { .. }
            | Self::Closure => false,
            Self::Never | Self::Unit | Self::Scalar(_) | Self::Str | Self::Function => true,
            Self::Ref { inner, .. } | Self::Ptr(inner) | Self::Array(inner, _) | Self::Slice(inner) => {
                inner.is_concrete()
            }
            Self::Tuple(parts) | Self::Known(_, parts) | Self::User(_, parts) => parts.iter().all(Self::is_concrete),
        }
    }

    /// Memory of the heap that is not a part of something else, and may be missing.
    pub(crate) fn owns_directly(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Known(Known::Option | Known::Result, args) => args.first().is_none_or(Self::owns_directly),
            Self::Known(known, _) => {
                known.is_heap_container() || matches!(known, Known::Box | Known::Rc | Known::Arc | Known::Iterator)
            }
            _ => false,
        }
    }

    /// An iterator, perhaps in a box.
    pub(crate) fn holds_iterator(&self) -> bool {
        match self {
            Self::Known(Known::Iterator, _) => true,
            Self::Known(Known::Box | Known::Option, args) => args.first().is_some_and(Self::holds_iterator),
            Self::Opaque { borrows, .. } => *borrows,
            _ => false,
        }
    }
}
