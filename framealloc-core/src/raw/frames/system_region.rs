//! The region of one call of an annotated system.

use core::mem::ManuallyDrop;

use super::frame::{Frame, Region};
use super::sampling::samples::OpenSystem;
use super::shared_arenas::SharedMark;
use crate::raw::global::zone::{HeapZone, OuterTag, open_tag};
use crate::tag::TagId;

/// The region of one call of an annotated system, which is attributed to it when it closes, by a panic as well.
///
/// The way out that every call takes is part of the system, and goes by values; that of a panic is a function of its own.
/// One `drop` for both would be called, and would have all of this written to memory for it: 40 instructions of 150.
pub(crate) struct SystemRegion<'a>(ManuallyDrop<Call<'a>>);

/// What a call ends with.
struct Call<'a> {
    region: Region<'a>,
    shared: SharedMark,
    /// The system that was open before.
    outer: OpenSystem,
    /// The tag that was open for the heap before.
    tag: OuterTag,
    zone: &'a mut HeapZone,
}

impl<'a> SystemRegion<'a> {
    /// Begins a call of a system in a region that was opened for it, for this tag and in this frame. `zone` has not begun.
    #[inline(always)]
    pub(crate) fn begin(
        parent: &'a Frame,
        tag: TagId,
        region: Region<'a>,
        system: OpenSystem,
        zone: &'a mut HeapZone,
    ) -> Self {
        let arenas = parent.arenas();
        Self(ManuallyDrop::new(Call {
            region,
            shared: arenas.mark_shared(),
            outer: arenas.enter_system(system),
            tag: open_tag(tag.index()),
            zone,
        }))
    }

    #[inline(always)]
    pub(crate) fn frame(&self) -> &Frame {
        self.0.region.frame()
    }

    /// What the system does with the heap, which ends with the call.
    #[inline(always)]
    pub(crate) fn zone(&mut self) -> &mut HeapZone {
        self.0.zone
    }

    /// Ends the call.
    #[inline(always)]
    pub(crate) fn close(self) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `self` is dropped no more, so that this is the last that is done with it.
        unsafe { ManuallyDrop::take(&mut this.0) }.end();
    }
}

impl Drop for SystemRegion<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: this is the last that is done with it.
        unsafe { ManuallyDrop::take(&mut self.0) }.end_by_panic();
    }
}

impl Call<'_> {
    #[cold]
    #[inline(never)]
    fn end_by_panic(self) {
        self.end();
    }

    #[inline(always)]
    fn end(self) {
        let Self { region, shared, outer, tag, zone } = self;
        tag.put_back();
        // Looked up again: what is kept beside a call takes a register, which has to be saved first.
        let arenas = region.arenas();
        let system = arenas.leave_system(outer).number;
        if zone.has_begun() {
            end_zone(region.frame(), system, zone);
        }
        // What it shared is not in its region, but is its own all the same.
        let shared = arenas.take_shared_since(shared);
        let bytes = region.close() + shared;
        arenas.attribute_to_system(system, bytes);
    }
}

/// Attributes what the system with this number took from the heap.
#[inline(never)]
fn end_zone(frame: &Frame, system: u32, zone: &mut HeapZone) {
    frame.arenas().attribute_heap_use(system, frame.tag_id(), zone.leave());
}
