//! What strings are extended by and made of: characters and strings of every kind.

use std::borrow::Cow;

use super::{FrameBox, FrameString};
use crate::error::{AllocError, Failure, infallible};

mod sealed {
    /// Nobody else implements `Text`: what it lends must not change between two looks.
    pub trait Lend {
        /// Bytes that one is at least.
        const LEAST: usize;

        fn lend<R>(&self, read: impl FnOnce(&str) -> R) -> R;
    }
}

/// What a [`FrameString`] is extended by: characters, and strings on the heap, in a frame, or borrowed.
#[diagnostic::on_unimplemented(
    message = "a `FrameString` is not extended by `{Self}`",
    label = "neither a character nor a string"
)]
pub trait Text: sealed::Lend {}

macro_rules! characters {
    ($($Type:ty),+) => {$(
        impl Text for $Type {}

        impl sealed::Lend for $Type {
            const LEAST: usize = 1;

            #[inline]
            fn lend<R>(&self, read: impl FnOnce(&str) -> R) -> R {
                read(self.encode_utf8(&mut [0; 4]))
            }
        }
    )+};
}

macro_rules! strings {
    ($($Type:ty),+) => {$(
        impl Text for $Type {}

        impl sealed::Lend for $Type {
            const LEAST: usize = 0;

            #[inline]
            fn lend<R>(&self, read: impl FnOnce(&str) -> R) -> R {
                read(self)
            }
        }
    )+};
}

characters!(char, &char);
strings!(&str, &mut str, String, &String, Box<str>, Cow<'_, str>, FrameString<'_>, &FrameString<'_>, FrameBox<'_, str>);

impl FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn extend_text<E: Failure, P: Text>(&mut self, pieces: impl IntoIterator<Item = P>) -> Result<(), E> {
        let pieces = pieces.into_iter();
        self.reserve_more::<E>(pieces.size_hint().0.saturating_mul(P::LEAST))?;
        for piece in pieces {
            piece.lend(|text| self.push_text::<E>(text))?;
        }
        Ok(())
    }

    /// Appends characters or strings, as `extend` does. What was appended before the failure stays.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut names = alloc.frame_string();
    /// names.try_extend(["ann", ", ", "bo"])?;
    /// names.try_extend("!?".chars().rev())?;
    /// assert_eq!(names, "ann, bo?!");
    /// # Ok::<(), framealloc_core::AllocError>(())
    /// ```
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_extend<P: Text>(&mut self, pieces: impl IntoIterator<Item = P>) -> Result<(), AllocError> {
        self.extend_text(pieces)
    }
}

impl<P: Text> Extend<P> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn extend<I: IntoIterator<Item = P>>(&mut self, pieces: I) {
        infallible(self.extend_text(pieces));
    }
}

/// Appends, as [`FrameString::push_str`] does; [`FrameString::try_push_str`] returns a refusal.
impl core::ops::Add<&str> for FrameString<'_> {
    type Output = Self;

    #[cfg_attr(feature = "debug", track_caller)]
    fn add(mut self, text: &str) -> Self {
        self.push_str(text);
        self
    }
}

impl core::ops::AddAssign<&str> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn add_assign(&mut self, text: &str) {
        self.push_str(text);
    }
}
