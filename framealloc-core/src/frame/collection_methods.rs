//! Every call that makes a collection in frame memory, once, for `Frame` and for `SmartAlloc`: see `methods.rs`.

use super::{Frame, FrameBox, FrameVec};
use crate::SmartAlloc;
use crate::error::{AllocError, infallible};

macro_rules! collection_methods {
    ($this:ident => $frame:expr) => {
        /// Makes an empty vector, which takes no memory before the first push.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut contacts = alloc.frame_vec::<(u32, u32)>();
        /// contacts.push((3, 4));
        /// assert_eq!(contacts, [(3, 4)]);
        /// ```
        #[inline(always)]
        pub fn frame_vec<T>(&self) -> FrameVec<'_, T> {
            let $this = self;
            FrameVec::new($frame)
        }

        /// Makes an empty vector with room for `capacity` elements.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let render_list = alloc.frame_vec_with_capacity::<u64>(1000);
        /// assert_eq!(render_list.capacity(), 1000);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        pub fn frame_vec_with_capacity<T>(&self, capacity: usize) -> FrameVec<'_, T> {
            let $this = self;
            infallible(FrameVec::with_capacity($frame, capacity))
        }

        /// Like [`Self::frame_vec_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        pub fn try_frame_vec_with_capacity<T>(&self, capacity: usize) -> Result<FrameVec<'_, T>, AllocError> {
            let $this = self;
            FrameVec::with_capacity($frame, capacity)
        }

        /// Makes a slice of what an iterator yields.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let alive = alloc.frame_slice_from_iter([3, -1, 4].into_iter().filter(|health| *health > 0));
        /// assert_eq!(*alive, [3, 4]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        pub fn frame_slice_from_iter<T>(&self, values: impl IntoIterator<Item = T>) -> FrameBox<'_, [T]> {
            let $this = self;
            infallible(FrameVec::collect_from($frame, values)).into_boxed()
        }

        /// Like [`Self::frame_slice_from_iter`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        pub fn try_frame_slice_from_iter<T>(
            &self,
            values: impl IntoIterator<Item = T>,
        ) -> Result<FrameBox<'_, [T]>, AllocError> {
            let $this = self;
            Ok(FrameVec::collect_from::<AllocError>($frame, values)?.into_boxed())
        }
    };
}

impl Frame {
    collection_methods!(this => this);
}

impl SmartAlloc {
    collection_methods!(this => this.frame());
}
