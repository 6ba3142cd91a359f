//! What keeps the positions of a thread, which go with the thread, from those who read them.

use crate::sync::{AcqRel, Acquire, AtomicUsize, Release, const_unless_loom, relax};

/// The thread has given its magazines back: there is nothing to read.
const CLOSED: usize = 1;

/// One reader.
const READER: usize = 2;

/// Whether positions may be read, and how many read them. A reader is inside for the time of two loads; an end of a thread that
/// finds one inside waits for that, and so does not read freed memory nor wait for a walk (P6).
#[derive(Debug)]
pub(super) struct Gate(AtomicUsize);

/// Positions stay where they are until this is dropped.
pub(super) struct Inside<'a>(&'a Gate);

impl Gate {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self(AtomicUsize::new(0))
        }
    }

    /// `None` if the gate is closed; what the thread did before it closed it is ordered before that.
    pub(super) fn enter(&self) -> Option<Inside<'_>> {
        let enter = |state: usize| (state & CLOSED == 0).then_some(state + READER);
        self.0.fetch_update(Acquire, Acquire, enter).ok().map(|_| Inside(self))
    }

    /// Lets nobody in any more. When this returns nobody is inside.
    pub(super) fn close(&self) {
        let mut state = self.0.fetch_or(CLOSED, AcqRel);
        let mut tries = 0;
        while state & !CLOSED != 0 {
            tries += 1;
            relax(tries);
            state = self.0.load(Acquire);
        }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(READER, Release);
    }
}
