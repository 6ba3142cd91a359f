//! Gates: where an arena asks before it opens memory to the hot path.
//!
//! The hot path knows nothing of budgets: the window it bumps through is cut to what was granted, so that the compare
//! it makes anyway is the check.

use crate::error::AllocError;

/// Where an arena asks before it opens more memory to the hot path.
///
/// Implemented by the frame that the arena is in, which knows the budgets. Called in the cold path only, and never
/// while a reference into the arena is held (I9): the answer may be to withdraw this very arena's window.
pub(crate) trait Gate {
    /// How much of `need` (the request with its padding) to `prefer` bytes may be opened. Both are multiples of
    /// [`MIN_ALIGN`], and so is the answer. [`Grant::Again`] comes at the first attempt only.
    fn grant(&self, need: usize, prefer: usize, attempt: Attempt) -> Result<Grant, AllocError>;
    /// Bytes of a grant that were closed unused.
    fn give_back(&self, bytes: usize);
    /// Memory is sealed and has no room for `asked` bytes: whether the request goes to the heap, by the policy of the most
    /// particular budget. That is noted, then.
    fn promotes(&self, asked: usize) -> bool;
    /// Whether a scope that closes may keep its window: it is taken back before anything is refused.
    fn keeps(&self) -> bool;
    /// Everything granted is back. Returns whether the arena is to go on asking.
    fn reset(&self) -> bool;
}

/// Whether an arena asks again, should that help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    First,
    Last,
}

/// The answer of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// This many bytes may be opened.
    Open(usize),
    /// The request goes to a chunk of its own and is attributed to no account.
    Dedicated,
    /// Windows were withdrawn to make room, perhaps that of the arena itself: look again, and ask again.
    Again,
}
