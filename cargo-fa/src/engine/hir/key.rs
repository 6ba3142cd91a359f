//! How the text of a file is named: by its content.

use super::Extent;
use super::hash::hash;

/// Names a text, and whether what is in its modules of tests counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    hash: u128,
    pub(crate) tests: bool,
}

impl Key {
    pub(crate) fn of(bytes: &[u8], extent: Extent) -> Self {
        Self { hash: hash(bytes), tests: extent.tests }
    }

    pub(super) fn stored(self) -> u128 {
        self.hash ^ u128::from(self.tests)
    }
}
