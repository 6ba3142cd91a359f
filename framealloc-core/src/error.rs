//! What can go wrong, and how one body serves the panicking and the `try_` form of every call.

use core::fmt;

/// Why memory was not handed out. Nothing has changed when a call returns one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllocError {
    /// The size of the request, in bytes, is over what a Rust value may have (`isize::MAX`).
    CapacityOverflow,
    /// The global allocator refused.
    OutOfMemory {
        /// Bytes that were asked of the global allocator.
        asked: usize,
    },
    /// A budget would have been exceeded.
    BudgetExceeded {
        /// The budget that refused.
        limit: Limit,
        /// Bytes that were asked for, padding included.
        asked: usize,
        /// Bytes that were left in the budget.
        left: usize,
    },
    /// A pool with a fixed capacity has no slot left.
    PoolFull {
        /// The name of the pool.
        pool: &'static str,
        /// Objects that may live in it at once.
        capacity: usize,
    },
}

/// The budget that refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// What one thread may hold in frame memory.
    Thread,
    /// What a tag may hold on one thread: its path.
    Tag(&'static str),
    /// What one call of an annotated system may hold: its name.
    System(&'static str),
    /// What the whole allocator may hold.
    Global,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thread => f.write_str("the frame budget of the thread"),
            Self::Tag(path) => write!(f, "the budget of tag `{path}`"),
            Self::System(name) => write!(f, "the budget of system `{name}`"),
            Self::Global => f.write_str("the budget of the allocator"),
        }
    }
}

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CapacityOverflow => {
                write!(f, "capacity overflow: the request is larger than {} bytes", isize::MAX)
            }
            Self::OutOfMemory { asked } => write!(f, "out of memory: the global allocator refused {asked} bytes"),
            Self::BudgetExceeded { limit, asked, left } => {
                write!(f, "{limit} is exceeded: {asked} bytes were asked for, {left} bytes are left")
            }
            Self::PoolFull { pool, capacity } => {
                write!(f, "pool `{pool}` is full: {capacity} of {capacity} objects live")
            }
        }
    }
}

impl core::error::Error for AllocError {}

/// How a body reports failure: as a value (`AllocError`) or by a panic with the same words ([`Never`]).
///
/// One generic body per operation, instead of two that can drift apart; the idea is bump-scope's `ErrorBehavior`.
pub(crate) trait Failure: Sized {
    fn fail(error: AllocError) -> Self;
}

impl Failure for AllocError {
    #[inline(always)]
    fn fail(error: AllocError) -> Self {
        error
    }
}

/// The error of the panicking forms: a value of it cannot exist.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Never {}

impl Failure for Never {
    #[cold]
    #[inline(never)]
    fn fail(error: AllocError) -> Self {
        panic!("{error}")
    }
}

/// The value of a result that cannot be an error.
#[inline(always)]
pub(crate) fn infallible<T>(result: Result<T, Never>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}
