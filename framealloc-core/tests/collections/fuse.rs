//! What the tests of panics count: the values, and the calls of user code, one of which panics.

use std::cell::Cell;

thread_local! {
    pub(crate) static MADE: Cell<usize> = const { Cell::new(0) };
    pub(crate) static DROPPED: Cell<usize> = const { Cell::new(0) };
    pub(crate) static CALLS: Cell<usize> = const { Cell::new(0) };
    pub(crate) static FUSE: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Counts a call of user code; panics at the one that the fuse is set to, once.
pub(crate) fn step() {
    let call = CALLS.get();
    CALLS.set(call + 1);
    assert!(call != FUSE.get() || std::thread::panicking(), "fuse");
}
