//! Values whose drops are watched.

use loom::cell::UnsafeCell;
use loom::sync::Arc;

/// How often something was dropped: no atomic, so that only what orders the drops makes reading it right.
#[derive(Clone)]
pub(crate) struct Drops(Arc<UnsafeCell<usize>>);

// SAFETY: this is what the models check: loom fails on a race.
unsafe impl Send for Drops {}
// SAFETY: likewise.
unsafe impl Sync for Drops {}

impl Drops {
    pub(crate) fn new() -> Self {
        Self(Arc::new(UnsafeCell::new(0)))
    }

    pub(crate) fn count(&self) -> usize {
        // SAFETY: loom fails if somebody else writes meanwhile.
        self.0.with(|count| unsafe { *count })
    }
}

/// Counts its drop.
pub(crate) struct Value(u64, Drops);

impl Value {
    pub(crate) fn new(number: u64, drops: &Drops) -> Self {
        Self(number, drops.clone())
    }

    pub(crate) fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: loom fails if somebody else reads or writes meanwhile.
        self.1.0.with_mut(|count| unsafe { *count += 1 });
    }
}
