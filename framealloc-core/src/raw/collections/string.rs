//! The string: a vector of bytes that are always UTF-8 (V7).

use core::ops::{Deref, DerefMut};
use core::str::Utf8Error;

use super::vec::FrameVec;
use crate::error::Failure;
use crate::raw::frames::owned::Owned;

/// A string in frame memory. It grows as [`FrameVec`] does.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut label = alloc.frame_string();
/// label.push_str("wave ");
/// label.push('3');
/// assert_eq!(label, "wave 3");
/// ```
///
/// As a [`FrameVec`] it knows its frame from the beginning: there is no `Default` and no `FromStr`, but
/// [`take`](FrameString::take), [`new_in`](FrameString::new_in) and [`from_str_in`](FrameString::from_str_in).
pub struct FrameString<'f> {
    bytes: FrameVec<'f, u8>,
}

impl<'f> FrameString<'f> {
    #[inline]
    pub(crate) fn empty(bytes: FrameVec<'f, u8>) -> Self {
        let mut bytes = bytes;
        bytes.truncate(0);
        Self { bytes }
    }

    /// The bytes as text, or the bytes again where they are not UTF-8, and why they are not.
    #[inline]
    pub(crate) fn checked(bytes: FrameVec<'f, u8>) -> Result<Self, (FrameVec<'f, u8>, Utf8Error)> {
        match core::str::from_utf8(&bytes) {
            Ok(_) => Ok(Self { bytes }),
            Err(error) => Err((bytes, error)),
        }
    }

    /// Takes bytes for text without looking at them.
    ///
    /// # Safety
    /// The bytes must be UTF-8.
    #[must_use]
    #[inline]
    pub unsafe fn from_utf8_unchecked(bytes: FrameVec<'f, u8>) -> Self {
        Self { bytes }
    }

    /// Lends the bytes to code that keeps them UTF-8 by means of its own.
    ///
    /// [`FrameString::into_bytes`] and [`FrameString::from_utf8`] do without `unsafe`, for the price of a check.
    ///
    /// # Safety
    /// The bytes must be UTF-8 when the borrow ends, by a panic as well.
    #[must_use]
    #[inline]
    pub unsafe fn as_mut_vec(&mut self) -> &mut FrameVec<'f, u8> {
        &mut self.bytes
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &FrameVec<'f, u8> {
        &self.bytes
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn reserve_more<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        self.bytes.reserve_more(additional)
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn reserve_exactly<E: Failure>(&mut self, additional: usize) -> Result<(), E> {
        self.bytes.reserve_exactly(additional)
    }

    #[inline]
    pub(crate) fn shrink(&mut self, capacity: usize) {
        self.bytes.shrink_to(capacity);
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn push_text<E: Failure>(&mut self, text: &str) -> Result<(), E> {
        self.bytes.extend_copied(text.as_bytes())
    }

    #[track_caller]
    pub(crate) fn insert_text<E: Failure>(&mut self, index: usize, text: &str) -> Result<(), E> {
        self.must_be_boundary(index);
        self.bytes.extend_copied::<E>(text.as_bytes())?;
        // No user code and no panic between the two: the bytes are UTF-8 again when this returns (V7).
        self.bytes[index..].rotate_right(text.len());
        Ok(())
    }

    #[track_caller]
    fn must_be_boundary(&self, index: usize) {
        assert!(self.is_char_boundary(index), "byte {index} is not a boundary of a character of the string");
    }

    #[track_caller]
    pub(crate) fn must_be_boundaries(&self, front: usize, back: usize) {
        assert!(
            front <= back && self.is_char_boundary(front) && self.is_char_boundary(back),
            "bytes {front}..{back} do not begin and end at boundaries of characters of the string"
        );
    }

    /// Removes the bytes `front..back`, which are boundaries of characters.
    #[track_caller]
    pub(crate) fn cut(&mut self, front: usize, back: usize) {
        self.must_be_boundaries(front, back);
        drop(self.bytes.drain(front..back));
    }

    /// Puts `text` in the place of the bytes `front..back`, which are boundaries of characters.
    #[track_caller]
    pub(crate) fn replace_text<E: Failure>(&mut self, front: usize, back: usize, text: &str) -> Result<(), E> {
        self.must_be_boundaries(front, back);
        let (old, text) = (back - front, text.as_bytes());
        let (place, more) = text.split_at(text.len().min(old));
        // Memory is refused before anything changes. After that there is no user code and no panic: the bytes are UTF-8 again
        // when this returns (V7).
        self.bytes.extend_copied::<E>(more)?;
        self.bytes[front..front + place.len()].copy_from_slice(place);
        self.bytes[back..].rotate_right(more.len());
        drop(self.bytes.drain(front + text.len().min(old)..back));
        Ok(())
    }

    /// Appends the bytes `front..back` of the string itself, which are boundaries of characters.
    #[track_caller]
    pub(crate) fn push_own<E: Failure>(&mut self, front: usize, back: usize) -> Result<(), E> {
        self.must_be_boundaries(front, back);
        self.bytes.extend_from_own(front, back)
    }

    /// Moves the text from byte `at` on into a string of its own.
    #[track_caller]
    pub(crate) fn split_tail<E: Failure>(&mut self, at: usize) -> Result<Self, E> {
        self.must_be_boundary(at);
        Ok(Self { bytes: self.bytes.split_tail(at)? })
    }

    /// Keeps the characters for which `keep` returns true.
    pub(crate) fn retain_chars(&mut self, mut keep: impl FnMut(char) -> bool) {
        let mut rest = Rest { bytes: &mut self.bytes, read: 0, write: 0 };
        // SAFETY: what is behind `read` is UTF-8: the string begins so, and `read` goes on by whole characters (V7).
        while let Some(next) = unsafe { core::str::from_utf8_unchecked(&rest.bytes[rest.read..]) }.chars().next() {
            let bytes = next.len_utf8();
            if keep(next) {
                rest.bytes.copy_within(rest.read..rest.read + bytes, rest.write);
                rest.write += bytes;
            }
            rest.read += bytes;
        }
    }

    /// Returns the bytes, no longer known to be text.
    #[inline]
    pub(crate) fn into_vec(self) -> FrameVec<'f, u8> {
        self.bytes
    }

    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn into_owned(self) -> Owned<'f, str> {
        let bytes = self.bytes.into_owned().into_raw();
        // SAFETY: UTF-8 (V7), initialised and ours; `str` and `[u8]` have the same layout.
        unsafe { Owned::from_raw(core::ptr::NonNull::new_unchecked(bytes.as_ptr() as *mut str)) }
    }
}

/// Closes the hole that `retain` leaves, by a panic as well: before it and behind it are whole characters.
struct Rest<'s, 'f> {
    bytes: &'s mut FrameVec<'f, u8>,
    read: usize,
    write: usize,
}

impl Drop for Rest<'_, '_> {
    fn drop(&mut self) {
        let behind = self.bytes.len() - self.read;
        self.bytes.copy_within(self.read.., self.write);
        self.bytes.truncate(self.write + behind);
    }
}

impl Deref for FrameString<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        // SAFETY: UTF-8 (V7).
        unsafe { core::str::from_utf8_unchecked(&self.bytes) }
    }
}

impl DerefMut for FrameString<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut str {
        // SAFETY: the bytes are UTF-8 (V7); `str` has no safe way to lose UTF-8.
        unsafe { core::str::from_utf8_unchecked_mut(&mut self.bytes) }
    }
}
