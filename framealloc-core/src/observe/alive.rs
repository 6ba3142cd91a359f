//! What was alive when a frame ended, as a method of the allocator.

use crate::debug::FrameValue;
use crate::debug::frames::last_of;
use crate::raw::frames::allocator::SmartAlloc;

/// With the feature `debug`.
impl SmartAlloc {
    /// Returns what was alive when the last frame ended, with the places that made it; of values in scopes, when the scope
    /// closed. At most 4096 of one frame.
    ///
    /// ```
    /// use framealloc_core::{SmartAlloc, debug::FrameValueKind};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// alloc.begin_frame();
    /// alloc.frame_share(vec![1, 2, 3]);
    /// alloc.end_frame();
    /// let alive = alloc.alive_at_frame_end();
    /// assert_eq!((alive.len(), alive[0].kind, alive[0].bytes), (1, FrameValueKind::Shared, 24));
    /// ```
    #[must_use]
    pub fn alive_at_frame_end(&self) -> Vec<FrameValue> {
        last_of(self.id())
    }
}
