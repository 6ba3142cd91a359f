//! Refusals on request, of every kind, and what must not change by one.

use framealloc_core::{AllocError, FillError, Frame, Refused, heap, pool};

use crate::allocator::{Watching, refusing};

#[global_allocator]
static GLOBAL: Watching = Watching::new();

/// Who refuses a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody: the call must succeed, or its case shows nothing.
    Nobody,
    /// The budget of the thread, of which nothing is left.
    Budget,
    /// The global allocator.
    Memory,
    /// The largest size that Rust knows.
    Size,
    /// A fixed pool that is full.
    Full,
}

impl Refusal {
    /// Makes a call, with this refusal for as long as it takes, and sees to it that a refused call changes no figure.
    pub(crate) fn during<R, E: Typed>(
        self,
        frame: &Frame,
        call: impl FnOnce() -> Result<R, E>,
    ) -> Result<(), AllocError> {
        if self == Self::Memory {
            // Without room in the chunks that there are, the call has to ask for more.
            refusing(0, || while frame.try_frame_alloc::<u64>().is_ok() {});
        }
        // Blocks may lie apart (the feature `debug`, the address sanitizer): what grows in its place would still fit.
        let _rest = (self == Self::Memory).then(|| frame.cursor());
        let before = figures(frame);
        if self == Self::Budget {
            frame.set_thread_frame_budget(0);
        }
        let outcome = if self == Self::Memory { refusing(0, call) } else { call() };
        frame.clear_thread_frame_budget();
        let outcome = outcome.map(drop).map_err(Typed::typed);
        if outcome.is_err() {
            assert_eq!(figures(frame), before, "a refused call changes nothing");
        }
        outcome
    }

    /// A length: the largest one if it is the size that refuses.
    pub(crate) fn length(self, otherwise: usize) -> usize {
        if self == Self::Size { isize::MAX.unsigned_abs() } else { otherwise }
    }

    /// Whether this is the error of such a refusal.
    pub(crate) fn is_told_by(self, error: &AllocError) -> bool {
        match self {
            Self::Nobody => false,
            Self::Budget => matches!(error, AllocError::BudgetExceeded { .. }),
            Self::Memory => matches!(error, AllocError::OutOfMemory { .. }),
            Self::Size => matches!(error, AllocError::CapacityOverflow),
            Self::Full => matches!(error, AllocError::PoolFull { .. }),
        }
    }
}

/// An error that names a refusal.
pub(crate) trait Typed {
    fn typed(self) -> AllocError;
}

impl Typed for AllocError {
    fn typed(self) -> AllocError {
        self
    }
}

impl<T> Typed for Refused<T> {
    fn typed(self) -> AllocError {
        self.into_parts().1
    }
}

impl<E: core::fmt::Debug> Typed for FillError<E> {
    fn typed(self) -> AllocError {
        match self {
            Self::Alloc(error) => error,
            other => panic!("what fills it does not fail: {other:?}"),
        }
    }
}

/// What a thread holds of every kind of memory.
fn figures(frame: &Frame) -> (usize, [u64; 3]) {
    let classes: usize = pool::class_pools().iter().chain(&pool::own_pools()).map(|pool| pool.live).sum();
    let live = heap::stats().iter().map(|stats| stats.live).sum();
    (frame.used_bytes(), [classes as u64, live, pool::oversized().live])
}
