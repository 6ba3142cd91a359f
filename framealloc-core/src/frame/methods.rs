//! Every call that takes frame memory, once, for `Frame` and for `SmartAlloc`.
//!
//! `Frame` derefs to `SmartAlloc`: a call that only `SmartAlloc` had would silently take whole-frame memory inside a
//! scope. Both therefore come from one list.

use core::alloc::Layout;
use core::mem::{MaybeUninit, needs_drop};

use super::{Cursor, Frame, FrameScope};
use crate::SmartAlloc;
use crate::error::{AllocError, FillError, fill_result, infallible};
use crate::raw::frames::boxes::{FrameBox, FrameSlot};
use crate::raw::frames::fill;
use crate::raw::frames::frame::Region;
use crate::raw::frames::owned::{self, Place};
use crate::raw::global::zone::OpenTag;
use crate::tag::{IntoTag, TagNameError};

macro_rules! frame_methods {
    ($this:ident => $frame:expr, $for_scope:expr) => {
        /// Opens an arena of its own, which closes when the guard is dropped.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let scope = alloc.frame_scope();
        /// assert_eq!(*scope.frame_box(2), 2);
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_scope(&self) -> FrameScope<'_> {
            let $this = self;
            FrameScope::open($frame)
        }

        /// Calls `body` with an arena of its own, which closes when it returns or panics.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let sum = alloc.scoped(|frame| frame.frame_slice_copy(&[1, 2, 3]).iter().sum::<i32>());
        /// assert_eq!(sum, 6);
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn scoped<R>(&self, body: impl FnOnce(&Frame) -> R) -> R {
            let $this = self;
            let frame: &Frame = $for_scope;
            let region = Region::open(frame, frame.tag_id());
            body(region.frame())
        }

        /// Tries something: `attempt` works in an arena of its own, which is given back whether it succeeds or not. What
        /// should stay comes back by value, or is allocated by the caller once the attempt has succeeded.
        ///
        /// # Errors
        /// Those of `attempt`.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let path: Result<u32, &str> = alloc.speculative(|frame| {
        ///     let open = frame.frame_slice_copy(&[3, 1, 2]);
        ///     open.iter().copied().find(|cost| *cost > 5).ok_or("no path")
        /// });
        /// assert_eq!(path, Err("no path"));
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn speculative<R, E>(&self, attempt: impl FnOnce(&Frame) -> Result<R, E>) -> Result<R, E> {
            self.scoped(attempt)
        }

        /// Lends the arena of a tag: what is allocated through it is attributed to the tag, exactly and at no cost.
        ///
        /// A string names a tag under the one that is open; a `Tag` names its path absolutely. Paths that nest have at most 16
        /// segments: what is opened deeper, by a recursive function, is attributed to the last of them, and reported as FA008.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let physics = alloc.tagged("physics");
        /// let contacts = physics.frame_slice_copy(&[1, 2]);
        /// assert_eq!(contacts.len(), 2);
        /// ```
        ///
        /// # Panics
        /// If a segment of the name is empty, as in `""` and `"ai::"`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn tagged(&self, tag: impl IntoTag) -> &Frame {
            let $this = self;
            let frame: &Frame = $frame;
            infallible(frame.frame_of_tag(tag))
        }

        /// Like [`Self::tagged`].
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert!(alloc.try_tagged("ai").is_ok());
        /// let refused = alloc.try_tagged("ai::").unwrap_err();
        /// assert_eq!(&*refused.name, "ai::");
        /// ```
        ///
        /// # Errors
        /// If a segment of the name is empty.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_tagged(&self, tag: impl IntoTag) -> Result<&Frame, TagNameError> {
            let $this = self;
            let frame: &Frame = $frame;
            frame.frame_of_tag(tag)
        }

        /// Calls `body` with the arena of a tag. What it allocates may be returned: it lives as long as `self`.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let path = alloc.with_tag("ai", |a| a.with_tag("pathfinding", |a| a.frame_box([7, 8])));
        /// assert_eq!(*path, [7, 8]); // attributed to `ai::pathfinding`
        /// ```
        ///
        /// # Panics
        /// If a segment of the name is empty: see [`Self::try_tagged`].
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn with_tag<'f, R>(&'f self, tag: impl IntoTag, body: impl FnOnce(&'f Frame) -> R) -> R {
            let frame = self.tagged(tag);
            let _open = OpenTag::begin(frame.tag_id().index());
            body(frame)
        }

        /// As [`Self::with_tag`], for `#[alloc_tag]`: found through a wrapper's `Deref` as a method is, but under a name that no
        /// wrapper has a method of its own for.
        #[doc(hidden)]
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn __framealloc_with_tag<'f, R>(&'f self, tag: impl IntoTag, body: impl FnOnce(&'f Frame) -> R) -> R {
            self.with_tag(tag, body)
        }

        /// Takes the free part of the arena into a value, for hot loops: see [`Cursor`].
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn cursor(&self) -> Cursor<'_> {
            let $this = self;
            Cursor::carve($frame)
        }

        /// Makes an uninitialised place for a `T`.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let scratch = alloc.frame_alloc::<[f32; 1024]>().zeroed();
        /// assert_eq!(scratch.len(), 1024);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_alloc<T>(&self) -> FrameSlot<'_, T> {
            let $this = self;
            FrameSlot::from_place(infallible(Place::find($frame)))
        }

        /// Like [`Self::frame_alloc`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_alloc<T>(&self) -> Result<FrameSlot<'_, T>, AllocError> {
            let $this = self;
            Ok(FrameSlot::from_place(Place::find($frame)?))
        }

        /// Moves `value` into the frame. It is dropped with the box.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert_eq!(*alloc.frame_box(5), 5);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_box<T>(&self, value: T) -> FrameBox<'_, T> {
            let $this = self;
            FrameBox::from_owned(infallible(owned::boxed($frame, value)))
        }

        /// Like [`Self::frame_box`]; the value is dropped where there is no room. `try_frame_alloc` finds the place first.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_box<T>(&self, value: T) -> Result<FrameBox<'_, T>, AllocError> {
            let $this = self;
            Ok(FrameBox::from_owned(owned::boxed($frame, value)?))
        }

        /// Moves what `make` returns into the frame. Its place is found first, so that a large value is usually built in it.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let grid = alloc.frame_box_with(|| [0_u8; 4096]);
        /// assert_eq!(grid.len(), 4096);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or `make` panics; then the place is given back, unless `make` allocated
        /// from the same frame and kept it.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_box_with<T>(&self, make: impl FnOnce() -> T) -> FrameBox<'_, T> {
            let $this = self;
            FrameBox::from_owned(infallible(fill::boxed_with($frame, make)))
        }

        /// Like [`Self::frame_box_with`]; `make` is not called where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_box_with<T>(&self, make: impl FnOnce() -> T) -> Result<FrameBox<'_, T>, AllocError> {
            let $this = self;
            Ok(FrameBox::from_owned(fill::boxed_with($frame, make)?))
        }

        /// Moves what `make` returns into the frame, unless it fails; then its place is given back, as by
        /// [`Self::frame_box_with`].
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let parsed = alloc.frame_box_try_with(|| "7".parse::<u32>());
        /// assert_eq!(parsed.as_deref(), Ok(&7));
        /// assert!(alloc.frame_box_try_with(|| "x".parse::<u32>()).is_err());
        /// ```
        ///
        /// # Errors
        /// Those of `make`.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or `make` panics.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_box_try_with<T, E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<FrameBox<'_, T>, E> {
            let $this = self;
            Ok(FrameBox::from_owned(infallible(fill::try_boxed_with($frame, make))?))
        }

        /// Like [`Self::frame_box_try_with`]; `make` is not called where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, and those of `make`.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_box_try_with<T, E>(
            &self,
            make: impl FnOnce() -> Result<T, E>,
        ) -> Result<FrameBox<'_, T>, FillError<E>> {
            let $this = self;
            fill_result(fill::try_boxed_with($frame, make)).map(FrameBox::from_owned)
        }

        /// Moves `value` into the frame and returns a plain reference.
        ///
        /// The type must have no drop glue, which is checked when the program is built (not by `cargo check`).
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let position: &mut [f32; 3] = alloc.frame_ref([1.0, 2.0, 3.0]);
        /// position[1] = 0.0;
        /// ```
        ///
        /// ```compile_fail
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// alloc.frame_ref(String::from("would leak"));
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_ref<T>(&self, value: T) -> &mut T {
            const { assert!(!needs_drop::<T>(), "the value would never be dropped: use `frame_box`") };
            self.frame_leak(value)
        }

        /// Like [`Self::frame_ref`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_ref<T>(&self, value: T) -> Result<&mut T, AllocError> {
            const { assert!(!needs_drop::<T>(), "the value would never be dropped: use `frame_box`") };
            self.try_frame_leak(value)
        }

        /// Moves `value` into the frame and returns a plain reference; the value is never dropped.
        ///
        /// For types without drop glue this is [`Self::frame_ref`], which does not compile for the others. Of those, what they own
        /// outside of the frame is leaked: the buffer of a `String`, but not that of a `FrameString`. [`Self::frame_box`] drops its
        /// value.
        ///
        /// ```
        /// use framealloc_core::FrameVec;
        ///
        /// /// A tree in the frame: its vectors have drop glue and nothing that a drop would give back.
        /// struct Node<'f> {
        ///     children: FrameVec<'f, &'f Node<'f>>,
        /// }
        ///
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let leaf: &Node = alloc.frame_leak(Node { children: alloc.frame_vec() });
        /// let root = alloc.frame_leak(Node { children: alloc.frame_vec() });
        /// root.children.push(leaf);
        /// assert!(root.children[0].children.is_empty());
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses; the value is dropped then.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_leak<T>(&self, value: T) -> &mut T {
            let $this = self;
            infallible(owned::boxed($frame, value)).leak()
        }

        /// Like [`Self::frame_leak`]; the value is dropped where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_leak<T>(&self, value: T) -> Result<&mut T, AllocError> {
            let $this = self;
            Ok(owned::boxed::<T, AllocError>($frame, value)?.leak())
        }

        /// Returns uninitialised bytes of a layout that is only known at run time.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let bytes = alloc.frame_bytes(std::alloc::Layout::from_size_align(100, 64)?);
        /// assert_eq!(bytes.as_ptr().addr() % 64, 0);
        /// # Ok::<(), std::alloc::LayoutError>(())
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_bytes(&self, layout: Layout) -> &mut [MaybeUninit<u8>] {
            let $this = self;
            infallible(owned::bytes($frame, layout))
        }

        /// Like [`Self::frame_bytes`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_bytes(&self, layout: Layout) -> Result<&mut [MaybeUninit<u8>], AllocError> {
            let $this = self;
            owned::bytes($frame, layout)
        }
    };
}

impl Frame {
    frame_methods!(this => this, this);

    /// Lends this frame itself, as [`SmartAlloc::frame`] lends the whole-frame arena.
    #[must_use]
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn frame(&self) -> &Self {
        self
    }
}

impl SmartAlloc {
    frame_methods!(this => this.frame(), this.frame_for_scope());
}
