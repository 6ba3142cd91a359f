//! Diagnostics: what went wrong in a frame, with a code that `cargo fa explain` knows.
//!
//! They are found or raised during a frame and reported at its end, with nothing locked: to subscribers, to `tracing` (feature
//! `diagnostics`), and by a panic in strict mode. Nothing is printed otherwise: a library does not write to a program's
//! standard error unasked.

use core::fmt;

use super::diagnostic::Diagnostic;
use super::repeats::Repeats;
use super::watch::SharedWatch;
use crate::raw::frames::allocator::SmartAlloc;
use crate::strict::Strict;

/// Restores the strictness of an allocator when it is dropped: see [`SmartAlloc::strict_guard`].
#[must_use = "the strictness is restored when this is dropped"]
pub struct StrictGuard {
    watch: SharedWatch,
    before: Strict,
}

impl Drop for StrictGuard {
    fn drop(&mut self) {
        self.watch.set_strict(self.before);
    }
}

impl fmt::Debug for StrictGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StrictGuard").field("before", &self.before).finish_non_exhaustive()
    }
}

impl SmartAlloc {
    /// Raises a diagnostic, from any thread: it is reported at the next end of a frame, to subscribers
    /// ([`SmartAlloc::on_frame_event`]), to `tracing` (feature `diagnostics`) and by a panic in strict mode. Where nobody
    /// would hear of it, it is dropped at once.
    ///
    /// At most 256 wait for an end of a frame; more are counted.
    ///
    /// ```
    /// use framealloc_core::{Diagnostic, FrameEvent, Level, SmartAlloc};
    /// use std::sync::mpsc;
    ///
    /// let mut alloc = SmartAlloc::default();
    /// let (heard, events) = mpsc::channel();
    /// let _subscription = alloc.on_frame_event(move |_, event| {
    ///     if let FrameEvent::Diagnostic(diagnostic) = event {
    ///         heard.send(diagnostic.message.to_string()).ok();
    ///     }
    /// });
    /// alloc.whole_frame(|alloc| alloc.raise(Diagnostic::new("GAME1", Level::Hint, "9 bodies sleep")));
    /// assert_eq!(events.try_recv().as_deref(), Ok("9 bodies sleep"));
    /// ```
    pub fn raise(&self, diagnostic: Diagnostic) {
        let watch = self.watch();
        if watch.is_watched() {
            watch.raise(diagnostic.in_frame(self.frame_number()));
        }
    }

    /// Decides which diagnostics panic from now on, whichever thread asks. They do so at the end of the frame, when all
    /// subscribers have heard of them, the frame has ended and nothing is locked; never while another panic unwinds.
    ///
    /// An allocator starts with what the environment says ([`Strict::from_environment`]), a scratch region with
    /// [`Strict::Off`].
    ///
    /// ```should_panic
    /// use framealloc_core::{Diagnostic, Level, SmartAlloc, Strict};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// alloc.set_strict(Strict::Errors);
    /// alloc.whole_frame(|alloc| alloc.raise(Diagnostic::new("GAME1", Level::Error, "the level has no exit")));
    /// ```
    pub fn set_strict(&self, strict: Strict) {
        self.watch().set_strict(strict);
    }

    /// Returns which diagnostics panic.
    #[must_use]
    pub fn strict(&self) -> Strict {
        self.watch().strict()
    }

    /// As [`SmartAlloc::set_strict`], until the guard is dropped: it puts back what was. Guards of one allocator are
    /// dropped in the reverse order, as those of a scope are.
    ///
    /// ```
    /// use framealloc_core::{SmartAlloc, Strict};
    ///
    /// let alloc = SmartAlloc::default();
    /// let before = alloc.strict();
    /// {
    ///     let _guard = alloc.strict_guard(Strict::Warnings);
    ///     assert_eq!(alloc.strict(), Strict::Warnings);
    /// }
    /// assert_eq!(alloc.strict(), before);
    /// ```
    pub fn strict_guard(&self, strict: Strict) -> StrictGuard {
        let watch = self.share_watch();
        let before = watch.set_strict(strict);
        StrictGuard { watch, before }
    }

    /// Decides which repetitions of diagnostics are reported.
    pub fn set_repeats(&self, repeats: Repeats) {
        self.watch().set_repeats(repeats);
    }
}
