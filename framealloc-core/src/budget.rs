//! Budgets: limits on the frame memory that a thread, a tag, a system or the whole allocator may hold.

use crate::error::Limit;

/// A soft limit is this part of a budget, in per cent, where nothing else is said.
const SOFT_PERCENT: u8 = 80;

/// What happens to a request that a budget has no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BudgetPolicy {
    /// It fails with [`AllocError::BudgetExceeded`](crate::AllocError::BudgetExceeded): the `try_` forms return it, the
    /// others panic.
    #[default]
    Fail,
    /// It is served, and recorded as an event.
    Warn,
    /// It is served. How often that was so is recorded too, for those who look.
    Allow,
    /// It is served from the heap, outside the budget, until the frame or scope ends.
    Promote,
}

/// A limit in bytes (`usize::MAX` is none), what happens beyond it, and a soft limit below it.
///
/// What counts are the bytes that arenas hand out, padding included, as long as they are held: those of a scope count
/// until it closes. A request needs its size rounded up to 8 bytes, which is what objects are placed at. On one thread a
/// budget is exact: everything up to it succeeds, the next 8 bytes do not. A budget that several threads share is never
/// exceeded either, but each thread may hold up to 16 KiB of it open and unused in each of its arenas, those of scopes
/// included, until the frame ends.
///
/// ```
/// use framealloc_core::{AllocError, AllocConfig, Budget, SmartAlloc, kilobytes};
///
/// let alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("ai", Budget::new(kilobytes(1))));
/// let ai = alloc.tagged("ai");
/// let paths = ai.try_frame_slice_copy(&[0_u64; 120]);
/// assert!(paths.is_ok());
/// assert!(matches!(ai.try_frame_box([0_u64; 16]), Err(AllocError::BudgetExceeded { asked: 128.., .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    bytes: usize,
    policy: BudgetPolicy,
    soft_percent: u8,
}

impl Budget {
    /// Makes a budget of `bytes` bytes that fails what exceeds it, with a soft limit at 80 per cent.
    #[must_use]
    pub const fn new(bytes: usize) -> Self {
        Self { bytes, policy: BudgetPolicy::Fail, soft_percent: SOFT_PERCENT }
    }

    /// Sets what happens to requests beyond the budget.
    #[must_use]
    pub const fn with_policy(mut self, policy: BudgetPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the part of the budget, in per cent, beyond which an event is recorded, once per frame. From 100 on there is
    /// none.
    #[must_use]
    pub const fn with_soft_limit(mut self, percent: u8) -> Self {
        self.soft_percent = percent;
        self
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns what happens to requests beyond the budget.
    #[must_use]
    pub const fn policy(&self) -> BudgetPolicy {
        self.policy
    }

    /// Returns the bytes beyond which an event is recorded, if there is a soft limit.
    #[must_use]
    pub const fn soft_bytes(&self) -> Option<usize> {
        if self.soft_percent >= 100 {
            return None;
        }
        let percent = self.soft_percent as usize;
        // In two parts, as the product may be over `usize::MAX`.
        Some(self.bytes / 100 * percent + self.bytes % 100 * percent / 100)
    }
}

/// A number of bytes is a budget that fails what exceeds it.
impl From<usize> for Budget {
    fn from(bytes: usize) -> Self {
        Self::new(bytes)
    }
}

/// The budgets of a `.fa.toml`, read while the program was compiled: what `framealloc::declared_budgets!()` makes and
/// [`AllocConfig::with_budgets`](crate::AllocConfig::with_budgets) takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredBudgets {
    thread: Option<usize>,
    tags: &'static [(&'static str, usize)],
    heap: &'static [(&'static str, usize)],
    policy: BudgetPolicy,
}

impl DeclaredBudgets {
    /// For expansions: the bytes of a thread, and of tags by path.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(thread: Option<usize>, tags: &'static [(&'static str, usize)]) -> Self {
        Self { thread, tags, heap: &[], policy: BudgetPolicy::Fail }
    }

    /// For expansions: the bytes of the heap that tags should have, by path.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_heap(mut self, heap: &'static [(&'static str, usize)]) -> Self {
        self.heap = heap;
        self
    }

    /// Sets what happens to requests beyond these budgets; the file says only how many bytes they have.
    #[must_use]
    pub const fn with_policy(mut self, policy: BudgetPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Returns the budget of each thread: `thread` of `[budgets]`.
    #[must_use]
    pub fn thread(&self) -> Option<Budget> {
        self.thread.map(|bytes| Budget::new(bytes).with_policy(self.policy))
    }

    /// Returns the tags that have a budget, by path, in the order of their paths.
    pub fn tags(&self) -> impl Iterator<Item = (&'static str, Budget)> {
        self.tags.iter().map(|(path, bytes)| (*path, Budget::new(*bytes).with_policy(self.policy)))
    }

    /// Returns the tags that have a heap budget, by path, with its bytes, in the order of their paths.
    pub fn heap(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.heap.iter().copied()
    }
}

/// What a budget did in the last frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetEvent {
    /// The budget.
    pub limit: Limit,
    /// What became of the request.
    pub outcome: BudgetOutcome,
    /// Bytes that the first such request of the frame asked for, padding included.
    pub asked: usize,
    /// Bytes that were left in the budget then.
    pub left: usize,
    /// How often it happened in the frame. Under `Warn` and `Allow` memory beyond the budget is opened in pieces of some
    /// KiB, and it is these that are counted.
    pub count: usize,
}

/// What became of a request that met a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum BudgetOutcome {
    /// It was served, beyond the soft limit. Recorded once per frame, and for a budget of several arenas or threads as
    /// soon as what they have open exceeds it.
    SoftLimit,
    /// It was refused ([`BudgetPolicy::Fail`]).
    Refused,
    /// It was served beyond the budget ([`BudgetPolicy::Warn`]).
    Warned,
    /// It was served beyond the budget ([`BudgetPolicy::Allow`]).
    Allowed,
    /// It was served from the heap ([`BudgetPolicy::Promote`]).
    Promoted,
}
