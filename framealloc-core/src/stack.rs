//! Call stacks of samples: each has a number, process-wide, and is given names when somebody wants to read them.

#[cfg(not(feature = "stacks"))]
#[path = "stack/off.rs"]
mod capture;
#[cfg(feature = "stacks")]
#[path = "stack/on.rs"]
mod capture;

pub(crate) use capture::{OpenedAt, calls_of, here, try_here};

/// The number of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct StackId(pub(crate) u32);

impl StackId {
    /// Nothing is known of it.
    pub(crate) const NONE: Self = Self(0);
}

/// One call of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StackCall {
    /// The path of the function, or its address where the program has no symbol for it.
    pub function: String,
    /// The file, where the program has debug information.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<u32>,
}
