//! Trails of memory: who asked for it, and what became of it. With the feature `debug`; nothing without it.
//!
//! The rest of the crate calls these in both cases, so that it has no conditions of its own.

#[cfg(feature = "debug")]
use crate::debug::{AllocSite, FrameValueKind, frames};

/// Who shared or retained a value, or opened a scope. Without bytes where the feature is off.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    #[cfg(feature = "debug")]
    asked: Option<Asked>,
}

#[cfg(feature = "debug")]
#[derive(Debug)]
struct Asked {
    site: AllocSite,
    type_name: &'static str,
    bytes: usize,
    tag: crate::TagId,
}

impl Trail {
    /// Of a value that the caller of the public method shares or retains under a tag.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    #[cfg_attr(
        not(feature = "debug"),
        expect(clippy::extra_unused_type_parameters, reason = "there is nothing to tell")
    )]
    pub(crate) fn of<T>(tag: crate::TagId) -> Self {
        #[cfg(feature = "debug")]
        return Self::here(core::any::type_name::<T>(), size_of::<T>(), tag);
        #[cfg(not(feature = "debug"))]
        {
            let _ = tag;
            Self {}
        }
    }

    /// Of a scope that the caller of the public method opens.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn of_scope() -> Self {
        #[cfg(feature = "debug")]
        return Self::here("FrameScope", 0, crate::TagId::NONE);
        #[cfg(not(feature = "debug"))]
        Self {}
    }

    #[cfg(feature = "debug")]
    #[track_caller]
    fn here(type_name: &'static str, bytes: usize, tag: crate::TagId) -> Self {
        Self { asked: AllocSite::here().map(|site| Asked { site, type_name, bytes, tag }) }
    }

    /// The frame of the allocator with this number ends, and the value is alive.
    #[inline(always)]
    #[cfg_attr(not(feature = "debug"), expect(clippy::unused_self, reason = "nothing is known"))]
    pub(crate) fn shared_value_ends(&mut self, allocator: u64) {
        #[cfg(feature = "debug")]
        self.ends(FrameValueKind::Shared, allocator);
        #[cfg(not(feature = "debug"))]
        let _ = allocator;
    }

    /// As [`shared_value_ends`](Self::shared_value_ends), of a retained value.
    #[inline(always)]
    #[cfg_attr(not(feature = "debug"), expect(clippy::unused_self, reason = "nothing is known"))]
    pub(crate) fn retained_value_ends(&mut self, allocator: u64) {
        #[cfg(feature = "debug")]
        self.ends(FrameValueKind::Retained, allocator);
        #[cfg(not(feature = "debug"))]
        let _ = allocator;
    }

    /// The frame of the allocator ends, and the scope was not closed.
    #[inline(always)]
    #[cfg_attr(not(feature = "debug"), expect(clippy::unused_self, reason = "nothing is known"))]
    pub(crate) fn scope_ends(&mut self, allocator: u64, bytes: usize, tag: crate::TagId) {
        #[cfg(feature = "debug")]
        if let Some(asked) = &mut self.asked {
            (asked.bytes, asked.tag) = (bytes, tag);
            self.ends(FrameValueKind::OpenScope, allocator);
        }
        #[cfg(not(feature = "debug"))]
        let _ = (allocator, bytes, tag);
    }

    #[cfg(feature = "debug")]
    fn ends(&mut self, kind: FrameValueKind, allocator: u64) {
        if let Some(Asked { site, type_name, bytes, tag }) = self.asked.take() {
            frames::outlived(allocator, kind, type_name, bytes, tag, site);
        }
    }
}

/// All heaps of the allocator with this number have ended their frame.
#[inline(always)]
pub(crate) fn frame_ended(allocator: u64) {
    #[cfg(feature = "debug")]
    frames::ended(allocator);
    #[cfg(not(feature = "debug"))]
    let _ = allocator;
}

/// Where the first of the scopes was opened that the last frame left open; empty without the feature.
pub(crate) fn first_open_scope(allocator: u64) -> String {
    #[cfg(feature = "debug")]
    let place = frames::first_open_scope(allocator).map(|place| format!("; one was opened at {place}"));
    #[cfg(not(feature = "debug"))]
    let place = {
        let _ = allocator;
        None
    };
    place.unwrap_or_default()
}

/// The allocator with this number is gone.
#[inline(always)]
pub(crate) fn allocator_gone(allocator: u64) {
    #[cfg(feature = "debug")]
    frames::forget(allocator);
    #[cfg(not(feature = "debug"))]
    let _ = allocator;
}
