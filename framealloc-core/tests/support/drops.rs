//! Values that count their drops.
#![allow(dead_code, reason = "each program uses a part")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// How many values were dropped, on whatever thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops(Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn count(&self) -> usize {
        self.0.load(SeqCst)
    }

    /// How many refer to the count: this, its clones, and the values that are alive.
    pub(crate) fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    /// A value that counts here when it is dropped.
    pub(crate) fn value(&self) -> Counted {
        Counted(self.clone())
    }
}

/// Counts its drop.
#[derive(Debug)]
pub(crate) struct Counted(Drops);

impl Counted {
    pub(crate) fn drops(&self) -> &Drops {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, SeqCst);
    }
}
