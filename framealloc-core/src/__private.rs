//! What the attribute macros call. Not for users: it changes with every release.

pub use crate::frame::scope::{TaggedAlloc, with_frame};
pub use crate::pool::{Pool, PoolSpec, Pooled};
pub use crate::site::Site;
pub use crate::{Frame, SmartAlloc, Tag};

use crate::raw::heap_guard::HeapZone;
use crate::tag::IntoTag;

/// `#[frame_system]` on a function with `&mut SmartAlloc`: the whole frame.
pub fn whole_frame<R>(alloc: &mut SmartAlloc, site: &'static Site, body: impl FnOnce(&SmartAlloc) -> R) -> R {
    alloc.whole_frame(|alloc| {
        let _limit = site.budget().map(|bytes| CallLimit::new(alloc, site.name(), bytes));
        let tagged = site.tag().map(|tag| TaggedAlloc::new(alloc, tag));
        let _call = WholeFrameCall { alloc, site, zone: HeapZone::enter(site.is_no_heap()) };
        body(tagged.as_deref().unwrap_or(alloc))
    })
}

/// Books the call when the body ends, by a panic as well. Its bytes are those of the frame, which the report has.
struct WholeFrameCall<'a> {
    alloc: &'a SmartAlloc,
    site: &'static Site,
    zone: HeapZone,
}

impl Drop for WholeFrameCall<'_> {
    fn drop(&mut self) {
        self.alloc.frame().heap().book_site(self.site.index(), 0, self.zone.leave());
    }
}

/// Limits what the calling thread may hold, until it is dropped.
struct CallLimit<'a>(&'a SmartAlloc);

impl<'a> CallLimit<'a> {
    fn new(alloc: &'a SmartAlloc, name: &'static str, bytes: usize) -> Self {
        alloc.frame().heap().limit_call(Some((name, bytes)));
        Self(alloc)
    }
}

impl Drop for CallLimit<'_> {
    fn drop(&mut self) {
        self.0.frame().heap().limit_call(None);
    }
}

/// `out = name`: the frame outside the scope of the system.
#[must_use]
#[inline]
pub fn outer(alloc: &SmartAlloc) -> &Frame {
    alloc.frame()
}

/// `#[alloc_tag]` on an `async fn`: a handle with the tag in it.
#[must_use]
pub fn tagged_handle(alloc: &SmartAlloc, tag: impl IntoTag) -> TaggedAlloc<'_> {
    let id = alloc.resolve(tag);
    TaggedAlloc::new(alloc, id)
}
