//! The vocabulary of `FrameString`, and `frame_format!`. Its unsafe part, and the type itself, are in `raw/string.rs`.

use core::borrow::Borrow;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

pub use crate::raw::string::FrameString;

use super::{Frame, FrameBox, FrameVec};
use crate::error::{AllocError, Failure, infallible};

/// Formats into frame memory: `format!` for frames. The result is a [`FrameString`].
///
/// ```
/// use framealloc_core::frame_format;
///
/// let alloc = framealloc_core::SmartAlloc::default();
/// let label = frame_format!(alloc, "agent {} at {:.1}", 7, 0.25);
/// assert_eq!(label, "agent 7 at 0.2");
/// ```
///
/// # Panics
/// If a budget or the global allocator refuses, or an implementation of a formatting trait returns an error.
#[macro_export]
macro_rules! frame_format {
    ($alloc:expr, $($format:tt)+) => {
        $alloc.frame_format(::core::format_args!($($format)+))
    };
}

/// Like [`frame_format!`], but a refusal is an error.
///
/// ```
/// use framealloc_core::try_frame_format;
///
/// let alloc = framealloc_core::SmartAlloc::default();
/// assert_eq!(try_frame_format!(alloc, "{}", 7)?, "7");
/// # Ok::<(), framealloc_core::AllocError>(())
/// ```
///
/// # Panics
/// If an implementation of a formatting trait returns an error of its own.
#[macro_export]
macro_rules! try_frame_format {
    ($alloc:expr, $($format:tt)+) => {
        $alloc.try_frame_format(::core::format_args!($($format)+))
    };
}

/// Keeps the reason of a refusal, which `fmt::Error` cannot carry.
struct Writer<'f> {
    string: FrameString<'f>,
    refused: Option<AllocError>,
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.string.push_text(text).map_err(|error| {
            self.refused = Some(error);
            fmt::Error
        })
    }
}

impl<'f> FrameString<'f> {
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn with_capacity<E: Failure>(frame: &'f Frame, bytes: usize) -> Result<Self, E> {
        Ok(Self::empty(FrameVec::with_capacity(frame, bytes)?))
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn formatted<E: Failure>(frame: &'f Frame, text: fmt::Arguments<'_>) -> Result<Self, E> {
        let mut writer = Writer { string: Self::empty(FrameVec::new(frame)), refused: None };
        let written = fmt::write(&mut writer, text);
        if let Some(error) = writer.refused {
            return Err(E::fail(error));
        }
        assert!(written.is_ok(), "a formatting trait implementation returned an error");
        Ok(writer.string)
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

    /// Puts a string at byte `index`.
    ///
    /// # Panics
    /// If `index` is not a boundary of a character, or a budget or the global allocator refuses.
    #[track_caller]
    pub fn insert_str(&mut self, index: usize, text: &str) {
        infallible(self.insert_text(index, text));
    }

    /// Like [`FrameString::insert_str`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    ///
    /// # Panics
    /// If `index` is not a boundary of a character.
    #[track_caller]
    pub fn try_insert_str(&mut self, index: usize, text: &str) -> Result<(), AllocError> {
        self.insert_text(index, text)
    }

    /// Puts a character at byte `index`.
    ///
    /// # Panics
    /// If `index` is not a boundary of a character, or a budget or the global allocator refuses.
    #[track_caller]
    pub fn insert(&mut self, index: usize, character: char) {
        self.insert_str(index, character.encode_utf8(&mut [0; 4]));
    }

    /// Takes the last character out.
    pub fn pop(&mut self) -> Option<char> {
        let last = self.chars().next_back()?;
        self.cut(self.len() - last.len_utf8(), self.len());
        Some(last)
    }

    /// Takes the character at byte `index` out.
    ///
    /// # Panics
    /// If no character begins there.
    #[track_caller]
    pub fn remove(&mut self, index: usize) -> char {
        let Some(character) = self[index..].chars().next() else {
            panic!("byte {index} is out of range for a string of {} bytes", self.len());
        };
        self.cut(index, index + character.len_utf8());
        character
    }

    /// Removes what is over `bytes` bytes.
    ///
    /// # Panics
    /// If `bytes` is under the length and not a boundary of a character.
    #[track_caller]
    pub fn truncate(&mut self, bytes: usize) {
        if bytes < self.len() {
            self.cut(bytes, self.len());
        }
    }

    /// Removes everything. The memory stays.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Keeps the characters for which `keep` returns true.
    pub fn retain(&mut self, keep: impl FnMut(char) -> bool) {
        self.retain_chars(keep);
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

    /// Gives spare memory back to the frame if nothing younger is above it.
    pub fn shrink_to_fit(&mut self) {
        self.shrink();
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

    /// Returns the text as a box, which may cross threads, and gives spare memory back. Nothing is copied.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn into_boxed_str(self) -> FrameBox<'f, str> {
        FrameBox::from_owned(self.into_owned())
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

impl fmt::Write for FrameString<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.try_push_str(text).map_err(|_| fmt::Error)
    }
}

impl fmt::Debug for FrameString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Display for FrameString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The clone grows in the same frame.
impl Clone for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn clone(&self) -> Self {
        let mut copy = infallible(Self::with_capacity(self.frame(), self.len()));
        copy.push_str(self);
        copy
    }
}

impl Extend<char> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = char>>(&mut self, text: I) {
        text.into_iter().for_each(|character| self.push(character));
    }
}

impl<'a> Extend<&'a str> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = &'a str>>(&mut self, text: I) {
        text.into_iter().for_each(|text| self.push_str(text));
    }
}

impl core::ops::AddAssign<&str> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn add_assign(&mut self, text: &str) {
        self.push_str(text);
    }
}

impl<'f> From<FrameString<'f>> for FrameBox<'f, str> {
    fn from(string: FrameString<'f>) -> Self {
        string.into_boxed_str()
    }
}

impl AsRef<str> for FrameString<'_> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl AsRef<[u8]> for FrameString<'_> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<str> for FrameString<'_> {
    fn borrow(&self) -> &str {
        self
    }
}

impl Hash for FrameString<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl Eq for FrameString<'_> {}

impl PartialEq for FrameString<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialOrd for FrameString<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FrameString<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

macro_rules! equals_text {
    ($($other:ty),+) => {$(
        impl PartialEq<$other> for FrameString<'_> {
            fn eq(&self, other: &$other) -> bool {
                self[..] == other[..]
            }
        }
    )+};
}

equals_text!(str, &str, String);
