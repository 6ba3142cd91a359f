//! What strings are made of, and what they turn into.

use core::fmt;
use core::str::Utf8Error;

use super::{Frame, FrameBox, FrameString, FrameVec};
use crate::error::{AllocError, Failure, infallible};

impl<'f> FrameString<'f> {
    /// Copies a string into `frame`, to go on writing at its end. One that stays as it is takes `alloc.frame_str(text)`.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut path = framealloc_core::FrameString::from_str_in("level/", alloc.frame());
    /// path.push_str("3");
    /// assert_eq!(path, "level/3");
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_str_in(text: &str, frame: &'f Frame) -> Self {
        infallible(Self::copied(text, frame))
    }

    /// Like [`FrameString::from_str_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_from_str_in(text: &str, frame: &'f Frame) -> Result<Self, AllocError> {
        Self::copied(text, frame)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn copied<E: Failure>(text: &str, frame: &'f Frame) -> Result<Self, E> {
        let mut string = Self::with_capacity::<E>(frame, text.len())?;
        string.push_text::<E>(text)?;
        Ok(string)
    }

    /// Takes bytes for text if they are UTF-8. Nothing is copied.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut bytes = alloc.frame_vec();
    /// bytes.extend(*b"ready\xff");
    /// let error = framealloc_core::FrameString::from_utf8(bytes).unwrap_err();
    /// assert_eq!(error.utf8_error().valid_up_to(), 5);
    /// let mut bytes = error.into_bytes();
    /// bytes.pop();
    /// assert_eq!(framealloc_core::FrameString::from_utf8(bytes).as_deref(), Ok("ready"));
    /// ```
    ///
    /// # Errors
    /// If they are not; the error gives them back.
    pub fn from_utf8(bytes: FrameVec<'f, u8>) -> Result<Self, FromUtf8Error<'f>> {
        Self::checked(bytes).map_err(|(bytes, error)| FromUtf8Error { bytes, error })
    }

    /// Copies bytes into `frame` as text; in the place of what is not UTF-8 stands U+FFFD.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let name = framealloc_core::FrameString::from_utf8_lossy_in(b"n\xffck", alloc.frame());
    /// assert_eq!(name, "n\u{fffd}ck");
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_utf8_lossy_in(bytes: &[u8], frame: &'f Frame) -> Self {
        infallible(Self::mended(bytes, frame))
    }

    /// Like [`FrameString::from_utf8_lossy_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_from_utf8_lossy_in(bytes: &[u8], frame: &'f Frame) -> Result<Self, AllocError> {
        Self::mended(bytes, frame)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn mended<E: Failure>(bytes: &[u8], frame: &'f Frame) -> Result<Self, E> {
        let mut string = Self::with_capacity::<E>(frame, bytes.len())?;
        for chunk in bytes.utf8_chunks() {
            string.push_text::<E>(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                string.push_text::<E>("\u{fffd}")?;
            }
        }
        Ok(string)
    }

    /// Writes UTF-16 into `frame` as text.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let units: Vec<u16> = "Zoë".encode_utf16().collect();
    /// assert_eq!(framealloc_core::FrameString::from_utf16_in(&units, alloc.frame())?, "Zoë");
    /// # Ok::<(), framealloc_core::collections::FromUtf16Error>(())
    /// ```
    ///
    /// # Errors
    /// If a surrogate stands alone.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_utf16_in(units: &[u16], frame: &'f Frame) -> Result<Self, FromUtf16Error> {
        infallible(Self::decoded(units, frame))
    }

    /// Like [`FrameString::from_utf16_in`]: the outer result tells of the memory, the inner one of the text.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_from_utf16_in(units: &[u16], frame: &'f Frame) -> Result<Result<Self, FromUtf16Error>, AllocError> {
        Self::decoded(units, frame)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn decoded<E: Failure>(units: &[u16], frame: &'f Frame) -> Result<Result<Self, FromUtf16Error>, E> {
        let mut string = Self::with_capacity::<E>(frame, units.len())?;
        for character in char::decode_utf16(units.iter().copied()) {
            let Ok(character) = character else { return Ok(Err(FromUtf16Error(()))) };
            string.push_text::<E>(character.encode_utf8(&mut [0; 4]))?;
        }
        Ok(Ok(string))
    }

    /// Writes UTF-16 into `frame` as text; in the place of a surrogate that stands alone stands U+FFFD.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_utf16_lossy_in(units: &[u16], frame: &'f Frame) -> Self {
        infallible(Self::decoded_lossy(units, frame))
    }

    /// Like [`FrameString::from_utf16_lossy_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_from_utf16_lossy_in(units: &[u16], frame: &'f Frame) -> Result<Self, AllocError> {
        Self::decoded_lossy(units, frame)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn decoded_lossy<E: Failure>(units: &[u16], frame: &'f Frame) -> Result<Self, E> {
        let characters = char::decode_utf16(units.iter().copied());
        let mut string = Self::with_capacity::<E>(frame, units.len())?;
        string.extend_text::<E, _>(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)))?;
        Ok(string)
    }

    /// Takes the text and leaves an empty string of the same frame: what `mem::take` is for a `String`.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut line = framealloc_core::frame_format!(alloc, "fps 60");
    /// assert_eq!(line.take(), "fps 60");
    /// assert_eq!(line, "");
    /// ```
    #[must_use = "the text would be gone: use `clear`"]
    pub fn take(&mut self) -> Self {
        let empty = Self::new_in(self.frame());
        core::mem::replace(self, empty)
    }

    /// Clones the string into the same frame, as `clone` does.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_clone(&self) -> Result<Self, AllocError> {
        Self::copied(self, self.frame())
    }

    /// Returns the text as a box, which may cross threads, and gives spare memory back. Nothing is copied.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn into_boxed_str(self) -> FrameBox<'f, str> {
        FrameBox::from_owned(self.into_owned())
    }

    /// Returns the text as a slice that lives as long as the frame and can be copied around. Nothing is copied now.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn into_shared_str(self) -> &'f str {
        self.leak()
    }

    /// Returns the text as a slice that lives as long as the frame.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn leak(self) -> &'f mut str {
        self.into_owned().leak()
    }

    /// Returns the bytes of the text.
    #[must_use]
    pub fn into_bytes(self) -> FrameVec<'f, u8> {
        self.into_vec()
    }
}

/// The clone grows in the same frame.
impl Clone for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone(&self) -> Self {
        infallible(Self::copied(self, self.frame()))
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn clone_from(&mut self, source: &Self) {
        self.clear();
        self.push_str(source);
    }
}

impl<'f> From<FrameString<'f>> for FrameBox<'f, str> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn from(string: FrameString<'f>) -> Self {
        string.into_boxed_str()
    }
}

impl<'f> From<FrameString<'f>> for FrameVec<'f, u8> {
    fn from(string: FrameString<'f>) -> Self {
        string.into_bytes()
    }
}

/// Copies the text to the heap, where it outlives the frame.
impl From<FrameString<'_>> for String {
    fn from(string: FrameString<'_>) -> Self {
        Self::from(string.as_str())
    }
}

impl<'f> TryFrom<FrameVec<'f, u8>> for FrameString<'f> {
    type Error = FromUtf8Error<'f>;

    fn try_from(bytes: FrameVec<'f, u8>) -> Result<Self, FromUtf8Error<'f>> {
        Self::from_utf8(bytes)
    }
}

/// Bytes that are not UTF-8: see [`FrameString::from_utf8`].
#[derive(Debug, PartialEq, Eq)]
pub struct FromUtf8Error<'f> {
    bytes: FrameVec<'f, u8>,
    error: Utf8Error,
}

impl<'f> FromUtf8Error<'f> {
    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives the bytes back.
    #[must_use]
    pub fn into_bytes(self) -> FrameVec<'f, u8> {
        self.bytes
    }

    /// Returns where the bytes are not UTF-8.
    #[must_use]
    pub fn utf8_error(&self) -> Utf8Error {
        self.error
    }
}

impl fmt::Display for FromUtf8Error<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for FromUtf8Error<'_> {}

/// A surrogate that stands alone: see [`FrameString::from_utf16_in`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromUtf16Error(());

impl fmt::Display for FromUtf16Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid utf-16: a surrogate stands alone")
    }
}

impl core::error::Error for FromUtf16Error {}
