//! Comparisons with everything that is text, in both directions.

use core::cmp::Ordering;
use std::borrow::Cow;

use super::{FrameBox, FrameString};

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
    ($($other:ty),+ $(,)?) => {$(
        impl PartialEq<$other> for FrameString<'_> {
            fn eq(&self, other: &$other) -> bool {
                self[..] == other[..]
            }
        }

        impl PartialEq<FrameString<'_>> for $other {
            fn eq(&self, other: &FrameString<'_>) -> bool {
                self[..] == other[..]
            }
        }
    )+};
}

equals_text!(str, &str, &mut str, String, Cow<'_, str>, FrameBox<'_, str>);
