//! Methods by which the memory of a container is used again, and how far they reach.

use serde::{Deserialize, Serialize};

/// Methods that take elements out of a container and leave its memory, or make it as large as they are told, however
/// often they are called.
const STEADY: &[&str] = &[
    "clear",
    "drain",
    "truncate",
    "retain",
    "retain_mut",
    "pop",
    "pop_front",
    "pop_back",
    "pop_first",
    "pop_last",
    "pop_if",
    "remove",
    "remove_entry",
    "swap_remove",
    "extract_if",
    "reserve",
    "reserve_exact",
    "try_reserve",
    "resize",
    "resize_with",
    "clone_from",
];

/// Whether a container that is kept, and of which this method is called in each frame, uses its memory again.
pub(crate) fn keeps_steady(name: &str) -> bool {
    STEADY.contains(&name)
}

/// What of a container in containers a method leaves the memory of, if it [keeps steady](keeps_steady).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Reach {
    /// That of the container, or nobody knows which.
    All,
    /// That of the outer container: the elements end, with what they hold, or are left alone.
    Outer,
    /// As `Outer`; it is made as large as it is to become.
    Room,
}

/// Methods that leave the memory of elements alone, or end it.
const OUTER: &[&str] = &["clear", "truncate"];

/// Methods that make room in a container, and leave its elements alone.
const ROOM: &[&str] = &["reserve", "reserve_exact", "try_reserve", "resize", "resize_with"];

impl Reach {
    /// Of a method that is called on a container itself, and not on an element.
    pub(crate) fn of_method(name: &str) -> Self {
        match name {
            name if OUTER.contains(&name) => Self::Outer,
            name if ROOM.contains(&name) => Self::Room,
            _ => Self::All,
        }
    }

    /// Those that mean the elements of a container, or the container itself.
    pub(crate) fn all_of(is_element: bool) -> &'static [Self] {
        if is_element { &[Self::All] } else { &[Self::All, Self::Outer, Self::Room] }
    }
}
