//! `FrameHandle`: the name of a value that a later system of the same frame reads.

use core::fmt;

use crate::SmartAlloc;
use crate::raw::frames::shared::Shared;

/// The name of a value shared with later systems of its frame: `Copy`, and free of lifetimes.
///
/// It resolves in the frame and the allocator it came from, and to `None` anywhere else.
///
/// ```
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// alloc.begin_frame();
/// let contacts = alloc.frame_share(vec![1, 2, 3]);
/// assert_eq!(contacts.get(&alloc).map(Vec::len), Some(3));
/// alloc.end_frame();
/// assert_eq!(contacts.get(&alloc), None);
/// ```
pub struct FrameHandle<T>(Shared<T>);

impl<T> FrameHandle<T> {
    pub(crate) fn from_shared(shared: Shared<T>) -> Self {
        Self(shared)
    }

    /// Returns the value, if `alloc` is where it was shared and its frame has not ended.
    #[must_use]
    #[inline]
    pub fn get(self, alloc: &SmartAlloc) -> Option<&T> {
        self.0.resolve(alloc)
    }
}

impl<T> Clone for FrameHandle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for FrameHandle<T> {}

impl<T> PartialEq for FrameHandle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for FrameHandle<T> {}

impl<T> fmt::Debug for FrameHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameHandle").field("type", &core::any::type_name::<T>()).finish()
    }
}
