//! Who signals a barrier.

use serde::{Deserialize, Serialize};

/// Who signals a barrier, as far as a function and what it calls tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that hold in any combination")]
pub(crate) struct Signals {
    /// The thread that runs the function.
    pub(super) own: bool,
    /// Threads that are spawned.
    pub(super) threads: u64,
    /// Some of them are not joined here.
    pub(super) detached: bool,
    /// Some of them are joined before the function goes on.
    pub(super) joins: bool,
    pub(super) waits: bool,
    /// Somebody gets the barrier who may do anything with it, or a number is not known.
    pub(super) unknown: bool,
}
