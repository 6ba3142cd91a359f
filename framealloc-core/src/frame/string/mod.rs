//! The vocabulary of `FrameString`. Its unsafe part, and the type itself, are in `raw/collections/string.rs`.

mod compare;
mod convert;
mod edit;
mod format;
pub(crate) mod text;
mod traits;

pub use crate::raw::collections::string::FrameString;
pub use convert::{FromUtf8Error, FromUtf16Error};
pub use edit::StringDrain;

use super::{Frame, FrameVec};
use crate::error::{AllocError, Failure, infallible};
use crate::raw::frames::boxes::FrameBox;
use text::Text;

impl<'f> FrameString<'f> {
    /// Makes an empty string that grows in `frame`; it takes no memory before the first character.
    #[must_use]
    #[inline]
    pub fn new_in(frame: &'f Frame) -> Self {
        Self::empty(FrameVec::new(frame))
    }

    /// Makes an empty string in `frame` with room for `bytes` bytes.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn with_capacity_in(bytes: usize, frame: &'f Frame) -> Self {
        infallible(Self::with_capacity(frame, bytes))
    }

    /// Like [`FrameString::with_capacity_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_with_capacity_in(bytes: usize, frame: &'f Frame) -> Result<Self, AllocError> {
        Self::with_capacity(frame, bytes)
    }

    /// Makes a string in `frame` of the characters or texts that an iterator yields.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let name = framealloc_core::FrameString::from_iter_in(["wave", "3"], alloc.frame());
    /// assert_eq!(name, "wave3");
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_iter_in(pieces: impl IntoIterator<Item: Text>, frame: &'f Frame) -> Self {
        frame.frame_collect(pieces)
    }

    /// Like [`FrameString::from_iter_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_from_iter_in(pieces: impl IntoIterator<Item: Text>, frame: &'f Frame) -> Result<Self, AllocError> {
        frame.try_frame_collect(pieces)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, bytes: usize) -> Result<Self, E> {
        Ok(Self::empty(FrameVec::with_capacity(frame, bytes)?))
    }

    /// Appends a string.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn push_str(&mut self, text: &str) {
        infallible(self.push_text(text));
    }

    /// Like [`FrameString::push_str`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_push_str(&mut self, text: &str) -> Result<(), AllocError> {
        self.push_text(text)
    }

    /// Appends a character.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// Like [`FrameString::push`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_push(&mut self, character: char) -> Result<(), AllocError> {
        self.push_text(character.encode_utf8(&mut [0; 4]))
    }

    /// Removes everything. The memory stays.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Makes room for `bytes` more bytes.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve(&mut self, bytes: usize) {
        infallible(self.reserve_more(bytes));
    }

    /// Like [`FrameString::reserve`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve(&mut self, bytes: usize) -> Result<(), AllocError> {
        self.reserve_more(bytes)
    }

    /// Makes room for `bytes` more bytes and for none beyond that.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn reserve_exact(&mut self, bytes: usize) {
        infallible(self.reserve_exactly(bytes));
    }

    /// Like [`FrameString::reserve_exact`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_reserve_exact(&mut self, bytes: usize) -> Result<(), AllocError> {
        self.reserve_exactly(bytes)
    }

    /// Gives all spare memory back to the frame if nothing younger is above it; else it stays as capacity.
    pub fn shrink_to_fit(&mut self) {
        self.shrink(0);
    }

    /// Gives memory over `bytes` bytes back to the frame if nothing younger is above it; else it stays as capacity.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.shrink(bytes);
    }

    /// Returns the number of bytes that fit without growing.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes().capacity()
    }

    /// Returns the frame that the string grows in.
    #[must_use]
    pub fn frame(&self) -> &'f Frame {
        self.bytes().frame()
    }

    /// Returns the text.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        self
    }

    /// Returns the text, mutably.
    #[must_use]
    #[inline]
    pub fn as_mut_str(&mut self) -> &mut str {
        self
    }
}
