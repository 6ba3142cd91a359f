//! The figures that an end of a frame leaves behind, and who may read them.

#[cfg(feature = "memory_filter")]
use core::any::Any;
use std::sync::Arc;

use super::accounts;
use super::allocator::{FrameState, SmartAlloc};
use super::entries::Entry;
use super::heap_frames::HeapFrame;
use super::phases::PhaseFigures;
use super::thread_arenas::{SiteFigures, TagFigures, ThreadArenas};
use crate::budget::BudgetEvent;
use crate::raw::frames::report::FrameReport;

use super::transfers::TransferStats;
use crate::raw::global::zone::{HeapUse, outside_of_zones};
use crate::rows::row_at;
use crate::sampling::SiteSampling;
use crate::site;
use crate::tag::TagId;

/// Bytes of one tag. Those of a nested tag are its own, not part of its parent's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TagStats {
    /// The path, for example `ai::pathfinding`; `(untagged)` for memory without a tag.
    pub path: &'static str,
    /// Bytes of the last frame.
    pub bytes: usize,
    /// The most bytes of any frame.
    pub high_water: usize,
    /// Requests of the last frame that were served from the heap: over the threshold, or promoted by a budget.
    pub heap_fallbacks: usize,
    /// Bytes that these asked for; they are not part of `bytes`.
    pub heap_bytes: usize,
    /// How often memory was asked for in the last frame: the blocks handed out, also those that a growing vector moved
    /// to. Counted one by one under the feature `diagnostics`, else `None`.
    pub allocations: Option<usize>,
    /// What its systems took from the heap in the last frame, where that is counted: as [`SystemStats::heap`].
    pub heap: HeapUse,
}

/// Bytes of one thread.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ThreadStats {
    /// The name of the thread, or `(unnamed)`.
    pub name: String,
    /// Bytes of the last frame.
    pub bytes: usize,
    /// The most bytes of any frame.
    pub high_water: usize,
    /// Frames that have ended and in which it took frame memory.
    pub frames: u64,
    /// Bytes of all frames that have ended.
    pub total_bytes: u64,
    /// Its bytes by tag.
    pub tags: Vec<TagStats>,
}

/// Calls and bytes of one function with `#[frame_system]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SystemStats {
    /// The name: the path of the function, or what the attribute says.
    pub name: &'static str,
    /// Calls in the last frame.
    pub calls: usize,
    /// Bytes of all calls in the last frame.
    pub bytes: usize,
    /// The most bytes of one call in the last frame.
    pub largest_call: usize,
    /// What it took from the heap in the last frame, where a [`HeapGuard`](crate::HeapGuard) is the program's global
    /// allocator: of systems with `no_heap`, and of all systems while some allocator [records](SmartAlloc::record).
    pub heap: HeapUse,
}

impl SmartAlloc {
    /// The bytes of the last frame and the most of any, over all threads.
    pub(crate) fn frame_figures(&self) -> (usize, usize) {
        // SAFETY: it is written under `&mut SmartAlloc` only (I5).
        unsafe { ((*self.frame_state()).bytes, (*self.frame_state()).high_water) }
    }

    /// Returns what the last frame used, as [`SmartAlloc::end_frame`] did; of frame 0 before the first has ended.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.begin_frame();
    /// alloc.frame_box(1_u64);
    /// let report = alloc.end_frame();
    /// alloc.begin_frame();
    /// assert_eq!(alloc.frame_report(), report);
    /// ```
    #[must_use]
    pub fn frame_report(&self) -> FrameReport {
        // SAFETY: it is written under `&mut SmartAlloc` only (I5).
        unsafe { (*self.frame_state()).report }
    }

    /// Whether the last frame met anything but bytes.
    #[inline]
    pub(crate) fn is_notable(&self) -> bool {
        // SAFETY: it is written under `&mut SmartAlloc` only (I5).
        unsafe { (*self.frame_state()).is_notable }
    }

    /// The observers, as the last end of a frame left them.
    #[cfg(feature = "memory_filter")]
    pub(crate) fn observers(&self) -> Option<&(dyn Any + Send)> {
        // SAFETY: it is written under `&mut SmartAlloc` only (I5).
        unsafe { &(*self.frame_state()).observers }.as_deref()
    }

    /// The tags in use, by path.
    pub(crate) fn each_tag(&self) -> impl Iterator<Item = TagStats> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the iterator's borrow keeps away (I5).
        tag_stats(unsafe { &(*self.frame_state()).tags }.iter().copied(), self.tag_paths())
    }

    /// The paths of the tags that any end of a frame has met, by index.
    fn tag_paths(&self) -> &[&'static str] {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        unsafe { &(*self.frame_state()).tag_paths }
    }

    /// What budgets did in the last frame.
    pub(crate) fn events_of_budgets(&self) -> &[BudgetEvent] {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        unsafe { &(*self.frame_state()).budget_events }
    }

    /// The thread on which a budget event with this index happened first, if it has a name.
    pub(crate) fn thread_of_budget_event(&self, index: usize) -> Option<&Arc<str>> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        unsafe { &(*self.frame_state()).budget_threads }.get(index)?.as_ref()
    }

    /// How often names were opened in the last frame that have no tag of their own, by the tag that they count for.
    pub(crate) fn merged_tags(&self) -> impl Iterator<Item = (TagId, usize)> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        unsafe { &(*self.frame_state()).merged }.iter()
    }

    /// What the heap did by tag until the last frame ended.
    pub(crate) fn raw_heap_tags(&self) -> impl Iterator<Item = &HeapFrame> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        unsafe { &(*self.frame_state()).heap }.iter()
    }

    /// Transfers of the last frame.
    pub(crate) fn transfer_stats(&self) -> &TransferStats {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        unsafe { &(*self.frame_state()).transfers }
    }

    /// Index and figures of all tags in the last frame.
    pub(crate) fn raw_tags(&self) -> impl Iterator<Item = (usize, TagFigures)> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        let tags = unsafe { &(*self.frame_state()).tags };
        tags.iter().copied().enumerate()
    }

    /// Index and figures of the systems of the last frame.
    pub(crate) fn raw_sites(&self) -> impl Iterator<Item = (usize, SiteFigures)> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        let sites = unsafe { &(*self.frame_state()).sites };
        sites.iter().copied().enumerate().filter(|(_, figures)| figures.calls > 0)
    }

    /// Index and figures of the phases of the last frame.
    pub(crate) fn raw_phases(&self) -> impl Iterator<Item = (usize, PhaseFigures)> {
        // SAFETY: it is written under `&mut SmartAlloc` only, which the borrow of `self` keeps away (I5).
        let phases = unsafe { &(*self.frame_state()).phases };
        phases.iter().copied().enumerate().filter(|(_, figures)| figures.calls > 0)
    }

    /// Index, name and bytes of the threads of the last frame.
    pub(crate) fn raw_threads(&self, mut visit: impl FnMut(usize, &str, usize)) {
        let published = self.inner().entries().iter().map(Entry::published).enumerate();
        for (index, thread) in published.filter(|(_, thread)| thread.is_listed) {
            visit(index, thread.name.as_deref().unwrap_or("(unnamed)"), thread.bytes);
        }
    }

    /// The annotated systems that ran in the last frame, in the order of their first call.
    pub(crate) fn system_stats(&self) -> Vec<SystemStats> {
        let systems = self.raw_sites().map(|(index, figures)| SystemStats {
            name: site::name_of(index),
            calls: figures.calls,
            bytes: figures.bytes,
            largest_call: figures.largest,
            heap: figures.heap,
        });
        systems.collect()
    }

    /// The threads that had an arena set in the last frame, in the order they came.
    pub(crate) fn thread_stats(&self) -> Vec<ThreadStats> {
        let paths = self.tag_paths();
        let listed = self.inner().entries().iter().map(|entry| (entry, entry.published()));
        let threads = listed.filter(|(_, thread)| thread.is_listed).map(|(entry, thread)| ThreadStats {
            name: thread.name.as_deref().unwrap_or("(unnamed)").to_owned(),
            bytes: thread.bytes,
            high_water: thread.high_water,
            frames: thread.frames,
            total_bytes: thread.total,
            // SAFETY: arena sets live as long as the allocator, and these figures are written at the end of the frame
            // only (I3, I5).
            tags: tag_stats(unsafe { entry.arenas.as_ref() }.tag_figures(), paths).collect(),
        });
        threads.collect()
    }
}

/// The paths come from the end of the frame: to ask for each would take the lock of all names.
fn tag_stats(figures: impl Iterator<Item = TagFigures>, paths: &[&'static str]) -> impl Iterator<Item = TagStats> {
    figures
        .enumerate()
        .filter(|(_, figures)| figures.high_water > 0 || figures.fallbacks.count > 0 || figures.heap.calls > 0)
        .map(|(index, figures)| TagStats {
            path: paths.get(index).copied().unwrap_or("(other)"),
            bytes: figures.bytes,
            high_water: figures.high_water,
            heap_fallbacks: figures.fallbacks.count,
            heap_bytes: figures.fallbacks.bytes,
            allocations: figures.requests.known(),
            heap: figures.heap,
        })
}

impl FrameState {
    /// A frame has ended: its figures begin at nothing.
    ///
    /// What steady frames have none of stands apart, here and below: in a game all caches are another's between two ends of
    /// frames, and a line of code that is stepped over is fetched as one that runs.
    #[inline(always)]
    pub(super) fn clear_figures(&mut self) {
        self.bytes = 0;
        self.tags.iter_mut().for_each(|tag| *tag = TagFigures { high_water: tag.high_water, ..TagFigures::default() });
        self.flights_refused = [0, self.flights_refused[0]];
        if !self.budget_events.is_empty() {
            self.forget_budget_events();
        }
        self.merged.clear();
        self.sampled.begin();
        if !self.sites.is_empty() {
            self.sites.fill(SiteFigures::default());
        }
        if !self.phases.is_empty() {
            self.phases.fill(PhaseFigures::default());
        }
    }

    /// Whether the figures have anything but bytes of which a diagnostic may be made.
    #[inline(always)]
    pub(super) fn has_notes(&self) -> bool {
        !self.budget_events.is_empty()
            || !self.merged.is_empty()
            || !self.transfers.unreceived.is_empty()
            || self.flights_refused[1] != 0
            || self.sites.iter().any(|figures| figures.heap.calls != 0)
    }

    /// Adds the figures of one arena set to the totals. Returns its bytes.
    pub(super) fn take_figures(&mut self, arenas: &ThreadArenas, thread: Option<&Arc<str>>) -> usize {
        let mut bytes = 0;
        for (index, figures) in arenas.tag_figures().enumerate() {
            if self.tags.len() <= index {
                self.has_more_tags(index + 1);
            }
            self.tags[index].add(&figures);
            bytes += figures.bytes;
        }
        if arenas.has_news() {
            outside_of_zones(|| self.take_news(arenas, thread));
        }
        bytes
    }

    /// There are so many tags.
    #[inline(never)]
    fn has_more_tags(&mut self, tags: usize) {
        outside_of_zones(|| {
            self.tags.resize(tags, TagFigures::default());
            self.tag_paths.extend((self.tag_paths.len()..tags).map(|index| TagId::from_index(index).path()));
        });
    }

    /// Takes over what there is beside bytes.
    #[inline(never)]
    fn take_news(&mut self, arenas: &ThreadArenas, thread: Option<&Arc<str>>) {
        // SAFETY: called at the end of a frame: the allocator is held exclusively, and the reference ends with this function
        // (I5).
        let events = unsafe { &mut (*arenas.state()).budgets.events };
        events.drain(..).for_each(|event| accounts::record(&mut self.budget_events, event));
        if self.budget_threads.len() < self.budget_events.len() {
            // Not at every end of a frame: to share a name takes two atomic operations.
            self.budget_threads.resize(self.budget_events.len(), thread.cloned());
        }
        // SAFETY: called at the end of a frame: the allocator is held exclusively, and the reference ends with this function
        // (I5).
        self.merged.take(unsafe { &mut (*arenas.state()).merged });
        // SAFETY: called at the end of a frame: the allocator is held exclusively, and the reference ends with this function.
        let sites = unsafe { &mut (*arenas.state()).sites };
        for (index, figures) in sites.iter_mut().enumerate().filter(|(_, figures)| figures.calls > 0) {
            row_at(&mut self.sites, index).add(&core::mem::take(figures));
        }
    }

    /// A new frame: budgets have done nothing in it.
    #[inline(never)]
    fn forget_budget_events(&mut self) {
        self.budget_events.clear();
        self.budget_threads.clear();
    }

    /// Takes over what was sampled.
    #[inline(never)]
    pub(super) fn take_samples(&mut self, arenas: &ThreadArenas, sampling: SiteSampling) {
        arenas.drain_samples(sampling.most_samples(), |by, figures| self.sampled.add(by, figures));
    }
}

impl ThreadArenas {
    /// Whether there is more to take over than bytes.
    #[inline]
    fn has_news(&self) -> bool {
        // SAFETY: called at the end of a frame: the allocator is held exclusively, and the reference ends with this function
        // (I5).
        let state = unsafe { &*self.state() };
        !(state.budgets.events.is_empty() && state.merged.is_empty() && state.sites.is_empty())
    }
}
