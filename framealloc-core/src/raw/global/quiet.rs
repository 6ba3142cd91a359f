//! What the feature `debug` does for itself: what that asks of the global allocator is not the program's.

use core::cell::Cell;

use super::zone::unwatched;

thread_local! {
    /// Constant and without a destructor: memory is asked for and given back at any time in a thread's life.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is at work on what the feature `debug` knows.
pub(crate) fn is_busy() -> bool {
    BUSY.get()
}

/// Changes what the feature `debug` knows. What this asks of the global allocator is not the program's: it is not counted, and
/// where a user's global allocator comes back here, `None` is returned and nothing is done.
pub(crate) fn quietly<R>(keep: impl FnOnce() -> R) -> Option<R> {
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            BUSY.set(false);
        }
    }
    if BUSY.replace(true) {
        return None;
    }
    let _done = Done;
    Some(unwatched(keep))
}
