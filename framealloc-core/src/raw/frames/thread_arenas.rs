//! The memory of one thread in one allocator: the arena of each tag, the regions of scopes, what drops at the end of the frame.

use core::cell::UnsafeCell;
use core::ptr::NonNull;

use super::accounts::ThreadBudgets;
use super::allocator::{Inner, SmartAlloc};
use super::arena::{Arena, Fallbacks};
use super::flights::loading::Loading;
use super::frame::{Frame, FrameKind};
use super::growth::Grown;
use super::name_cache::{Merged, NameCache};
use super::phases::Phases;
use super::sampling::Sampler;
use super::sampling::samples::{OpenSystem, Samples};
use crate::closed;
use crate::probes::debug::Trail;
use crate::raw::frames::lists::{DropNode, RetainNode};
use crate::raw::global::zone::{HeapUse, HeapZone, outside_of_zones};
use crate::raw::mem::chunk::{Chunk, ChunkPolicy};
use crate::raw::mem::count::Count;
use crate::rows::row_at;
use crate::sync::Witness;
use crate::tag::{Nested, TagId, TagNameError};

/// Bytes of the first chunk of tags and scopes: most of them are small, and there may be many.
const SMALL_CHUNK: usize = 4 << 10;

/// Bytes and calls of one annotated system on one thread, in the running frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SiteFigures {
    pub(crate) calls: usize,
    /// The most bytes of one call.
    pub(crate) largest: usize,
    /// Not beside the calls: two additions to memory are four instructions fewer than one of a vector.
    pub(crate) bytes: usize,
    /// What was taken from the heap, where the system may not.
    pub(crate) heap: HeapUse,
}

impl SiteFigures {
    pub(crate) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.bytes += other.bytes;
        if other.largest > self.largest {
            self.largest = other.largest;
        }
        // Hardly ever: two words less to write at the end of every system.
        if other.heap.calls != 0 {
            self.heap.add(other.heap);
        }
    }
}

/// The arena of the shared values of one tag.
pub(super) struct SharedArena {
    /// Null where nothing was shared under the tag.
    pub(super) frame: *mut Frame,
    /// Chunks that came back from flights.
    pub(super) spare: Vec<Chunk>,
}

impl Default for SharedArena {
    fn default() -> Self {
        Self { frame: core::ptr::null_mut(), spare: Vec::new() }
    }
}

pub(crate) struct ArenasState {
    /// Whole-frame arenas by tag; null where the tag was not used. Growing the table never moves an arena (I18).
    tags: Vec<*mut Frame>,
    /// The arenas of shared values by tag; likewise (I24).
    pub(super) shared: Vec<SharedArena>,
    /// Bytes that were shared in this frame and are not attributed to a system.
    pub(super) shared_bytes: usize,
    /// Every region ever made, open or not.
    regions: Vec<NonNull<Frame>>,
    /// The closed ones, last closed first: its memory is still in the cache.
    spare: *mut Frame,
    /// Shared values of this frame, newest first; then retained ones.
    pub(crate) drops: *mut DropNode,
    pub(crate) retained: *mut RetainNode,
    names: NameCache<TagId>,
    pub(super) merged: Merged,
    /// What closed scopes of the running frame used, by tag.
    pub(super) scoped: Vec<Attributed>,
    /// Figures of the last frame, by tag. Change at the end of the frame only, so that others may read them.
    published: Vec<TagFigures>,
    pub(crate) sites: Vec<SiteFigures>,
    pub(super) budgets: ThreadBudgets,
    pub(super) phases: Option<Box<Phases>>,
    pub(super) grown: Grown,
    pub(super) samples: Samples,
    /// Arenas made, where they are sampled.
    sampled: u64,
    /// The annotated system that is open.
    pub(super) system: OpenSystem,
}

/// What was attributed to one tag in the running frame.
#[derive(Clone, Copy, Default)]
pub(super) struct Attributed {
    pub(super) bytes: usize,
    fallbacks: Fallbacks,
    requests: Count,
    heap: HeapUse,
}

/// What one tag used in the last frame, and the most of any frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TagFigures {
    pub(crate) bytes: usize,
    pub(crate) high_water: usize,
    pub(crate) fallbacks: Fallbacks,
    pub(crate) requests: Count,
    /// What systems of the tag took from the heap where they may not.
    pub(crate) heap: HeapUse,
}

impl TagFigures {
    pub(crate) fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.fallbacks.add(other.fallbacks);
        self.requests = self.requests.and(other.requests);
        self.heap.add(other.heap);
    }
}

/// Used by one thread at a time (I2): the one whose token its registry entry carries, or whoever has the allocator to
/// itself.
pub(crate) struct ThreadArenas {
    inner: NonNull<Inner>,
    state: UnsafeCell<ArenasState>,
    /// Of all but `published`.
    state_use: Witness,
    published_use: Witness,
}

impl ThreadArenas {
    pub(crate) fn new(inner: NonNull<Inner>) -> Self {
        let state = ArenasState {
            tags: Vec::new(),
            shared: Vec::new(),
            shared_bytes: 0,
            regions: Vec::new(),
            spare: core::ptr::null_mut(),
            drops: core::ptr::null_mut(),
            retained: core::ptr::null_mut(),
            names: NameCache::NONE,
            merged: Merged::default(),
            scoped: Vec::new(),
            published: Vec::new(),
            sites: Vec::new(),
            // SAFETY: the allocator outlives its arena sets (I3).
            budgets: ThreadBudgets::new(&unsafe { inner.as_ref() }.accounts),
            phases: None,
            grown: Grown::default(),
            samples: Samples::default(),
            sampled: 0,
            system: OpenSystem::NONE,
        };
        Self { inner, state: UnsafeCell::new(state), state_use: Witness::new(), published_use: Witness::new() }
    }

    #[inline(always)]
    pub(crate) fn state(&self) -> *mut ArenasState {
        self.state_use.exclusive();
        self.state.get()
    }

    /// The number of the allocator.
    pub(super) fn allocator(&self) -> u64 {
        self.inner().number()
    }

    pub(super) fn inner(&self) -> &Inner {
        // SAFETY: the allocator outlives its arena sets (I3).
        unsafe { self.inner.as_ref() }
    }

    /// The figures of the last frame, to be written: at the end of the frame only.
    fn published(&self) -> *mut Vec<TagFigures> {
        self.published_use.exclusive();
        // SAFETY: the place of a field, nothing is read.
        unsafe { &raw mut (*self.state.get()).published }
    }

    pub(super) fn make(&self, tag: TagId, kind: FrameKind) -> NonNull<Frame> {
        let mut policy: ChunkPolicy = self.inner().chunk_policy();
        if kind != FrameKind::Whole || tag != TagId::NONE {
            policy.first = policy.first.min(SMALL_CHUNK);
        }
        let handle = SmartAlloc::handle(self.inner, tag);
        let frame = Frame::new(Arena::new(policy), handle, NonNull::from(self), kind);
        closed::table_grows(self.inner().sealed_by(), "scopes and tags of threads", size_of::<Frame>());
        // A raw pointer from here on: the box is never moved or borrowed as one again (I3).
        let frame = NonNull::from(Box::leak(Box::new(frame)));
        // SAFETY: nothing is handed out from it yet.
        unsafe { Self::set_gate_of(frame, self.gates_all()) };
        if let Some(sampling) = self.inner().sites() {
            // SAFETY: this thread has the arena set to itself (I2), and nothing is handed out from the frame yet.
            unsafe {
                (*self.state()).sampled += 1;
                let number = (*self.state()).sampled;
                frame.as_ref().arena().sample_with(Sampler::new(sampling, NonNull::from(self), number));
            }
        }
        frame
    }

    /// Returns the whole-frame arena of `tag`, if it was used before.
    #[inline]
    pub(crate) fn known_frame_of(&self, tag: TagId) -> Option<NonNull<Frame>> {
        let state = self.state();
        // SAFETY: this thread has the arena set to itself (I2); the reference ends before anything else happens (I9).
        let known = unsafe { (&(*state).tags).get(tag.index()).copied() };
        known.and_then(NonNull::new)
    }

    /// Returns the whole-frame arena of `tag`.
    pub(crate) fn frame_of(&self, tag: TagId) -> NonNull<Frame> {
        self.known_frame_of(tag).unwrap_or_else(|| self.make_frame_of(tag))
    }

    #[cold]
    #[inline(never)]
    fn make_frame_of(&self, tag: TagId) -> NonNull<Frame> {
        let _growth = HeapZone::growth();
        let frame = self.make(tag, FrameKind::Whole);
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        let tags = unsafe { &mut (*self.state()).tags };
        if tags.len() <= tag.index() {
            tags.resize(tag.index() + 1, core::ptr::null_mut());
        }
        tags[tag.index()] = frame.as_ptr();
        frame
    }

    /// Returns the id of `name` under `parent`.
    #[inline(never)]
    pub(crate) fn nested<E: From<TagNameError>>(&self, parent: TagId, name: &'static str) -> Result<TagId, E> {
        let state = self.state();
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        if let Some(id) = unsafe { (&(*state).names).known(parent.index(), name) } {
            return Ok(id);
        }
        let _growth = HeapZone::growth();
        match parent.nested(name)? {
            Nested::Own(id) => {
                // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it
                // (I2, I9).
                unsafe { (&mut (*state).names).remember(parent.index(), name, id) };
                Ok(id)
            }
            // Not remembered: each of them is counted.
            Nested::Instead(id) => {
                // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it
                // (I2, I9).
                unsafe { (&mut (*state).merged).count(id, 1) };
                Ok(id)
            }
        }
    }

    /// Checks a region out: from the spare list, else a new one.
    #[inline]
    pub(crate) fn open(&self, tag: TagId) -> NonNull<Frame> {
        let state = self.state();
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9);
        // a region in the spare list is held by nobody (I6).
        unsafe {
            let Some(frame) = NonNull::new((*state).spare) else { return self.make_region(tag) };
            let link = frame.as_ref().link();
            (*state).spare = (*link).next;
            if frame.as_ref().tag_id() != tag {
                self.hand_over(frame, tag);
            }
            frame
        }
    }

    /// Has a spare region go over to another tag.
    ///
    /// # Safety
    /// It was just taken from the spare list: nobody holds it (I6).
    #[inline(never)]
    unsafe fn hand_over(&self, frame: NonNull<Frame>, tag: TagId) {
        // SAFETY: by the contract.
        unsafe {
            self.flush(frame);
            Self::take_back(frame);
            Frame::set_tag(frame, tag);
        }
    }

    #[cold]
    #[inline(never)]
    fn make_region(&self, tag: TagId) -> NonNull<Frame> {
        let _growth = HeapZone::growth();
        let frame = self.make(tag, FrameKind::Region);
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        unsafe { (&mut (*self.state()).regions).push(frame) };
        frame
    }

    /// Takes a region back, with the children it opened for tags. Returns how far all of them were bumped.
    ///
    /// # Safety
    /// The region is open, is closed by this call only, and nothing handed out from it or its children is alive.
    #[inline]
    pub(crate) unsafe fn close(&self, frame: NonNull<Frame>) -> usize {
        let state = self.state();
        // SAFETY: by the contract; this thread has the arena set to itself, and the reference ends before anything else
        // touches it (I2, I9).
        unsafe {
            let link = frame.as_ref().link();
            let of_children = if (*link).children.is_null() { 0 } else { self.close_children(frame) };
            let bytes = frame.as_ref().arena().reset();
            (*link).attributed += bytes;
            (*link).opened = Trail::default();
            let spare = (*state).spare;
            // It still is the next one where scopes close in the order of a stack. Were it stored again, each scope would wait
            // for the stores of the one before it, twice.
            if (*link).next != spare {
                (*link).next = spare;
            }
            (*state).spare = frame.as_ptr();
            bytes + of_children
        }
    }

    /// # Safety
    /// As for [`Self::close`].
    #[cold]
    #[inline(never)]
    unsafe fn close_children(&self, frame: NonNull<Frame>) -> usize {
        // SAFETY: by the contract; children are open regions in no other list (I6).
        unsafe {
            let link = frame.as_ref().link();
            let (mut bytes, mut at) = (0, core::mem::replace(&mut (*link).children, core::ptr::null_mut()));
            while let Some(child) = NonNull::new(at) {
                at = (*child.as_ref().link()).next;
                bytes += self.close(child);
            }
            bytes
        }
    }

    /// Attributes what closed in a region to the tag it still carries.
    ///
    /// # Safety
    /// The region is not lent, or the allocator is held exclusively.
    unsafe fn flush(&self, frame: NonNull<Frame>) {
        // SAFETY: by the contract; this thread has the arena set to itself, and the reference ends before anything else
        // touches it (I2, I9).
        unsafe {
            let link = frame.as_ref().link();
            let bytes = core::mem::take(&mut (*link).attributed);
            let fallbacks = frame.as_ref().arena().take_fallbacks();
            if bytes != 0 || fallbacks.count != 0 {
                let attributed = self.scoped_of(frame.as_ref().tag_id().index());
                attributed.bytes += bytes;
                attributed.fallbacks.add(fallbacks);
                attributed.requests = attributed.requests.and(frame.as_ref().arena().take_requests());
            }
            self.attribute_growth(frame);
        }
    }

    /// Attributes what an arena took from the global allocator to the tag it carries.
    ///
    /// # Safety
    /// As for [`Self::flush`].
    #[inline]
    unsafe fn attribute_growth(&self, frame: NonNull<Frame>) {
        // SAFETY: by the contract; this thread has the arena set to itself, and the reference ends before anything else
        // touches it (I2, I9).
        unsafe {
            if let Some(growth) = frame.as_ref().arena().take_growth() {
                (&mut (*self.state()).grown).attribute(frame.as_ref().tag_id(), growth);
            }
        }
    }

    /// Attributes what a whole-frame arena used, and what it took, to the tag it carries.
    ///
    /// # Safety
    /// The allocator is held exclusively, and the arena has ended its frame with `bytes` bytes used.
    pub(super) unsafe fn attribute_frame(&self, frame: NonNull<Frame>, bytes: usize) {
        // SAFETY: by the contract; no user code runs here, and the reference is not used after the next one to the arena set
        // (I9).
        unsafe {
            let arena = frame.as_ref().arena();
            let (fallbacks, requests) = (arena.take_fallbacks(), arena.take_requests());
            let attributed = self.scoped_of(frame.as_ref().tag_id().index());
            attributed.bytes += bytes;
            attributed.fallbacks.add(fallbacks);
            attributed.requests = attributed.requests.and(requests);
            self.attribute_growth(frame);
        }
    }

    /// # Safety
    /// The returned reference must end before anything else touches the arena set (I9).
    #[expect(clippy::mut_from_ref, reason = "it is a cell that one thread uses at a time")]
    unsafe fn scoped_of(&self, tag: usize) -> &mut Attributed {
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        let scoped = unsafe { &mut (*self.state()).scoped };
        row_at(scoped, tag)
    }

    /// Attributes one call to the annotated system with this number.
    #[inline]
    pub(crate) fn attribute_to_system(&self, system: u32, bytes: usize) {
        self.add_to_system(system, &SiteFigures { calls: 1, bytes, largest: bytes, heap: HeapUse::NONE });
    }

    #[inline(always)]
    fn add_to_system(&self, system: u32, figures: &SiteFigures) {
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        let sites = unsafe { &mut (*self.state()).sites };
        row_at(sites, (system as usize).wrapping_sub(1)).add(figures);
    }

    /// Attributes what one call of a system took from the heap to the system and its tag.
    pub(crate) fn attribute_heap_use(&self, system: u32, tag: TagId, heap: HeapUse) {
        if heap.calls == 0 {
            return;
        }
        self.add_to_system(system, &SiteFigures { heap, ..SiteFigures::default() });
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        unsafe { self.scoped_of(tag.index()) }.heap.add(heap);
    }

    /// Ends the frame of this thread: takes all memory back, but for what a flight takes over, and publishes the bytes of
    /// each tag. Returns how many scopes were left open.
    ///
    /// # Safety
    /// The allocator is held exclusively; no value of this frame is alive, dropped values included, but for the shared ones that
    /// the flight takes over (I5, I26).
    pub(crate) unsafe fn end_frame(&self, trim: bool, flight: Option<Loading>) -> usize {
        let state = self.state();
        // SAFETY: by the contract. No user code runs from here to the end.
        unsafe {
            let left_open = self.count_left_open();
            for index in 0..(&(*state).tags).len() {
                let Some(frame) = NonNull::new((&(*state).tags)[index]) else { continue };
                frame.as_ref().arena().decay();
                let bytes = frame.as_ref().arena().end();
                if trim {
                    frame.as_ref().arena().trim();
                }
                self.attribute_frame(frame, bytes);
            }
            self.end_shared(trim, flight);
            for index in 0..(&(*state).regions).len() {
                let frame = (&(*state).regions)[index];
                let link = frame.as_ref().link();
                (*link).opened.scope_ends(frame.as_ref().id(), frame.as_ref().used_bytes(), frame.as_ref().tag_id());
                if left_open != 0 || frame.as_ref().arena().is_gated() {
                    (*link).attributed += frame.as_ref().arena().end();
                }
                if left_open != 0 {
                    // Some were forgotten, and nothing tells which: all are taken back, in the order they were made.
                    (*link).children = core::ptr::null_mut();
                    (*link).next = if index == 0 { core::ptr::null_mut() } else { (*state).spare };
                    (*state).spare = frame.as_ptr();
                }
                frame.as_ref().arena().decay();
                if trim {
                    frame.as_ref().arena().trim();
                }
                self.flush(frame);
            }
            let (scoped, published) = (&mut (*state).scoped, &mut *self.published());
            if published.len() < scoped.len() {
                outside_of_zones(|| published.resize(scoped.len(), TagFigures::default()));
            }
            for (used, figures) in scoped.iter_mut().zip(published) {
                let Attributed { bytes, fallbacks, requests, heap } = core::mem::take(used);
                *figures = TagFigures { bytes, fallbacks, requests, heap, high_water: figures.high_water };
                figures.high_water = figures.high_water.max(figures.bytes);
            }
            (&mut (*state).grown).end_frame();
            self.end_frame_of_budgets();
            left_open
        }
    }

    /// How many regions are in no spare list: open or forgotten. A count kept by every scope would be a third of what
    /// an empty one costs.
    fn count_left_open(&self) -> usize {
        let state = self.state();
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9);
        // a region in the spare list is held by nobody (I6); plain reads of the links of spare regions.
        unsafe {
            let mut left_open = (&(*state).regions).len();
            let mut at = (*state).spare;
            while let Some(frame) = NonNull::new(at) {
                left_open -= 1;
                at = (*frame.as_ref().link()).next;
            }
            left_open
        }
    }

    /// Gives the chunks of all arenas back to the global allocator.
    ///
    /// # Safety
    /// As for [`Self::end_frame`], right after it.
    pub(crate) unsafe fn release(&self) {
        // SAFETY: by the contract.
        unsafe {
            self.for_each_frame(|frame| frame.as_ref().arena().release());
            self.free_spare();
        }
    }

    /// Figures of the last frame, by tag; they change at the end of the frame only.
    pub(crate) fn tag_figures(&self) -> impl Iterator<Item = TagFigures> {
        // Not through `state`: another thread may own the arena set and be using the rest of it.
        self.published_use.shared();
        // SAFETY: called at the end of the frame, or under `&SmartAlloc`, when other threads may add scoped bytes or
        // lengthen the table: see `published`.
        let published = unsafe { &(*self.state.get()).published };
        published.iter().copied()
    }

    /// Bytes held from the global allocator.
    pub(crate) fn capacity(&self) -> usize {
        let mut bytes = self.spare_bytes();
        // SAFETY: this thread has the arena set to itself, and the reference ends before anything else touches it (I2, I9).
        unsafe { self.for_each_frame(|frame| bytes += frame.as_ref().arena().capacity()) };
        bytes
    }

    /// # Safety
    /// The arena set is used by nobody else, and `visit` does not add frames.
    pub(super) unsafe fn for_each_frame(&self, mut visit: impl FnMut(NonNull<Frame>)) {
        let state = self.state();
        // SAFETY: by the contract.
        let (tags, shared, regions) = unsafe { (&(*state).tags, &(*state).shared, &(*state).regions) };
        tags.iter().filter_map(|frame| NonNull::new(*frame)).for_each(&mut visit);
        shared.iter().filter_map(|arena| NonNull::new(arena.frame)).for_each(&mut visit);
        regions.iter().copied().for_each(visit);
    }
}

impl Drop for ThreadArenas {
    fn drop(&mut self) {
        // SAFETY: the allocator is going away, so nothing handed out is alive; each frame was leaked from a box once.
        unsafe {
            self.for_each_frame(|frame| {
                frame.as_ref().arena().inspect();
                drop(Box::from_raw(frame.as_ptr()));
            });
        }
    }
}
