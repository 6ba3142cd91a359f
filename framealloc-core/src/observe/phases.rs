//! Phases: named spans inside a frame, with the bytes that their thread took meanwhile.

use core::fmt;
use core::time::Duration;

use crate::phase::{PhaseId, PhaseSpan};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::frame::Frame;
use crate::raw::frames::phases::EndedBy;

/// Figures of one phase in the last frame, over all threads. Those of phases nested in it are part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhaseStats {
    /// The path, for example `render::culling`.
    pub path: &'static str,
    /// How often it ended.
    pub calls: usize,
    /// Bytes of frame memory that its threads took while it was open, padding included.
    pub bytes: usize,
    /// Time it was open, summed over threads.
    pub duration: Duration,
    /// The longest time it was open at once.
    pub longest: Duration,
}

/// A phase that ends when this is dropped, by a panic as well: made by [`SmartAlloc::phase_scope`].
///
/// It belongs to the thread that began it. Guards may be dropped in any order; one that is forgotten leaves its phase open
/// until the frame ends.
#[must_use = "the phase ends when this is dropped"]
pub struct PhaseGuard<'a> {
    frame: &'a Frame,
    serial: u64,
    path: &'static str,
}

impl PhaseGuard<'_> {
    /// Returns the path, for example `render::culling`.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Returns the bytes of frame memory that this thread has taken since the phase began.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.frame.arenas().bytes_of_phase(self.serial)
    }

    /// Ends the phase and returns what it did.
    #[expect(clippy::must_use_candidate, reason = "ending it here may be all that is wanted")]
    pub fn end(self) -> PhaseSpan {
        let span = self.frame.arenas().end_phase(Some(self.serial));
        let nothing = PhaseSpan { path: self.path, bytes: 0, duration: Duration::ZERO };
        // The drop that follows finds the phase ended.
        span.unwrap_or(nothing)
    }
}

impl Drop for PhaseGuard<'_> {
    fn drop(&mut self) {
        self.frame.arenas().end_phase(Some(self.serial));
    }
}

impl fmt::Debug for PhaseGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhaseGuard").field("path", &self.path()).field("bytes", &self.bytes()).finish()
    }
}

macro_rules! phase_methods {
    ($this:ident => $frame:expr) => {
        /// Begins a phase of this thread, which ends when the guard is dropped. Phases nest: one that begins while another
        /// is open on the thread has a path such as `render::culling`.
        ///
        /// Its bytes are how far the arenas of this thread were bumped meanwhile, whichever scope, tag or helper took
        /// them; nothing is counted per allocation. A phase costs two looks at the clock and at the thread's arenas.
        ///
        /// ```
        /// let mut alloc = framealloc_core::SmartAlloc::default();
        /// alloc.begin_frame();
        /// {
        ///     let _render = alloc.phase_scope("render");
        ///     let culling = alloc.phase_scope("culling");
        ///     alloc.scoped(|frame| frame.frame_slice_copy(&[0_u64; 32]).len());
        ///     assert_eq!(culling.path(), "render::culling");
        /// }
        /// alloc.end_frame();
        /// let stats = alloc.stats();
        /// let culling = stats.phase("render::culling").ok_or("it ran")?;
        /// assert!(culling.calls == 1 && culling.bytes >= 256);
        /// assert!(stats.phase("render").is_some_and(|render| render.bytes >= culling.bytes));
        /// # Ok::<(), &str>(())
        /// ```
        pub fn phase_scope(&self, name: &'static str) -> PhaseGuard<'_> {
            let $this = self;
            let frame: &Frame = $frame;
            let (serial, path) = frame.arenas().begin_phase(name, EndedBy::Guard);
            PhaseGuard { frame, serial, path }
        }

        /// Begins a phase of this thread that ends at [`end_phase`](Self::end_phase), or else when the frame ends.
        ///
        /// ```
        /// let mut alloc = framealloc_core::SmartAlloc::default();
        /// alloc.begin_frame();
        /// alloc.begin_phase("physics");
        /// let contacts = alloc.frame_slice_copy(&[0_u64; 8]).len();
        /// let physics = alloc.end_phase().ok_or("one is open")?;
        /// assert!((physics.path, contacts) == ("physics", 8) && physics.bytes >= 64);
        /// # Ok::<(), &str>(())
        /// ```
        pub fn begin_phase(&self, name: &'static str) {
            let $this = self;
            let frame: &Frame = $frame;
            frame.arenas().begin_phase(name, EndedBy::Call);
        }

        /// Ends the phase that this thread began last with [`begin_phase`](Self::begin_phase) and returns what it did; `None`
        /// if there is none. Phases with a guard are left alone.
        pub fn end_phase(&self) -> Option<PhaseSpan> {
            let $this = self;
            let frame: &Frame = $frame;
            frame.arenas().end_phase(None)
        }

        /// Returns the path of the phase that this thread began last and that is still open.
        #[must_use]
        pub fn current_phase(&self) -> Option<&'static str> {
            let $this = self;
            let frame: &Frame = $frame;
            frame.arenas().current_phase()
        }
    };
}

impl Frame {
    phase_methods!(this => this);
}

impl SmartAlloc {
    phase_methods!(this => this.frame());

    /// Calls `visit` with the figures of each phase of the last frame that ended. Makes no call to the system's allocator.
    pub fn for_each_phase(&self, mut visit: impl FnMut(PhaseStats)) {
        for phase in self.each_phase() {
            visit(phase);
        }
    }

    pub(crate) fn each_phase(&self) -> impl Iterator<Item = PhaseStats> {
        self.raw_phases().map(|(index, figures)| PhaseStats {
            path: PhaseId::from_index(index).path(),
            calls: figures.calls,
            bytes: figures.bytes,
            duration: figures.duration,
            longest: figures.longest,
        })
    }
}
