//! What the attribute macros call. Not for users: it changes with every release.

mod in_flight;
mod lending;
pub mod options;

pub use self::in_flight::{Flight, whole_frame_in_flight, whole_frame_in_flight_apart};
pub use self::lending::{Lending, Lends, LentAsItIs, LentLonger};
pub use crate::__framealloc_options as options;
pub use crate::budget::DeclaredBudgets;
pub use crate::frame::ambient::ZoneGuard;
pub use crate::frame::boxed::Itself;
pub use crate::frame::scope::{TaggedAlloc, with_frame, with_frame_apart};
pub use crate::frame_test::FrameTest;
pub use crate::pool::{Pool, PoolSpec, Pooled};
pub use crate::site::{EffectMark, Site};
pub use crate::{Frame, SmartAlloc, Tag};

/// What `frame_unsize!` is made of.
pub mod frame_unsize {
    pub use crate::raw::frames::frame_raw::{from_parts, into_parts};
}

use core::mem::ManuallyDrop;

use crate::Promotions;
use crate::raw::frames::sampling::samples::OpenSystem;
use crate::raw::global::zone::{HeapZone, OuterTag, open_tag};
use crate::site::apart;
use crate::tag::{IntoTag, TagId};

/// `#[frame_system]` on a function with `&mut SmartAlloc`: the whole frame.
pub fn whole_frame<R>(alloc: &mut SmartAlloc, site: &'static Site, body: impl FnOnce(&SmartAlloc) -> R) -> R {
    alloc.whole_frame(|alloc| in_whole_frame(alloc, site, body))
}

/// Calls the body of a system that is the open frame.
fn in_whole_frame<R>(alloc: &SmartAlloc, site: &'static Site, body: impl FnOnce(&SmartAlloc) -> R) -> R {
    let _limit = site.budget().map(|bytes| CallLimit::new(alloc, site.name(), bytes));
    let tagged = site.tag().map(|tag| TaggedAlloc::new(alloc, tag));
    let tag = site.tag().unwrap_or(alloc.tag_id());
    let here = 0_u8;
    // The number of the site first: with it comes whether its use of the heap is counted.
    let system = OpenSystem::new(site.number(), &raw const here);
    let outer = (alloc.frame().arenas().enter_system(system), open_tag(tag.index()));
    let mut call = WholeFrameCall { alloc, tag, outer, zone: ManuallyDrop::new(HeapZone::new()) };
    call.zone.begin(site, tag);
    body(tagged.as_deref().unwrap_or(alloc))
}

/// [`whole_frame`] for a function that declares an effect.
pub fn whole_frame_apart<R>(alloc: &mut SmartAlloc, site: &'static Site, body: impl FnOnce(&SmartAlloc) -> R) -> R {
    whole_frame(alloc, site, |alloc| apart(body, alloc))
}

/// Attributes the call to its system when the body ends, by a panic as well. Its bytes are those of the frame, which the report has.
struct WholeFrameCall<'a> {
    alloc: &'a SmartAlloc,
    tag: TagId,
    /// The system that was open before, and the tag that was open for the heap.
    outer: (OpenSystem, OuterTag),
    /// Left when this is dropped, and looked at no more after that.
    zone: ManuallyDrop<HeapZone>,
}

impl Drop for WholeFrameCall<'_> {
    fn drop(&mut self) {
        let (outer, outer_tag) = self.outer;
        outer_tag.put_back();
        let (used, arenas) = (self.zone.leave(), self.alloc.frame().arenas());
        let system = arenas.leave_system(outer).number;
        arenas.attribute_to_system(system, 0);
        arenas.attribute_heap_use(system, self.tag, used);
    }
}

/// Limits what the calling thread may hold, until it is dropped.
struct CallLimit<'a>(&'a SmartAlloc);

impl<'a> CallLimit<'a> {
    fn new(alloc: &'a SmartAlloc, name: &'static str, bytes: usize) -> Self {
        alloc.frame().arenas().limit_call(Some((name, bytes)));
        Self(alloc)
    }
}

impl Drop for CallLimit<'_> {
    fn drop(&mut self) {
        self.0.frame().arenas().limit_call(None);
    }
}

/// Gives promotions back, as if their frame had ended with a panic: for a crate of ours that cannot return them either.
pub fn keep_promotions(alloc: &mut SmartAlloc, promotions: Promotions) {
    alloc.keep_promotions(promotions);
}

/// Begins a frame right after the end of the one before: for a crate of ours that has had the allocator exclusively since then.
pub fn begin_next_frame(alloc: &mut SmartAlloc) {
    alloc.begin_next_frame();
}

/// What all threads have taken since the last end of a frame, in bytes: for a crate of ours that tells what is outside of frames.
pub fn held_bytes(alloc: &mut SmartAlloc) -> usize {
    let mut held = Vec::new();
    alloc.list_held(&mut held);
    held.iter().map(|held| held.bytes).sum()
}

/// `out = name`: the frame outside the scope of the system.
#[must_use]
#[inline]
pub fn outer(alloc: &SmartAlloc) -> &Frame {
    alloc.frame()
}

/// The body of an `async fn` with `#[alloc_tag]`, which has the tag open for the heap whenever it is polled, on whichever thread,
/// and only then.
pub async fn polled<F: Future>(tagged: &TaggedAlloc<'_>, mut body: core::pin::Pin<&mut F>) -> F::Output {
    let tag = tagged.tag_id();
    core::future::poll_fn(|context| crate::frame::heap_tag::under(tag, || body.as_mut().poll(context))).await
}

/// `#[alloc_tag]` on an `async fn`: a handle with the tag in it.
#[must_use]
pub fn tagged_handle(alloc: &SmartAlloc, tag: impl IntoTag) -> TaggedAlloc<'_> {
    let id = alloc.resolve(tag);
    TaggedAlloc::new(alloc, id)
}
