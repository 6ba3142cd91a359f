//! Every call that shares a value with later systems of the frame, once, for `Frame` and for `SmartAlloc`: see `methods.rs`.

use super::{Frame, FrameHandle, FrameVec};
use crate::SmartAlloc;
use crate::error::{AllocError, infallible};
use crate::raw::frames::shared;

macro_rules! share_methods {
    ($this:ident => $frame:expr) => {
        /// Puts a value where later systems of this frame can read it, through a handle without a lifetime.
        ///
        /// The value outlives the scope it is shared from: it is dropped when the frame ends, by whichever thread ends it.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let targets = alloc.scoped(|frame| frame.frame_share([4, 5]));
        /// assert_eq!(targets.get(&alloc), Some(&[4, 5]));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_share<T: Send + Sync + 'static>(&self, value: T) -> FrameHandle<T> {
            let $this = self;
            FrameHandle::from_shared(infallible(shared::share($frame, value)))
        }

        /// Like [`Self::frame_share`]; the value is dropped where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_share<T: Send + Sync + 'static>(&self, value: T) -> Result<FrameHandle<T>, AllocError> {
            let $this = self;
            Ok(FrameHandle::from_shared(shared::share($frame, value)?))
        }

        /// Shares a copy of a slice, as [`Self::frame_share`] shares a value.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let hits = alloc.scoped(|frame| frame.frame_share_slice_copy(&[4, 5]));
        /// assert_eq!(hits.get(&alloc), Some(&[4, 5][..]));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_share_slice_copy<T: Copy + Send + Sync + 'static>(&self, source: &[T]) -> FrameHandle<[T]> {
            let $this = self;
            FrameHandle::from_shared(infallible(shared::share_copy($frame, source)))
        }

        /// Like [`Self::frame_share_slice_copy`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_share_slice_copy<T: Copy + Send + Sync + 'static>(
            &self,
            source: &[T],
        ) -> Result<FrameHandle<[T]>, AllocError> {
            let $this = self;
            Ok(FrameHandle::from_shared(shared::share_copy($frame, source)?))
        }

        /// Shares clones of the values of a slice. They are dropped when the frame ends.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let names = alloc.frame_share_slice_clone(&[String::from("ann"), String::from("bo")]);
        /// assert_eq!(names.get(&alloc).map(|names| names[1].as_str()), Some("bo"));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or a clone panics; then those made before are dropped.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_share_slice_clone<T: Clone + Send + Sync + 'static>(&self, source: &[T]) -> FrameHandle<[T]> {
            let $this = self;
            FrameHandle::from_shared(infallible(shared::share_filled($frame, source.len(), |index| {
                source[index].clone()
            })))
        }

        /// Like [`Self::frame_share_slice_clone`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_share_slice_clone<T: Clone + Send + Sync + 'static>(
            &self,
            source: &[T],
        ) -> Result<FrameHandle<[T]>, AllocError> {
            let $this = self;
            Ok(FrameHandle::from_shared(shared::share_filled($frame, source.len(), |index| source[index].clone())?))
        }

        /// Shares a slice of what `make` returns for each index.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let squares = alloc.frame_share_slice_fill_with(4, |i| i * i);
        /// assert_eq!(squares.get(&alloc), Some(&[0, 1, 4, 9][..]));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or `make` panics; then what it made before is dropped.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_share_slice_fill_with<T: Send + Sync + 'static>(
            &self,
            len: usize,
            make: impl FnMut(usize) -> T,
        ) -> FrameHandle<[T]> {
            let $this = self;
            FrameHandle::from_shared(infallible(shared::share_filled($frame, len, make)))
        }

        /// Like [`Self::frame_share_slice_fill_with`]; `make` is not called where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_share_slice_fill_with<T: Send + Sync + 'static>(
            &self,
            len: usize,
            make: impl FnMut(usize) -> T,
        ) -> Result<FrameHandle<[T]>, AllocError> {
            let $this = self;
            Ok(FrameHandle::from_shared(shared::share_filled($frame, len, make)?))
        }

        /// Shares a slice of what an iterator yields, which may share as well.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let visible = [3, -1, 4].into_iter().filter(|depth| *depth > 0);
        /// let draws = alloc.frame_share_slice_from_iter(visible);
        /// assert_eq!(draws.get(&alloc), Some(&[3, 4][..]));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the iterator panics; then what it yielded before is dropped.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_share_slice_from_iter<T: Send + Sync + 'static>(
            &self,
            values: impl IntoIterator<Item = T>,
        ) -> FrameHandle<[T]> {
            let $this = self;
            FrameHandle::from_shared(infallible(shared::share_made($frame, |frame| {
                FrameVec::collect_from(frame, values).map(FrameVec::into_owned)
            })))
        }

        /// Like [`Self::frame_share_slice_from_iter`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses; then what the iterator yielded before is dropped.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_share_slice_from_iter<T: Send + Sync + 'static>(
            &self,
            values: impl IntoIterator<Item = T>,
        ) -> Result<FrameHandle<[T]>, AllocError> {
            let $this = self;
            Ok(FrameHandle::from_shared(shared::share_made($frame, |frame| {
                FrameVec::collect_from(frame, values).map(FrameVec::into_owned)
            })?))
        }

        /// Shares a copy of a string.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let title = alloc.frame_share_str(&format!("wave {}", 3));
        /// assert_eq!(title.get(&alloc), Some("wave 3"));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_share_str(&self, source: &str) -> FrameHandle<str> {
            let $this = self;
            FrameHandle::from_shared(infallible(shared::share_str($frame, source)))
        }

        /// Like [`Self::frame_share_str`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_share_str(&self, source: &str) -> Result<FrameHandle<str>, AllocError> {
            let $this = self;
            Ok(FrameHandle::from_shared(shared::share_str($frame, source)?))
        }
    };
}

impl Frame {
    share_methods!(this => this);
}

impl SmartAlloc {
    share_methods!(this => this.frame());
}
