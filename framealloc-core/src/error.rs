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
    /// Memory is sealed, and has no room for what would grow: see [`SmartAlloc::seal`](crate::SmartAlloc::seal).
    Sealed {
        /// What would have grown.
        by: Grower,
        /// Bytes that it asked for.
        asked: usize,
        /// Bytes that were left in the region, perhaps not in one piece; 0 without one.
        left: usize,
    },
}

/// What grows, where memory is [sealed](crate::SmartAlloc::seal).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grower {
    /// The frame memory of a tag, on any thread: its path.
    Frames(&'static str),
    /// A pool: its name.
    Pool(&'static str),
    /// The lists of retired values.
    Retired,
    /// What the library keeps for itself: what it is for.
    Table(&'static str),
}

impl fmt::Display for Grower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frames(tag) => write!(f, "the frame memory of tag `{tag}`"),
            Self::Pool(name) => write!(f, "pool `{name}`"),
            Self::Retired => f.write_str("the list of retired values"),
            Self::Table(name) => write!(f, "the table of {name}"),
        }
    }
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
            Self::Sealed { by, asked, left } => {
                write!(f, "memory is sealed: {by} asked for {asked} bytes, {left} bytes are left in the region")
            }
        }
    }
}

impl core::error::Error for AllocError {}

/// Why memory was not filled: it was refused, or what was to fill it failed with an error of its own.
///
/// ```
/// use framealloc_core::{FillError, SmartAlloc};
///
/// let alloc = SmartAlloc::default();
/// let texts = ["1", "x"];
/// let numbers = alloc.try_frame_slice_try_fill_with(2, |index| texts[index].parse::<u8>());
/// assert!(matches!(numbers, Err(FillError::Fill(_))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FillError<E> {
    /// The memory was refused; nothing was called to fill it.
    Alloc(AllocError),
    /// What was to fill it failed. The memory went back to the frame.
    Fill(E),
}

impl<E: fmt::Display> fmt::Display for FillError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alloc(error) => error.fmt(f),
            Self::Fill(error) => error.fmt(f),
        }
    }
}

impl<E: core::error::Error> core::error::Error for FillError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Alloc(error) => error.source(),
            Self::Fill(error) => error.source(),
        }
    }
}

/// The result of a `try_` form whose fill may fail by itself.
#[inline(always)]
pub(crate) fn fill_result<T, E>(result: Result<Result<T, E>, AllocError>) -> Result<T, FillError<E>> {
    match result {
        Ok(filled) => filled.map_err(FillError::Fill),
        Err(error) => Err(FillError::Alloc(error)),
    }
}

/// A text for C has a zero byte before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InteriorNulError {
    /// Bytes before the first zero byte.
    pub position: usize,
}

impl fmt::Display for InteriorNulError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "zero byte at position {} of a text for C", self.position)
    }
}

impl core::error::Error for InteriorNulError {}

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
