//! The allocator itself: the arena sets of all threads, and the end of the frame for all of them at once.

use core::any::Any;
use core::cell::UnsafeCell;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::Arc;

use super::accounts::{self, SharedAccounts};
use super::entries::{Access, Entries};
use super::flights::flight::{FlightInner, Flying};
use super::flights::loading::Loading;
use super::flights::returns::Returns;
use super::frame::Frame;
use super::heap_frames::HeapFrames;
use super::hooks::{FrameBefore, FrameHooks, Hooks};
use super::name_cache::Merged;
use super::phases::PhaseFigures;
use super::report::FrameReport;
use super::sampling::samples::SampledFigures;
use super::thread_arenas::{SiteFigures, TagFigures, ThreadArenas};
use super::tls;
use crate::budget::BudgetEvent;
use crate::closed::{self, Owner};
use crate::config::{AllocConfig, Purpose};
use crate::error::infallible;
use crate::panics::{Payload, first_panic, resume};
use crate::probes;
use crate::raw::frames::promotions::{PromotionSummary, Promotions};
use crate::raw::frames::scratch_region::Regions;
use crate::raw::frames::transfers::{TransferCounters, TransferStats};
use crate::raw::mem::chunk::ChunkPolicy;
use crate::raw::mem::region::{self, Source};
use crate::sampling::SiteSampling;
use crate::sync::Relaxed;
use crate::tag::{IntoTag, TAG_BITS, TagId};

/// Arenas are looked at for shrinking once in this many frames, at the least.
const TRIM_EVERY: usize = 64;

/// The allocator: frame memory for every thread, and the way to pools, heap, tags and statistics.
///
/// It is `Send + Sync` and shared by reference. Ending the frame takes `&mut`: exclusive access is the proof that no
/// value of the frame is alive, on any thread.
///
/// ```
/// use framealloc_core::{AllocConfig, SmartAlloc};
///
/// let mut alloc = SmartAlloc::new(AllocConfig::default());
/// for number in 1..=3 {
///     let frame = alloc.frame_guard(); // ends the frame when it is dropped
///     let positions = frame.frame_slice_fill_with(100, |i| i as f32);
///     assert_eq!(positions.len(), 100);
///     assert_eq!(frame.frame_number(), number);
/// }
/// ```
///
/// A value that outlives its frame does not compile:
///
/// ```compile_fail,E0502
/// let mut alloc = framealloc_core::SmartAlloc::default();
/// let kept = alloc.frame_box(1);
/// alloc.end_frame();
/// println!("{kept}");
/// ```
pub struct SmartAlloc {
    inner: NonNull<Inner>,
    /// The allocator's number and the tag of this handle: what thread-local memory of arenas is looked up by.
    key: u64,
}

// SAFETY: a shared handle gives out only memory of the calling thread's own arena set (I2); the list of arena sets only grows
// (I31), and everything else behind `inner` changes under `&mut SmartAlloc` only (I5).
unsafe impl Send for SmartAlloc {}
// SAFETY: what a shared handle gives out is the calling thread's own, behind a lock, or as I31 says (I2).
unsafe impl Sync for SmartAlloc {}

// Every operation brings its own state up to date before it calls user code, so a panic in that code leaves the
// allocator whole.
impl std::panic::RefUnwindSafe for SmartAlloc {}
impl std::panic::UnwindSafe for SmartAlloc {}

/// What becomes of shared values at the end of their frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SharedValues {
    Dropped,
    InFlight,
}

/// What all handles of one allocator share.
pub(crate) struct Inner {
    number: u64,
    config: AllocConfig,
    sets: Entries,
    state: UnsafeCell<FrameState>,
    pub(super) accounts: SharedAccounts,
    pub(crate) regions: Regions,
    /// Where flights come back to, where there may be any.
    pub(super) returns: Option<Arc<Returns>>,
    pub(crate) transfers: Arc<TransferCounters>,
    hooks: Hooks,
    /// Whether the next end of a frame gives all memory back.
    trims: AtomicBool,
}

/// Changes under `&mut SmartAlloc` only.
#[derive(Default)]
pub(super) struct FrameState {
    /// Frames begun.
    frame: u64,
    /// Frames ended: what handles of shared values are checked by.
    ended: u64,
    open: bool,
    /// Whether the last end of a frame met anything but bytes: growth, budgets, names without a tag, the heap in systems,
    /// transfers that nobody received, what was left open. Nothing is to be found in the figures of other frames.
    pub(super) is_notable: bool,
    pub(super) bytes: usize,
    pub(super) high_water: usize,
    /// Of the last frame.
    pub(super) report: FrameReport,
    pub(super) tags: Vec<TagFigures>,
    pub(super) tag_paths: Vec<&'static str>,
    pub(super) sites: Vec<SiteFigures>,
    pub(super) phases: Vec<PhaseFigures>,
    pub(super) budget_events: Vec<BudgetEvent>,
    /// The thread that each of them happened on first.
    pub(super) budget_threads: Vec<Option<Arc<str>>>,
    pub(super) transfers: TransferStats,
    pub(super) merged: Merged,
    /// The heap by tag, of the whole process.
    pub(super) heap: HeapFrames,
    /// What was sampled in the last frame, and since the allocator was made.
    pub(super) sampled: SampledFigures,
    /// What the hooks keep from frame to frame; taken out while it is used.
    pub(super) observers: Option<Box<dyn Any + Send>>,
    /// Promotions whose frame ended with a panic, which nobody has taken yet.
    undelivered: Option<Box<Promotions>>,
    /// Ends in flight that were refused since the last frame ended, and in that frame.
    pub(super) flights_refused: [u64; 2],
    /// Of all flights that were ever made, wherever they are: they are used again.
    pub(super) flying: Vec<Arc<Flying>>,
    /// Flights that came back and are to be used again.
    pub(super) spare_flights: Vec<NonNull<FlightInner>>,
}

impl Inner {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn chunk_policy(&self) -> ChunkPolicy {
        let AllocConfig { frame_chunk, prefault, huge_pages, heap_threshold, decay, .. } = self.config;
        let source = Source { owner: self.sealed_by(), in_region: self.config.has_region() };
        ChunkPolicy { first: frame_chunk, prefault, huge_pages, dedicated_over: heap_threshold, decay, source }
    }

    /// By whose seal the memory of the allocator goes.
    pub(crate) fn sealed_by(&self) -> Owner {
        Owner::Allocator(if self.config.sealed_with == 0 { self.number } else { self.config.sealed_with })
    }

    /// Whether nothing may be asked of the global allocator.
    pub(super) fn is_sealed(&self) -> bool {
        closed::is_sealed(self.sealed_by())
    }

    /// How frame memory is sampled, if it is.
    pub(super) fn sites(&self) -> Option<SiteSampling> {
        self.config.sites
    }

    /// How many frames may be in flight at once.
    pub(super) fn frames_in_flight(&self) -> usize {
        self.config.frames_in_flight
    }

    pub(super) fn entries(&self) -> &Entries {
        &self.sets
    }
}

impl SmartAlloc {
    /// Makes an allocator whose frames `hooks` hears of.
    pub(crate) fn with_hooks<H: FrameHooks>(config: AllocConfig, hooks: Arc<H>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        // Never reused: a stale memory of an arena is then never taken for one of another allocator (I1).
        let number = NEXT.fetch_add(1, Relaxed);
        let accounts = SharedAccounts::of(&config);
        let returns = (config.frames_in_flight > 0).then(|| Arc::new(Returns::new(accounts.global())));
        let inner = Inner {
            number,
            accounts,
            returns,
            config,
            sets: Entries::default(),
            state: UnsafeCell::default(),
            regions: Regions::default(),
            transfers: Arc::default(),
            hooks: Hooks::new(hooks),
            trims: AtomicBool::new(false),
        };
        Self { inner: NonNull::from(Box::leak(Box::new(inner))), key: number << TAG_BITS }
    }

    /// What the hooks of the allocator share, if they are of this type.
    #[inline]
    pub(crate) fn hooks<H: FrameHooks>(&self) -> Option<&H> {
        self.inner().hooks.shared()
    }

    /// As [`hooks`](Self::hooks), for who may outlive the allocator.
    pub(crate) fn share_hooks<H: FrameHooks>(&self) -> Option<Arc<H>> {
        self.inner().hooks.share()
    }

    /// A handle for a frame to hold. It must not be dropped: it does not own the allocator.
    pub(crate) fn handle(inner: NonNull<Inner>, tag: TagId) -> Self {
        // SAFETY: the allocator outlives the frames it is called for (I3).
        let number = unsafe { inner.as_ref().number };
        Self { inner, key: (number << TAG_BITS) | tag.index() as u64 }
    }

    #[inline(always)]
    pub(crate) fn inner(&self) -> &Inner {
        // SAFETY: freed only when the owning handle is dropped; frames and their handles borrow from it (I3).
        unsafe { self.inner.as_ref() }
    }

    pub(crate) fn copy_with_tag(&self, tag: TagId) -> core::mem::ManuallyDrop<Self> {
        core::mem::ManuallyDrop::new(Self::handle(self.inner, tag))
    }

    pub(crate) fn set_tag(&mut self, tag: TagId) {
        self.key = (self.id() << TAG_BITS) | tag.index() as u64;
    }

    /// Looks a tag up as the handle's user would: names nest under the handle's own tag.
    pub(crate) fn resolve(&self, tag: impl IntoTag) -> TagId {
        tag.resolve().unwrap_or_else(|name| infallible(self.frame().arenas().nested(self.tag_id(), name)))
    }

    #[inline]
    pub(crate) fn tag_id(&self) -> TagId {
        TagId::from_index((self.key & ((1 << TAG_BITS) - 1)) as usize)
    }

    /// Returns the number of this allocator, unique in the process and never used again.
    #[must_use]
    #[inline]
    pub fn id(&self) -> u64 {
        self.key >> TAG_BITS
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &AllocConfig {
        &self.inner().config
    }

    /// Lends this thread's whole-frame arena of this handle's tag. Hoist it out of loops: the lookup is what an
    /// allocation through `&SmartAlloc` costs more.
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let frame = alloc.frame();
    /// let values: Vec<_> = (0..10).map(|i| frame.frame_box(i)).collect();
    /// assert_eq!(*values[9], 9);
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn frame(&self) -> &Frame {
        let frame = match tls::hot(self.key) {
            Some(frame) => frame,
            None => self.frame_slow(),
        };
        // SAFETY: the arena belongs to the heap of this thread (I2) and lives as long as the allocator, which `self`
        // borrows (I3, I7). Keys are never reused (I1), and a thread that ends forgets its arenas (I4).
        let frame = unsafe { &*frame };
        #[cfg(framealloc_loom)]
        frame.arenas().state();
        frame
    }

    #[cold]
    #[inline(never)]
    fn frame_slow(&self) -> *const Frame {
        if let Some(frame) = tls::warm(self.key) {
            return frame;
        }
        self.frame_by(Access::Lent)
    }

    /// As [`frame`](Self::frame), for a scope that ends before the call that opens it: the arena set is not lent by it (I22).
    #[inline(always)]
    pub(crate) fn frame_for_scope(&self) -> &Frame {
        let frame = match tls::hot_for_scope(self.key) {
            Some(frame) => frame,
            None => self.frame_for_scope_slow(),
        };
        // SAFETY: the arena belongs to the heap of this thread (I2) and lives as long as the allocator, which `self`
        // borrows (I3, I7).
        let frame = unsafe { &*frame };
        #[cfg(framealloc_loom)]
        frame.arenas().state();
        frame
    }

    #[cold]
    #[inline(never)]
    fn frame_for_scope_slow(&self) -> *const Frame {
        if let Some(frame) = tls::warm_for_scope(self.key) {
            return frame;
        }
        self.frame_by(Access::Scopes)
    }

    fn frame_by(&self, access: Access) -> *const Frame {
        let arenas = self.inner().arenas_of_this_thread(access);
        // SAFETY: the arena set is this thread's (I2).
        let frame = unsafe { arenas.as_ref() }.frame_of(self.tag_id()).as_ptr();
        let marks = if access == Access::Scopes { tls::SCOPES } else { 0 };
        tls::remember(self.key | marks, frame);
        frame
    }

    /// The account of all threads, where they have a budget.
    pub(crate) fn global_account(&self) -> Option<Arc<accounts::Account>> {
        self.inner().accounts.global()
    }

    pub(super) fn frame_state(&self) -> *mut FrameState {
        self.inner().state.get()
    }

    /// Returns the number of the frame that is open, or of the last one: 0 before the first.
    #[must_use]
    pub fn frame_number(&self) -> u64 {
        // SAFETY: written under `&mut SmartAlloc` only (I5).
        unsafe { (*self.frame_state()).frame }
    }

    /// Returns whether a frame is open.
    #[must_use]
    pub fn is_in_frame(&self) -> bool {
        // SAFETY: it is written under `&mut SmartAlloc` only (I5).
        unsafe { (*self.frame_state()).open }
    }

    /// How often frame memory has been taken back: what a handle of a shared value is checked by.
    #[inline]
    pub(crate) fn frames_ended(&self) -> u64 {
        // SAFETY: it is written under `&mut SmartAlloc` only (I5).
        unsafe { (*self.frame_state()).ended }
    }

    /// Begins a frame, for all threads. A frame that was left open is ended first.
    ///
    /// # Panics
    /// If the drop of a shared value of the frame left open panics, a subscriber does, or a diagnostic in strict mode. The
    /// frame has begun then all the same.
    pub fn begin_frame(&mut self) {
        let panicked = self.begin_frame_caught(FrameBefore::Ended);
        resume(panicked);
    }

    /// As [`begin_frame`](Self::begin_frame), by who has just ended the frame before and had the allocator exclusively all the
    /// while: nobody took memory in between.
    pub(crate) fn begin_next_frame(&mut self) {
        let panicked = self.begin_frame_caught(FrameBefore::JustEnded);
        resume(panicked);
    }

    /// Begins a frame, `before` being what the caller knows of the one before. Returns the first panic instead of resuming it.
    pub(crate) fn begin_frame_caught(&mut self, mut before: FrameBefore) -> Option<Payload> {
        let mut panicked = None;
        if self.is_in_frame() {
            before = FrameBefore::LeftOpen;
            panicked = self.end_frame_caught(None).1;
        }
        // SAFETY: `self` is exclusive.
        unsafe {
            let state = self.frame_state();
            (*state).frame += 1;
            (*state).open = true;
        }
        if self.inner().hooks.hear_begin(before) {
            let frame_began = self.inner().hooks.frame_began;
            frame_began(self, before, &mut panicked);
        }
        panicked
    }

    /// Exchanges the observers.
    pub(crate) fn set_observers(&mut self, observers: Option<Box<dyn Any + Send>>) -> Option<Box<dyn Any + Send>> {
        // SAFETY: `self` is exclusive.
        unsafe { core::mem::replace(&mut (*self.frame_state()).observers, observers) }
    }

    /// Exchanges the promotions that wait for being taken.
    pub(crate) fn set_undelivered(&mut self, promotions: Option<Box<Promotions>>) -> Option<Box<Promotions>> {
        // SAFETY: `self` is exclusive.
        unsafe { core::mem::replace(&mut (*self.frame_state()).undelivered, promotions) }
    }

    /// Ends the frame for all threads: drops shared values, takes all frame memory back, and returns what was used.
    ///
    /// Memory that was allocated outside any frame goes with the next end.
    ///
    /// # Panics
    /// If the drop of a shared value panics, a subscriber does, or a diagnostic in strict mode. All other values are dropped
    /// and the frame has ended all the same.
    pub fn end_frame(&mut self) -> FrameReport {
        let (report, panicked) = self.end_frame_caught(None);
        resume(panicked);
        report
    }

    /// Ends the frame. Returns the first panic of a drop or a subscriber instead of resuming it.
    pub(crate) fn end_frame_caught(&mut self, promoted: Option<&PromotionSummary>) -> (FrameReport, Option<Payload>) {
        self.end_frame_and(None, promoted, |_| ())
    }

    /// As [`end_frame_caught`](Self::end_frame_caught), where a flight takes what is shared. `then` is called when the frame has
    /// ended, before anybody is told.
    pub(super) fn end_frame_and(
        &mut self,
        flight: Option<NonNull<FlightInner>>,
        promoted: Option<&PromotionSummary>,
        then: impl FnOnce(FrameReport),
    ) -> (FrameReport, Option<Payload>) {
        let shared = if flight.is_some() { SharedValues::InFlight } else { SharedValues::Dropped };
        let mut panicked = self.drop_listed(shared);
        let report = self.end_arenas(flight);
        then(report);
        if self.inner().hooks.are_interested() {
            let frame_ended = self.inner().hooks.frame_ended;
            frame_ended(self, report, promoted, &mut panicked);
        }
        (report, panicked)
    }

    /// The arena set with this index.
    pub(super) fn arenas_at(&self, index: usize) -> Option<NonNull<ThreadArenas>> {
        self.inner().entries().iter().nth(index).map(|entry| entry.arenas)
    }

    /// Drops what was shared, unless it goes on in flight, and retained in this frame, wherever it was allocated. Returns the
    /// first panic.
    fn drop_listed(&mut self, shared: SharedValues) -> Option<Payload> {
        let (mut panicked, mut next) = (None, self.inner().entries().first());
        while let Some(entry) = next {
            // SAFETY: entries and arena sets live as long as the allocator (I3, I31), which is held exclusively: no borrow of the
            // values is alive (I5). No reference to either is held while values drop (I9).
            unsafe {
                let arenas = entry.as_ref().arenas;
                if arenas.as_ref().lists_values() {
                    if shared == SharedValues::Dropped {
                        first_panic(&mut panicked, arenas.as_ref().drop_shared());
                    }
                    first_panic(&mut panicked, arenas.as_ref().drop_retained());
                }
                next = entry.as_ref().next();
            }
        }
        panicked
    }

    fn end_arenas(&mut self, flight: Option<NonNull<FlightInner>>) -> FrameReport {
        self.take_flights_in();
        let state = self.frame_state();
        // SAFETY: `self` is exclusive, so no value of the frame is alive and no other reference to `state` (I5); no
        // user code runs here.
        let state = unsafe { &mut *state };
        state.ended += 1;
        state.open = false;
        state.clear_figures();
        // What is sealed is kept: it might not be had again. What was asked for waits until it is not.
        let is_kept = self.inner().is_sealed();
        let trim = state.ended % (self.inner().config.decay / 4).clamp(1, TRIM_EVERY) as u64 == 0 && !is_kept;
        let release = !is_kept && self.inner().trims.swap(false, Relaxed);
        let sampling = self.inner().sites();
        let (mut scopes_left_open, mut phases_left_open) = (0, 0);
        let mut is_notable = false;
        for (set, entry) in self.inner().entries().iter().enumerate() {
            let flight = flight.map(|flight| Loading { flight, set });
            // SAFETY: `self` is exclusive; arena sets live as long as the allocator (I3).
            let arenas = unsafe { entry.arenas.as_ref() };
            // SAFETY: `self` is exclusive (I5).
            phases_left_open += unsafe { arenas.end_phases() };
            // SAFETY: `self` is exclusive, and what was shared has been dropped before, or the flight has its list (I5, I26).
            scopes_left_open += unsafe {
                if let Some(flight) = flight {
                    flight.take_list(&raw mut (*arenas.state()).drops);
                }
                arenas.end_frame(trim, flight)
            };
            // SAFETY: `self` is exclusive, and the name stays until the entry is recycled (I5, I31).
            let bytes = state.take_figures(arenas, unsafe { entry.name() });
            is_notable |= arenas.has_grown();
            state.take_phases(arenas);
            if let Some(sampling) = sampling {
                state.take_samples(arenas, sampling);
            }
            state.bytes += bytes;
            // SAFETY: `self` is exclusive (I5, I31).
            unsafe {
                entry.publish(bytes);
                entry.recycle(arenas);
                if release {
                    arenas.release();
                }
            }
        }
        state.high_water = state.high_water.max(state.bytes);
        for tag in &mut state.tags {
            tag.high_water = tag.high_water.max(tag.bytes);
        }
        self.inner().accounts.end_frame();
        self.inner().transfers.end_frame(&mut state.transfers);
        if self.inner().config.purpose == Purpose::Frames {
            state.heap.end_frame();
        }
        probes::debug::frame_ended(self.inner().number);
        state.is_notable = is_notable || scopes_left_open + phases_left_open != 0 || state.has_notes();
        let (frame, bytes, high_water) = (state.frame, state.bytes, state.high_water);
        state.report = FrameReport { frame, bytes, high_water, scopes_left_open, phases_left_open };
        state.report
    }

    /// Has the next end of a frame give the memory of all threads back to the global allocator, as far as nothing holds it: for
    /// the end of a loading screen, of a level, of a burst. The frames after it take anew what they need.
    ///
    /// Without it, memory that frames no longer need is given back as [`AllocConfig::with_decay`] says.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.whole_frame(|alloc| {
    ///     alloc.frame_slice_zeroed::<u8>(10 << 20); // the level is loaded
    ///     alloc.trim();
    /// });
    /// assert_eq!(alloc.capacity(), 0);
    /// ```
    pub fn trim(&self) {
        self.inner().trims.store(true, Relaxed);
    }

    /// Bytes that all arena sets hold from the global allocator.
    ///
    /// Needs the allocator exclusively: other threads may be adding chunks otherwise.
    #[must_use]
    pub fn capacity(&mut self) -> usize {
        // SAFETY: `self` is exclusive, and arena sets live as long as the allocator (I2, I3).
        self.inner().entries().iter().map(|entry| unsafe { entry.arenas.as_ref() }.capacity()).sum()
    }
}

impl Drop for SmartAlloc {
    fn drop(&mut self) {
        let Hooks { allocator_ends, allocator_ended, .. } = self.inner().hooks;
        allocator_ends(self);
        let mut panicked = self.drop_listed(SharedValues::Dropped);
        first_panic(&mut panicked, self.set_undelivered(None).and_then(|promotions| promotions.drop_caught()));
        allocator_ended(self, &mut panicked);
        // SAFETY: only the owning handle is ever dropped, once; nothing borrows from it any more. Threads that
        // remember arenas of it do so under a key that is never used again (I1).
        unsafe {
            self.close_returns();
            let inner = Box::from_raw(self.inner.as_ptr());
            probes::debug::allocator_gone(inner.number);
            closed::forget(inner.number);
            region::unclaim(inner.config.region());
        }
        resume(panicked);
    }
}

impl core::fmt::Debug for SmartAlloc {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SmartAlloc")
            .field("id", &self.id())
            .field("tag", &self.tag_id().path())
            .field("frame_number", &self.frame_number())
            .finish_non_exhaustive()
    }
}
