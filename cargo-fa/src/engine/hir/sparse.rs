//! What most rows of a table do not have, at the price of a pointer.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A value that mostly is as it is by default, which takes no memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sparse<T>(Option<Box<T>>);

/// What a [`Sparse`] value is where nothing else is said.
pub(crate) trait Nothing: PartialEq + 'static {
    const NOTHING: &'static Self;
}

impl<T: Nothing> Deref for Sparse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::NOTHING)
    }
}

impl<T: Nothing> From<T> for Sparse<T> {
    fn from(value: T) -> Self {
        Self((value != *T::NOTHING).then(|| Box::new(value)))
    }
}
