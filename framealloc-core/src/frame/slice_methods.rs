//! Every call that makes a slice or a string of fixed length in frame memory, once, for `Frame` and for `SmartAlloc`: see
//! `methods.rs`.

use core::ffi::CStr;
use core::mem::{MaybeUninit, needs_drop};

use super::Frame;
use crate::SmartAlloc;
use crate::error::{AllocError, FillError, InteriorNulError, fill_result, infallible};
use crate::raw::frames::boxes::FrameBox;
use crate::raw::frames::{fill, owned};

macro_rules! slice_methods {
    ($this:ident => $frame:expr) => {
        /// Copies a slice into the frame.
        ///
        /// What is returned has no destructor: nothing has to go before `end_frame`, and a part of it may be returned for as
        /// long as the frame is borrowed.
        ///
        /// ```
        /// # let mut alloc = framealloc_core::SmartAlloc::default();
        /// alloc.begin_frame();
        /// let scores = alloc.frame_slice_copy(&[3, 1, 2]);
        /// scores.sort_unstable();
        /// assert_eq!(scores, [1, 2, 3]);
        /// alloc.end_frame();
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_copy<T: Copy>(&self, source: &[T]) -> &mut [T] {
            let $this = self;
            infallible(owned::copied($frame, source))
        }

        /// Like [`Self::frame_slice_copy`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_copy<T: Copy>(&self, source: &[T]) -> Result<&mut [T], AllocError> {
            let $this = self;
            owned::copied($frame, source)
        }

        /// Clones a slice into the frame.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let names = alloc.frame_slice_clone(&[String::from("a"), String::from("b")]);
        /// assert_eq!(names.concat(), "ab");
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or a clone panics.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_clone<T: Clone>(&self, source: &[T]) -> FrameBox<'_, [T]> {
            self.frame_slice_fill_with(source.len(), |index| source[index].clone())
        }

        /// Like [`Self::frame_slice_clone`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_clone<T: Clone>(&self, source: &[T]) -> Result<FrameBox<'_, [T]>, AllocError> {
            self.try_frame_slice_fill_with(source.len(), |index| source[index].clone())
        }

        /// Makes a slice of what `make` returns for each index.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert_eq!(*alloc.frame_slice_fill_with(3, |i| i * i), [0, 1, 4]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or `make` panics; then what it made before is dropped.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_fill_with<T>(&self, len: usize, make: impl FnMut(usize) -> T) -> FrameBox<'_, [T]> {
            let $this = self;
            FrameBox::from_owned(infallible(fill::filled($frame, len, make)))
        }

        /// Like [`Self::frame_slice_fill_with`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_fill_with<T>(
            &self,
            len: usize,
            make: impl FnMut(usize) -> T,
        ) -> Result<FrameBox<'_, [T]>, AllocError> {
            let $this = self;
            Ok(FrameBox::from_owned(fill::filled($frame, len, make)?))
        }

        /// Makes a slice of what `make` returns for each index, unless it fails; then what it made before is dropped and the
        /// room is given back.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let texts = ["3", "1", "x"];
        /// let numbers = alloc.frame_slice_try_fill_with(2, |index| texts[index].parse::<u32>());
        /// assert_eq!(numbers.as_deref(), Ok(&[3, 1][..]));
        /// assert!(alloc.frame_slice_try_fill_with(3, |index| texts[index].parse::<u32>()).is_err());
        /// ```
        ///
        /// # Errors
        /// Those of `make`.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or `make` panics.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_try_fill_with<T, E>(
            &self,
            len: usize,
            make: impl FnMut(usize) -> Result<T, E>,
        ) -> Result<FrameBox<'_, [T]>, E> {
            let $this = self;
            Ok(FrameBox::from_owned(infallible(fill::try_filled($frame, len, make))?))
        }

        /// Like [`Self::frame_slice_try_fill_with`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, and those of `make`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_try_fill_with<T, E>(
            &self,
            len: usize,
            make: impl FnMut(usize) -> Result<T, E>,
        ) -> Result<FrameBox<'_, [T]>, FillError<E>> {
            let $this = self;
            fill_result(fill::try_filled($frame, len, make)).map(FrameBox::from_owned)
        }

        /// Makes a slice of `len` copies of a value. As that of [`Self::frame_slice_copy`], it has no destructor.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let costs: &mut [u32] = alloc.frame_slice_fill_copy(4, u32::MAX);
        /// costs[0] = 0;
        /// assert_eq!(costs, [0, u32::MAX, u32::MAX, u32::MAX]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_fill_copy<T: Copy>(&self, len: usize, value: T) -> &mut [T] {
            let $this = self;
            infallible(fill::filled($frame, len, |_| value)).leak()
        }

        /// Like [`Self::frame_slice_fill_copy`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_fill_copy<T: Copy>(&self, len: usize, value: T) -> Result<&mut [T], AllocError> {
            let $this = self;
            Ok(fill::filled::<T, AllocError>($frame, len, |_| value)?.leak())
        }

        /// Makes a slice of default values.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut names = alloc.frame_slice_fill_default::<String>(2);
        /// names[1].push('b');
        /// assert_eq!(*names, ["", "b"]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or a `default` panics.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_fill_default<T: Default>(&self, len: usize) -> FrameBox<'_, [T]> {
            self.frame_slice_fill_with(len, |_| T::default())
        }

        /// Like [`Self::frame_slice_fill_default`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_fill_default<T: Default>(&self, len: usize) -> Result<FrameBox<'_, [T]>, AllocError> {
            self.try_frame_slice_fill_with(len, |_| T::default())
        }

        /// Returns places for `len` values that are not there yet.
        ///
        /// What is written to them is not dropped.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let places = alloc.frame_slice_uninit::<u32>(2);
        /// let first = places[0].write(7);
        /// assert_eq!(*first, 7);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_uninit<T>(&self, len: usize) -> &mut [MaybeUninit<T>] {
            let $this = self;
            infallible(owned::uninit($frame, len))
        }

        /// Like [`Self::frame_slice_uninit`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_uninit<T>(&self, len: usize) -> Result<&mut [MaybeUninit<T>], AllocError> {
            let $this = self;
            owned::uninit($frame, len)
        }

        /// Makes a slice of zeroes.
        ///
        /// The type must have no drop glue, which is checked when the program is built (not by `cargo check`); cells and
        /// atomics are as good as numbers.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert_eq!(alloc.frame_slice_zeroed::<u16>(2), [0, 0]);
        /// ```
        ///
        /// ```compile_fail
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// alloc.frame_slice_zeroed::<Option<Box<u8>>>(4); // what is put in would leak: use `frame_slice_fill_with`
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_zeroed<T: bytemuck::Zeroable>(&self, len: usize) -> &mut [T] {
            const { assert!(!needs_drop::<T>(), "the values would never be dropped: use `frame_slice_fill_with`") };
            let $this = self;
            infallible(owned::zeroed($frame, len))
        }

        /// Like [`Self::frame_slice_zeroed`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_zeroed<T: bytemuck::Zeroable>(&self, len: usize) -> Result<&mut [T], AllocError> {
            const { assert!(!needs_drop::<T>(), "the values would never be dropped: use `frame_slice_fill_with`") };
            let $this = self;
            owned::zeroed($frame, len)
        }

        /// Copies a string into the frame.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert_eq!(alloc.frame_str("wave 3"), "wave 3");
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_str(&self, source: &str) -> &mut str {
            let $this = self;
            infallible(owned::copied_str($frame, source))
        }

        /// Like [`Self::frame_str`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_str(&self, source: &str) -> Result<&mut str, AllocError> {
            let $this = self;
            owned::copied_str($frame, source)
        }

        /// Copies slices into the frame as one.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let [walls, doors] = [&[1, 2][..], &[3]];
        /// assert_eq!(alloc.frame_slice_concat(&[walls, doors, walls]), [1, 2, 3, 1, 2]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_concat<T: Copy, S: AsRef<[T]>>(&self, parts: &[S]) -> &mut [T] {
            let $this = self;
            infallible(fill::joined($frame, parts, &[], S::as_ref))
        }

        /// Like [`Self::frame_slice_concat`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_concat<T: Copy, S: AsRef<[T]>>(&self, parts: &[S]) -> Result<&mut [T], AllocError> {
            let $this = self;
            fill::joined($frame, parts, &[], S::as_ref)
        }

        /// Copies strings into the frame as one.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert_eq!(alloc.frame_str_concat(&["wave", " ", "3"]), "wave 3");
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_str_concat<S: AsRef<str>>(&self, parts: &[S]) -> &mut str {
            self.frame_str_join(parts, "")
        }

        /// Like [`Self::frame_str_concat`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_str_concat<S: AsRef<str>>(&self, parts: &[S]) -> Result<&mut str, AllocError> {
            self.try_frame_str_join(parts, "")
        }

        /// Copies strings into the frame as one, with `separator` between them.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let names = [String::from("ann"), String::from("bo")];
        /// assert_eq!(alloc.frame_str_join(&names, ", "), "ann, bo");
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_str_join<S: AsRef<str>>(&self, parts: &[S], separator: &str) -> &mut str {
            let $this = self;
            infallible(fill::joined_str($frame, parts, separator))
        }

        /// Like [`Self::frame_str_join`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_str_join<S: AsRef<str>>(&self, parts: &[S], separator: &str) -> Result<&mut str, AllocError> {
            let $this = self;
            fill::joined_str($frame, parts, separator)
        }

        /// Copies a text into the frame as C wants it, with a zero byte behind it.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert_eq!(alloc.frame_cstr("wave 3"), Ok(c"wave 3"));
        /// assert_eq!(alloc.frame_cstr("a\0b").unwrap_err().position, 1);
        /// ```
        ///
        /// # Errors
        /// If the text has a zero byte in it.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_cstr(&self, text: impl AsRef<[u8]>) -> Result<&CStr, InteriorNulError> {
            let $this = self;
            infallible(fill::c_string($frame, text.as_ref()))
        }

        /// Like [`Self::frame_cstr`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the text has a zero byte in it.
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_cstr(&self, text: impl AsRef<[u8]>) -> Result<&CStr, FillError<InteriorNulError>> {
            let $this = self;
            fill_result(fill::c_string($frame, text.as_ref()))
        }
    };
}

impl Frame {
    slice_methods!(this => this);
}

impl SmartAlloc {
    slice_methods!(this => this.frame());
}
