//! What `FrameString` shares with `String` through traits.

use core::borrow::{Borrow, BorrowMut};
use core::fmt;
use core::hash::{Hash, Hasher};
use std::ffi::OsStr;
use std::path::Path;

use super::FrameString;

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

impl AsRef<Path> for FrameString<'_> {
    fn as_ref(&self) -> &Path {
        Path::new(self.as_str())
    }
}

impl AsRef<OsStr> for FrameString<'_> {
    fn as_ref(&self) -> &OsStr {
        OsStr::new(self.as_str())
    }
}

impl AsMut<str> for FrameString<'_> {
    fn as_mut(&mut self) -> &mut str {
        self
    }
}

impl BorrowMut<str> for FrameString<'_> {
    fn borrow_mut(&mut self) -> &mut str {
        self
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
