//! The arenas of shared values, and to whom their bytes are attributed (I24).
//!
//! They are apart from the scratch of the frame, so that a frame that is kept for its shared values keeps these only.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::flights::loading::Loading;
use super::frame::{Frame, FrameKind};
use super::thread_arenas::{SharedArena, ThreadArenas};
use crate::error::Failure;
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::chunk::Chunk;
use crate::tag::TagId;

/// Bytes that a thread has shared and no system has booked, at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SharedMark(usize);

impl Frame {
    /// The arena for what is shared from this frame.
    #[inline]
    pub(super) fn for_sharing(&self) -> &Self {
        // SAFETY: the link is this thread's (I2). Arenas of shared values live as long as the allocator, which `self` borrows (I3, I7),
        // and the one that is known is forgotten when the tag changes (I8).
        unsafe { (*self.link()).sharing.as_ref() }.unwrap_or_else(|| self.look_up_sharing())
    }

    #[cold]
    #[inline(never)]
    fn look_up_sharing(&self) -> &Self {
        let sharing = self.arenas().shared_frame_of(self.tag_id());
        // SAFETY: the link is this thread's, and nobody has a reference into it (I2, I9); arenas of shared values live as long as the
        // allocator, which `self` borrows (I3, I7).
        unsafe {
            (*self.link()).sharing = sharing.as_ptr();
            sharing.as_ref()
        }
    }

    /// Takes a block out of this arena of shared values, which `fill` writes to and does nothing else, and attributes it.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(super) fn bump_shared<E: Failure>(
        &self,
        layout: Layout,
        fill: impl FnOnce(NonNull<u8>),
    ) -> Result<NonNull<u8>, E> {
        let (block, taken) = self.arena().bump_counted::<E>(layout, fill)?;
        match taken {
            // What the window lost is what was taken, which spares a look at all that is counted elsewhere.
            Some(bytes) => self.attribute_shared(bytes),
            None => self.recount_shared(),
        }
        Ok(block)
    }

    /// Attributes what this arena of shared values was bumped by since the last time.
    #[cold]
    #[inline(never)]
    pub(super) fn recount_shared(&self) {
        // SAFETY: the link is this thread's (I2).
        let counted = unsafe { (*self.link()).counted };
        self.attribute_shared(self.arena().reached().saturating_sub(counted));
    }

    #[inline(always)]
    fn attribute_shared(&self, bytes: usize) {
        // SAFETY: link and arena set are this thread's, and no reference into them is alive (I2, I9).
        unsafe {
            (*self.link()).counted += bytes;
            (*self.arenas().state()).shared_bytes += bytes;
        }
    }
}

impl ThreadArenas {
    #[inline]
    fn shared_frame_of(&self, tag: TagId) -> NonNull<Frame> {
        let state = self.state();
        // SAFETY: this thread has the arena set to itself (I2); the reference ends before anything else happens (I9).
        let known = unsafe { (&(*state).shared).get(tag.index()).map(|arena| arena.frame) };
        known.and_then(NonNull::new).unwrap_or_else(|| self.make_shared_frame_of(tag))
    }

    #[cold]
    #[inline(never)]
    fn make_shared_frame_of(&self, tag: TagId) -> NonNull<Frame> {
        let _growth = HeapZone::growth();
        let frame = self.make(tag, FrameKind::Shared);
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        let shared = unsafe { &mut (*self.state()).shared };
        if shared.len() <= tag.index() {
            shared.resize_with(tag.index() + 1, SharedArena::default);
        }
        shared[tag.index()].frame = frame.as_ptr();
        frame
    }

    /// Where a call begins whose shared bytes are to be told.
    #[inline]
    pub(crate) fn mark_shared(&self) -> SharedMark {
        // SAFETY: a plain read of this thread's own (I2).
        SharedMark(unsafe { (*self.state()).shared_bytes })
    }

    /// The bytes that were shared since the mark and by no call in between that has asked already. They are booked by this.
    #[inline]
    pub(crate) fn take_shared_since(&self, mark: SharedMark) -> usize {
        // SAFETY: a plain value of this thread's own (I2).
        unsafe {
            let bytes = (*self.state()).shared_bytes;
            // Most systems share nothing, and need not wait for a store.
            if bytes != mark.0 {
                (*self.state()).shared_bytes = mark.0;
            }
            bytes.wrapping_sub(mark.0)
        }
    }

    /// Ends the frame of the arenas of shared values, or lets a flight have what is in them.
    ///
    /// # Safety
    /// The allocator is held exclusively, and the shared values of the frame have been dropped, or the flight has their list
    /// (I5, I26).
    pub(super) unsafe fn end_shared(&self, trim: bool, flight: Option<Loading>) {
        let state = self.state();
        // SAFETY: by the contract. No user code runs from here to the end.
        unsafe {
            (*state).shared_bytes = 0;
            for index in 0..(&(*state).shared).len() {
                let Some(frame) = NonNull::new((&(*state).shared)[index].frame) else { continue };
                (*frame.as_ref().link()).counted = 0;
                let arena = frame.as_ref().arena();
                arena.decay();
                let bytes = match flight {
                    Some(flight) if !arena.is_untouched() => {
                        let bytes = flight.load(arena, TagId::from_index(index));
                        arena.refit(&mut (&mut (*state).shared)[index].spare);
                        bytes
                    }
                    _ => arena.end(),
                };
                if trim {
                    arena.trim();
                    // One of those for each frame that may be in flight, as long as it fits.
                    let most = self.inner().frames_in_flight();
                    let spare = &mut (&mut (*state).shared)[index].spare;
                    spare.retain(|chunk| arena.fits(chunk));
                    spare.truncate(most);
                }
                self.attribute_frame(frame, bytes);
            }
        }
    }

    /// Takes chunks back that a flight had of this tag, as far as they fit what frames need now.
    ///
    /// # Safety
    /// The allocator is held exclusively; nothing in the chunks is alive.
    pub(super) unsafe fn take_in(&self, tag: TagId, chunks: &mut Vec<Chunk>) {
        // SAFETY: by the contract; the reference ends with this function, and no user code runs (I9).
        let Some(arena) = (unsafe { (&mut (*self.state()).shared).get_mut(tag.index()) }) else { return };
        let Some(frame) = NonNull::new(arena.frame) else { return };
        // SAFETY: frames live as long as their arena set (I3).
        let scratch = unsafe { frame.as_ref() }.arena();
        // An arena set that was idle has forgotten what frames need. What is sealed is kept: it might not be had again.
        let is_sealed = self.inner().is_sealed();
        let is_kept = |chunk: &Chunk| is_sealed || scratch.high_water() > 0 && scratch.fits(chunk);
        arena.spare.extend(chunks.drain(..).filter(is_kept));
    }

    /// Frees the chunks that came back from flights.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    pub(super) unsafe fn free_spare(&self) {
        // SAFETY: by the contract; the reference ends with this function, and no user code runs (I9).
        unsafe { &mut (*self.state()).shared }.iter_mut().for_each(|arena| arena.spare.clear());
    }

    /// Bytes of the chunks that came back from flights.
    pub(super) fn spare_bytes(&self) -> usize {
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        let shared = unsafe { &(*self.state()).shared };
        shared.iter().flat_map(|arena| &arena.spare).map(Chunk::size).sum()
    }
}
