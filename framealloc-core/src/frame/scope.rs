//! Scopes: arenas of their own for a part of a frame.

use core::fmt;
use core::mem::ManuallyDrop;
use core::ops::Deref;

use super::Frame;
use crate::SmartAlloc;
use crate::raw::frames::frame::Region;
use crate::raw::frames::sampling::samples::OpenSystem;
use crate::raw::frames::shared_arenas::SharedMark;
use crate::raw::global::zone::HeapZone;
use crate::site::{Site, apart};
use crate::tag::TagId;

/// An arena of its own, given back when this is dropped. It derefs to [`Frame`].
///
/// Scopes nest, close in any order and may be forgotten: no two share memory. The memory of a closed scope is still in
/// the cache when the next one opens.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let outer = alloc.frame_scope();
/// let kept = outer.frame_box(1);
/// {
///     let inner = outer.frame_scope();
///     let scratch = inner.frame_slice_copy(&[1, 2, 3]);
///     assert_eq!(scratch.len(), 3);
/// } // the scratch is gone
/// assert_eq!(*kept, 1);
/// ```
#[must_use = "the scope closes when this is dropped"]
pub struct FrameScope<'a> {
    region: Region<'a>,
}

impl<'a> FrameScope<'a> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn open(parent: &'a Frame) -> Self {
        Self { region: Region::open(parent, parent.tag_id()) }
    }
}

impl Deref for FrameScope<'_> {
    type Target = Frame;

    #[inline(always)]
    fn deref(&self) -> &Frame {
        self.region.frame()
    }
}

impl fmt::Debug for FrameScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameScope").field("used_bytes", &self.used_bytes()).finish()
    }
}

/// The frame of one call of an annotated function; attributes the call to its system when it closes, by a panic as well.
struct SystemScope<'a> {
    region: Region<'a>,
    site: usize,
    shared: SharedMark,
    /// The system that was open before.
    outer: OpenSystem,
    /// Left when this is dropped, and looked at no more after that.
    zone: ManuallyDrop<HeapZone>,
}

impl Drop for SystemScope<'_> {
    #[inline]
    fn drop(&mut self) {
        let used = self.zone.leave();
        let frame = self.region.frame();
        // What it shared is not in its region, but is its own all the same.
        let bytes = self.region.reached_with_tags() + frame.arenas().take_shared_since(self.shared);
        frame.arenas().leave_system(self.outer);
        frame.arenas().attribute_to_site(self.site, bytes, used);
        if used.calls != 0 {
            frame.arenas().attribute_heap_use(frame.tag_id(), used);
        }
    }
}

/// What `#[frame_system]` on a function with `&SmartAlloc` expands to.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub fn with_frame<R>(alloc: &SmartAlloc, site: &'static Site, body: impl FnOnce(&Frame) -> R) -> R {
    let tag = site.tag().unwrap_or(alloc.tag_id());
    let region = match site.budget() {
        None => Region::open(alloc.frame_for_scope(), tag),
        Some(bytes) => Region::open_limited(alloc.frame_for_scope(), tag, site.name(), bytes),
    };
    let shared = region.frame().arenas().mark_shared();
    let index = site.index();
    let here = 0_u8;
    let outer = region.frame().arenas().enter_system(index, core::ptr::from_ref(&here).addr());
    let mut scope = SystemScope { region, site: index, shared, outer, zone: ManuallyDrop::new(HeapZone::new()) };
    scope.zone.begin(site, tag);
    body(scope.region.frame())
}

/// [`with_frame`] for a function that declares an effect.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub fn with_frame_apart<R>(alloc: &SmartAlloc, site: &'static Site, body: impl FnOnce(&Frame) -> R) -> R {
    with_frame(alloc, site, |frame| apart(body, frame))
}

/// An allocator handle that carries a tag and may cross threads and suspension points.
///
/// Where a `&Frame` belongs to a thread, this looks its arena up at every call: what a task allocates is attributed to the
/// tag on whichever thread polls it.
pub struct TaggedAlloc<'a> {
    handle: ManuallyDrop<SmartAlloc>,
    owner: core::marker::PhantomData<&'a SmartAlloc>,
}

impl<'a> TaggedAlloc<'a> {
    pub(crate) fn new(alloc: &'a SmartAlloc, tag: TagId) -> Self {
        Self { handle: alloc.copy_with_tag(tag), owner: core::marker::PhantomData }
    }
}

impl Deref for TaggedAlloc<'_> {
    type Target = SmartAlloc;

    #[inline(always)]
    fn deref(&self) -> &SmartAlloc {
        &self.handle
    }
}

impl fmt::Debug for TaggedAlloc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaggedAlloc").field("tag", &self.handle.tag_id().path()).finish()
    }
}
