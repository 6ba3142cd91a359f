//! What the attribute macros call. Not for users: it changes with every release.

pub use crate::frame::scope::{TaggedAlloc, with_frame};
pub use crate::site::Site;
pub use crate::{Frame, SmartAlloc};

use crate::tag::IntoTag;

/// `#[frame_system]` on a function with `&mut SmartAlloc`: the whole frame.
pub fn whole_frame<R>(alloc: &mut SmartAlloc, site: &'static Site, body: impl FnOnce(&SmartAlloc) -> R) -> R {
    alloc.whole_frame(|alloc| {
        let tagged = site.tag().map(|tag| TaggedAlloc::new(alloc, tag));
        let result = body(tagged.as_deref().unwrap_or(alloc));
        alloc.frame().heap().book_site(site.index(), 0);
        result
    })
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
