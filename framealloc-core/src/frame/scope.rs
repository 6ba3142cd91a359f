//! Scopes: arenas of their own for a part of a frame.

use core::fmt;
use core::mem::ManuallyDrop;
use core::num::NonZeroU32;
use core::ops::Deref;

use super::Frame;
use crate::SmartAlloc;
use crate::raw::frames::frame::Region;
use crate::raw::frames::sampling::samples::OpenSystem;
use crate::raw::frames::system_region::SystemRegion;
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

/// What `#[frame_system]` on a function with `&SmartAlloc` expands to.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub fn with_frame<R>(alloc: &SmartAlloc, site: &'static Site, body: impl FnOnce(&Frame) -> R) -> R {
    let tag = site.tag().unwrap_or(alloc.tag_id());
    let parent = alloc.frame_for_scope();
    let plain = site.plain_number();
    let (number, region) = match plain {
        Some(number) => (number, Region::open(parent, tag)),
        None => open_declared(parent, tag, site),
    };
    // Left when the call ends, and looked at no more after that.
    let (mut zone, here) = (ManuallyDrop::new(HeapZone::new()), 0_u8);
    let system = OpenSystem::new(number, &raw const here);
    let mut call = SystemRegion::begin(parent, tag, region, system, &mut zone);
    match plain {
        Some(_) => call.zone().interrupt(),
        None => call.zone().begin(site, tag),
    }
    let result = body(call.frame());
    call.close();
    result
}

/// The number of the site, and the region that it asks for.
#[inline(never)]
#[cfg_attr(feature = "debug", track_caller)]
fn open_declared<'a>(parent: &'a Frame, tag: TagId, site: &'static Site) -> (NonZeroU32, Region<'a>) {
    // The number first: with it comes whether its use of the heap is counted.
    let number = site.number();
    let region = match site.budget() {
        None => Region::open(parent, tag),
        Some(bytes) => Region::open_limited(parent, tag, site.name(), bytes),
    };
    (number, region)
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
