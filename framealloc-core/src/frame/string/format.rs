//! `frame_format!`.

use core::fmt;

use super::{Frame, FrameString};
use crate::error::{AllocError, Failure};

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
    pub(crate) fn formatted<E: Failure>(frame: &'f Frame, text: fmt::Arguments<'_>) -> Result<Self, E> {
        let mut writer = Writer { string: FrameString::new_in(frame), refused: None };
        let written = fmt::write(&mut writer, text);
        if let Some(error) = writer.refused {
            return Err(E::fail(error));
        }
        assert!(written.is_ok(), "a formatting trait implementation returned an error");
        Ok(writer.string)
    }
}
