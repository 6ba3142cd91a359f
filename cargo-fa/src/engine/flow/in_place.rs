//! `collect` of a vector that is used up: std puts the new elements where the old ones were, if they have the same layout.

use std::sync::Arc;

use super::types::{Ty, Types};
use super::value::Value;
use crate::engine::api::Known;

/// The memory of the vector that an iterator uses up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UsedUp {
    element: Ty,
    /// What comes out are the elements themselves.
    unchanged: bool,
}

/// Whether `collect` finds new memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewMemory {
    Certain,
    /// The layout of the elements is not known.
    Possible,
    None,
}

impl UsedUp {
    /// Of what `into_iter` is called on; nothing where that is borrowed or no vector.
    pub(super) fn of(over: &Value, name: &str) -> Option<Arc<Self>> {
        let Ty::Known(Known::Vec | Known::BinaryHeap, args) = &over.ty else { return None };
        let element = args.first().cloned().unwrap_or(Ty::Unknown);
        (name == "into_iter").then(|| Arc::new(Self { element, unchanged: true }))
    }

    /// After an adaptor of this name: std looks through those that give out at most one element for each one taken.
    pub(super) fn after(used: Option<Arc<Self>>, adaptor: &str) -> Option<Arc<Self>> {
        let used = used?;
        match adaptor {
            "filter" | "inspect" | "take" | "take_while" | "skip" | "skip_while" | "peekable" | "fuse" => Some(used),
            "map" | "map_while" | "filter_map" | "enumerate" | "zip" | "scan" => {
                Some(Arc::new(Self { unchanged: false, ..(*used).clone() }))
            }
            _ => None,
        }
    }
}

impl Types<'_, '_> {
    /// Whether a vector that is collected from an iterator, which gives out these elements, is in new memory.
    pub(super) fn new_memory(self, iterator: &Value, element: &Ty) -> NewMemory {
        // What is made by something that never returns is never made.
        if *element == Ty::Never {
            return NewMemory::None;
        }
        let Some(used) = &iterator.used_up else { return NewMemory::Certain };
        if used.unchanged || used.element == *element && element.is_concrete() {
            return NewMemory::None;
        }
        match (self.layout(&used.element), self.layout(element)) {
            (Some(old), Some(new)) if old == new => NewMemory::None,
            (Some(_), Some(_)) => NewMemory::Certain,
            _ => NewMemory::Possible,
        }
    }
}
