//! The stack of the calling thread, by the platform's unwinder.

use backtrace::Frame;

/// Calls `visit` with the calls of this thread, the innermost first, until it returns `false`.
///
/// `backtrace` has a lock, which who looks up names holds for milliseconds: a thread in the middle of a frame, or inside the
/// global allocator, must not wait for that.
pub(crate) fn walk(visit: impl FnMut(&Frame) -> bool) {
    if cfg!(windows) {
        backtrace::trace(visit);
        return;
    }
    // SAFETY: what the lock is for is the library `dbghelp`, which only Windows has. Elsewhere this calls the unwinder of the
    // platform, which any thread may call at any time.
    unsafe { backtrace::trace_unsynchronized(visit) };
}
