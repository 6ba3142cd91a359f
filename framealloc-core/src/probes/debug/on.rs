//! The feature `debug`: what was asked for is written down.

use crate::debug::{AllocSite, FrameValueKind, frames};
use crate::raw::global::quiet::quietly;
use crate::tag::TagId;

/// Who shared or retained a value, or opened a scope.
#[derive(Debug, Default)]
pub(crate) struct Trail(Option<Asked>);

#[derive(Debug)]
struct Asked {
    site: AllocSite,
    type_name: &'static str,
    bytes: usize,
    tag: TagId,
}

impl Trail {
    /// Of a value that the caller of the public method shares or retains under a tag.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn of<T>(tag: TagId) -> Self {
        Self::here(core::any::type_name::<T>(), size_of::<T>(), tag)
    }

    /// As [`of`](Self::of), of a slice of `len` values.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn of_slice<T>(len: usize, tag: TagId) -> Self {
        Self::here(core::any::type_name::<[T]>(), size_of::<T>() * len, tag)
    }

    /// Of a scope that the caller of the public method opens.
    #[inline(always)]
    #[track_caller]
    pub(crate) fn of_scope() -> Self {
        Self::here("FrameScope", 0, TagId::NONE)
    }

    #[track_caller]
    fn here(type_name: &'static str, bytes: usize, tag: TagId) -> Self {
        Self(AllocSite::here().map(|site| Asked { site, type_name, bytes, tag }))
    }

    /// The frame of the allocator with this number ends, and the value is alive.
    #[inline(always)]
    pub(crate) fn shared_value_ends(&mut self, allocator: u64) {
        self.ends(FrameValueKind::Shared, allocator);
    }

    /// The value drops with its flight: its frame has ended before, and its allocator may be gone.
    #[inline(always)]
    pub(crate) fn ends_in_flight(&mut self) {
        quietly(|| drop(self.0.take()));
    }

    /// As [`shared_value_ends`](Self::shared_value_ends), of a retained value.
    #[inline(always)]
    pub(crate) fn retained_value_ends(&mut self, allocator: u64) {
        self.ends(FrameValueKind::Retained, allocator);
    }

    /// The frame of the allocator ends, and the scope was not closed.
    #[inline(always)]
    pub(crate) fn scope_ends(&mut self, allocator: u64, bytes: usize, tag: TagId) {
        if let Some(asked) = &mut self.0 {
            (asked.bytes, asked.tag) = (bytes, tag);
            self.ends(FrameValueKind::OpenScope, allocator);
        }
    }

    fn ends(&mut self, kind: FrameValueKind, allocator: u64) {
        if let Some(Asked { site, type_name, bytes, tag }) = self.0.take() {
            frames::outlived(allocator, kind, type_name, bytes, tag, site);
        }
    }
}

/// All heaps of the allocator with this number have ended their frame.
#[inline(always)]
pub(crate) fn frame_ended(allocator: u64) {
    frames::ended(allocator);
}

/// Where the first of the scopes was opened that the last frame left open.
pub(crate) fn first_open_scope(allocator: u64) -> String {
    let place = frames::first_open_scope(allocator).map(|place| format!("; one was opened at {place}"));
    place.unwrap_or_default()
}

/// The allocator with this number is gone.
#[inline(always)]
pub(crate) fn allocator_gone(allocator: u64) {
    frames::forget(allocator);
}
