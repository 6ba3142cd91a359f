//! How the text of a file is named: by its content, and by the macros that it calls.

use super::hash::hash;
use super::macros::FileMacros;

/// What of a file is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    /// What is in modules of tests.
    pub(crate) tests: bool,
    /// What is in functions; otherwise that waits until somebody asks for it.
    pub(crate) bodies: bool,
}

/// Names a text, and whether what is in its modules of tests counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    hash: u128,
    pub(crate) tests: bool,
    /// What the macros are that it calls; another file may define them.
    macros: u128,
}

impl Key {
    pub(crate) fn of(bytes: &[u8], extent: Extent) -> Self {
        Self { hash: hash(bytes), tests: extent.tests, macros: 0 }
    }

    /// The same text with these macros.
    pub(super) fn with_macros(self, macros: Option<&FileMacros>) -> Self {
        Self { macros: macros.map_or(0, |macros| macros.fingerprint), ..self }
    }

    pub(super) fn stored(self) -> u128 {
        self.hash ^ u128::from(self.tests) ^ self.macros
    }
}
