//! Who has an arena set: what the sentinel of the thread and the entry of the arena set share.

use crate::sync::{Acquire, AtomicU64, Relaxed, Release};

/// Anything of the arena set may be borrowed while its thread is in no call of the allocator (I22).
const LENT: u64 = 1;

/// The thread has ended.
const OVER: u64 = 2;

/// The token of the thread is above these; no thread has 0.
const BITS: u32 = 2;

/// What a thread wants of its arena set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// A scope that ends before the call that opens it returns.
    Scopes,
    /// Anything else: what is lent may be held until the frame ends.
    Lent,
}

/// One word, so that who takes an arena set over takes it from the very thread that had it: tokens are never used again.
#[derive(Debug)]
pub(super) struct Claim(AtomicU64);

impl Claim {
    /// Of a thread that has just made the arena set. It is lent until [`set_access`](Self::set_access) says otherwise: until the
    /// thread's end is sure to be heard of nobody may take it over.
    pub(super) fn of(token: u64) -> Self {
        Self(AtomicU64::new(Self::lent(token)))
    }

    fn lent(token: u64) -> u64 {
        (token << BITS) | LENT
    }

    /// Whether the thread with this token has the arena set; asked by that thread.
    pub(super) fn is_of(&self, token: u64) -> bool {
        self.0.load(Relaxed) >> BITS == token
    }

    /// Whether another thread may have the arena set: it is nobody's or, not lent, of a thread that has ended.
    pub(super) fn is_free(&self) -> bool {
        Self::allows(self.0.load(Relaxed))
    }

    fn allows(claim: u64) -> bool {
        claim == 0 || (claim & OVER != 0 && claim & LENT == 0)
    }

    /// Takes the arena set for a thread if it is free; what the thread before it did is ordered before. It is lent until
    /// [`set_access`](Self::set_access) says otherwise.
    pub(super) fn take(&self, token: u64) -> bool {
        let take = |claim: u64| Self::allows(claim).then_some(Self::lent(token));
        self.0.fetch_update(Acquire, Relaxed, take).is_ok()
    }

    /// Says what the arena set is used for; called by its thread, which will be heard of when it ends.
    pub(super) fn set_access(&self, access: Access) {
        // Only the thread changes a claim that is its own and not over.
        let claim = self.0.load(Relaxed);
        self.0.store(if access == Access::Lent { claim | LENT } else { claim & !LENT }, Relaxed);
    }

    /// The thread of the arena set uses it again. `false` if it has ended and another one was faster.
    pub(super) fn lend(&self, token: u64, access: Access) -> bool {
        let lend = |claim: u64| {
            let wants = if access == Access::Lent || claim & OVER != 0 { LENT } else { 0 };
            (claim >> BITS == token).then_some(claim | wants)
        };
        self.0.fetch_update(Relaxed, Relaxed, lend).is_ok()
    }

    /// The thread has ended; called by it, after its last use of the arena set between calls that lend nothing.
    pub(super) fn end(&self) {
        self.0.fetch_or(OVER, Release);
    }

    /// Takes the arena set from a thread that has ended, lent or not; for who holds the allocator exclusively.
    pub(super) fn give_up_if_over(&self) -> bool {
        let is_over = self.0.load(Relaxed) & OVER != 0;
        if is_over {
            self.0.store(0, Relaxed);
        }
        is_over
    }

    /// Whether a thread has the arena set; for who holds the allocator exclusively.
    pub(super) fn is_taken(&self) -> bool {
        self.0.load(Relaxed) != 0
    }
}
