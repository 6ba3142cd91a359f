//! The error of calls that take a value by value.

use core::fmt;

use crate::error::AllocError;

/// A value for which there was no memory, with the reason. Nothing is lost: [`into_value`](Self::into_value) gives it back.
///
/// ```
/// use framealloc_core::pool::{Pool, PoolSpec};
///
/// static DOORS: Pool<String> = Pool::new(PoolSpec::new("Door").capacity(1).fixed());
///
/// let first = DOORS.boxed("front".to_owned());
/// let refused = DOORS.try_boxed("back".to_owned()).unwrap_err();
/// assert_eq!(refused.to_string(), "pool `Door` is full: 1 of 1 objects live");
/// assert_eq!(refused.into_value(), "back");
/// # drop(first);
/// ```
pub struct Refused<T> {
    value: T,
    error: AllocError,
}

impl<T> Refused<T> {
    pub(crate) fn new(value: T, error: AllocError) -> Self {
        Self { value, error }
    }

    /// Why the value was refused.
    pub fn error(&self) -> &AllocError {
        &self.error
    }

    /// The value.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The value and the reason.
    pub fn into_parts(self) -> (T, AllocError) {
        (self.value, self.error)
    }
}

impl<T> fmt::Debug for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<T> fmt::Display for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> core::error::Error for Refused<T> {}
