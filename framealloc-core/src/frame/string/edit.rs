//! Changing a string in the middle, by bytes that are boundaries of characters.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::RangeBounds;

use super::FrameString;
use crate::error::{AllocError, infallible};
use crate::frame::vec::edit::resolve;

impl<'f> FrameString<'f> {
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
        infallible(self.insert_text(index, character.encode_utf8(&mut [0; 4])));
    }

    /// Like [`FrameString::insert`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    ///
    /// # Panics
    /// If `index` is not a boundary of a character.
    #[track_caller]
    pub fn try_insert(&mut self, index: usize, character: char) -> Result<(), AllocError> {
        self.insert_text(index, character.encode_utf8(&mut [0; 4]))
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

    /// Keeps the characters for which `keep` returns true.
    pub fn retain(&mut self, keep: impl FnMut(char) -> bool) {
        self.retain_chars(keep);
    }

    /// Takes a range of bytes out, as characters. They are gone when the iterator is dropped, whether it yielded them or not.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut line = framealloc_core::frame_format!(alloc, "load level");
    /// assert!(line.drain(..5).eq("load ".chars()));
    /// assert_eq!(line, "level");
    /// ```
    ///
    /// # Panics
    /// If the range does not lie inside the string, or does not begin and end at boundaries of characters.
    #[track_caller]
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> StringDrain<'_, 'f> {
        let (front, back) = resolve(&range, self.len());
        self.must_be_boundaries(front, back);
        StringDrain { string: self, start: front, end: back, front, back }
    }

    /// Puts a string in the place of a range of bytes.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut line = framealloc_core::frame_format!(alloc, "5 lives");
    /// line.replace_range(..1, "no");
    /// assert_eq!(line, "no lives");
    /// ```
    ///
    /// # Panics
    /// If the range does not lie inside the string, or does not begin and end at boundaries of characters, or a budget or the global
    /// allocator refuses.
    #[track_caller]
    pub fn replace_range(&mut self, range: impl RangeBounds<usize>, text: &str) {
        let (front, back) = resolve(&range, self.len());
        infallible(self.replace_text(front, back, text));
    }

    /// Like [`FrameString::replace_range`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the string is as it was.
    ///
    /// # Panics
    /// If the range does not lie inside the string, or does not begin and end at boundaries of characters.
    #[track_caller]
    pub fn try_replace_range(&mut self, range: impl RangeBounds<usize>, text: &str) -> Result<(), AllocError> {
        let (front, back) = resolve(&range, self.len());
        self.replace_text(front, back, text)
    }

    /// Appends a range of the string's own bytes.
    ///
    /// # Panics
    /// If the range does not lie inside the string, or does not begin and end at boundaries of characters, or a budget or the global
    /// allocator refuses.
    #[track_caller]
    pub fn extend_from_within(&mut self, range: impl RangeBounds<usize>) {
        let (front, back) = resolve(&range, self.len());
        infallible(self.push_own(front, back));
    }

    /// Like [`FrameString::extend_from_within`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    ///
    /// # Panics
    /// If the range does not lie inside the string, or does not begin and end at boundaries of characters.
    #[track_caller]
    pub fn try_extend_from_within(&mut self, range: impl RangeBounds<usize>) -> Result<(), AllocError> {
        let (front, back) = resolve(&range, self.len());
        self.push_own(front, back)
    }

    /// Cuts the string in two and returns the text from byte `at` on, in memory of its own.
    ///
    /// # Panics
    /// If `at` is not a boundary of a character, or a budget or the global allocator refuses.
    #[must_use = "the text from `at` on would be gone: use `truncate`"]
    #[track_caller]
    pub fn split_off(&mut self, at: usize) -> Self {
        infallible(self.split_tail(at))
    }

    /// Like [`FrameString::split_off`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then nothing was moved.
    ///
    /// # Panics
    /// If `at` is not a boundary of a character.
    #[track_caller]
    pub fn try_split_off(&mut self, at: usize) -> Result<Self, AllocError> {
        self.split_tail(at)
    }
}

/// The characters of a range, on their way out of a string: see [`FrameString::drain`].
///
/// A forgotten one leaves the string as it was.
pub struct StringDrain<'d, 'f> {
    string: &'d mut FrameString<'f>,
    /// The range, and what of it is still to come: boundaries of characters.
    start: usize,
    end: usize,
    front: usize,
    back: usize,
}

impl StringDrain<'_, '_> {
    /// Returns the text that is still to come.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.string[self.front..self.back]
    }
}

impl Drop for StringDrain<'_, '_> {
    fn drop(&mut self) {
        self.string.cut(self.start, self.end);
    }
}

impl Iterator for StringDrain<'_, '_> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        let next = self.as_str().chars().next()?;
        self.front += next.len_utf8();
        Some(next)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.as_str().chars().size_hint()
    }
}

impl DoubleEndedIterator for StringDrain<'_, '_> {
    #[inline]
    fn next_back(&mut self) -> Option<char> {
        let last = self.as_str().chars().next_back()?;
        self.back -= last.len_utf8();
        Some(last)
    }
}

impl FusedIterator for StringDrain<'_, '_> {}

impl AsRef<str> for StringDrain<'_, '_> {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for StringDrain<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StringDrain").field(&self.as_str()).finish()
    }
}
