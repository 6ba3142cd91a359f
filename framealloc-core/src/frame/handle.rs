//! `FrameHandle`: the name of a value that a later system of the same frame reads.

use core::fmt;

use crate::SmartAlloc;
use crate::raw::frames::shared_name::Shared;

/// The name of a value shared with later systems of its frame: `Copy`, and free of lifetimes.
///
/// It resolves in the frame and the allocator it came from, and to `None` anywhere else. Shared values may hold handles of
/// others, which is how shared data has structure without lifetimes.
///
/// ```
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// alloc.begin_frame();
/// let contacts = alloc.frame_share(vec![1, 2, 3]);
/// assert_eq!(contacts.get(&alloc).map(Vec::len), Some(3));
/// alloc.end_frame();
/// assert_eq!(contacts.get(&alloc), None);
/// ```
///
/// ```
/// use framealloc_core::{FrameHandle, SmartAlloc};
///
/// #[derive(Clone, Copy)]
/// struct Draw {
///     mesh: u32,
/// }
///
/// struct Scene {
///     name: FrameHandle<str>,
///     draws: FrameHandle<[Draw]>,
/// }
///
/// let alloc = SmartAlloc::default();
/// let draws = alloc.frame_share_slice_copy(&[Draw { mesh: 3 }, Draw { mesh: 7 }]);
/// let scene = alloc.frame_share(Scene { name: alloc.frame_share_str("harbour"), draws });
///
/// let scene = scene.get(&alloc).ok_or("of this frame")?;
/// assert_eq!(scene.name.get(&alloc), Some("harbour"));
/// assert_eq!(scene.draws.get(&alloc).map(|draws| draws[1].mesh), Some(7));
/// # Ok::<(), &str>(())
/// ```
pub struct FrameHandle<T: ?Sized>(Shared<T>);

impl<T: ?Sized> FrameHandle<T> {
    #[inline]
    pub(crate) fn from_shared(shared: Shared<T>) -> Self {
        Self(shared)
    }

    #[inline]
    pub(crate) fn into_shared(self) -> Shared<T> {
        self.0
    }

    /// Returns the value, if `alloc` is where it was shared and its frame has not ended.
    #[must_use]
    #[inline]
    pub fn get(self, alloc: &SmartAlloc) -> Option<&T> {
        self.0.resolve(alloc)
    }
}

impl<T: ?Sized> Clone for FrameHandle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for FrameHandle<T> {}

impl<T: ?Sized> PartialEq for FrameHandle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: ?Sized> Eq for FrameHandle<T> {}

impl<T: ?Sized> fmt::Debug for FrameHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameHandle").field("type", &core::any::type_name::<T>()).finish()
    }
}
