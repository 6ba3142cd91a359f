//! The figures that a turn leaves behind, and who may read them.

use std::sync::Arc;

use super::accounts;
use super::allocator::{FrameReport, SmartAlloc, Turn};
use super::phases::PhaseFigures;
use super::thread_arenas::{SiteFigures, TagFigures, ThreadHeap};
use crate::budget::BudgetEvent;
#[cfg(feature = "memory_filter")]
use crate::observe::behavior::filter::Filter;
use crate::observe::events::FrameEvent;
use crate::observe::stats::{SystemStats, TagStats, ThreadStats};
use crate::rows::row_at;
use crate::site;
use crate::tag::TagId;
use crate::transfer::{TransferStats, UnreceivedTransfer};

impl SmartAlloc {
    /// The bytes of the last frame and the most of any, over all threads.
    pub(crate) fn frame_figures(&self) -> (usize, usize) {
        // SAFETY: as in `frame_number`.
        unsafe { ((*self.turn_state()).bytes, (*self.turn_state()).high_water) }
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
        // SAFETY: as in `frame_number`.
        unsafe { (*self.turn_state()).report }
    }

    /// The behaviour filter, as the last turn left it.
    #[cfg(feature = "memory_filter")]
    pub(crate) fn behavior_filter(&self) -> Option<&Filter> {
        // SAFETY: as in `frame_number`.
        let observers = unsafe { &(*self.turn_state()).observers };
        observers.as_deref()?.behavior.as_deref()
    }

    /// The tags in use, by path.
    pub(crate) fn each_tag(&self) -> impl Iterator<Item = TagStats> {
        // SAFETY: as in `frame_number`: the iterator borrows `self`, so that nothing is written while it lives.
        tag_stats(unsafe { &(*self.turn_state()).tags }.iter().copied(), self.tag_paths())
    }

    /// The paths of the tags that any turn has met, by index.
    fn tag_paths(&self) -> &[&'static str] {
        // SAFETY: as in `each_tag`.
        unsafe { &(*self.turn_state()).tag_paths }
    }

    /// What budgets did in the last frame.
    pub(crate) fn events_of_budgets(&self) -> &[BudgetEvent] {
        // SAFETY: as in `each_tag`.
        unsafe { &(*self.turn_state()).budget_events }
    }

    /// The thread on which a budget event with this index happened first, if it has a name.
    pub(crate) fn thread_of_budget_event(&self, index: usize) -> Option<&Arc<str>> {
        // SAFETY: as in `each_tag`.
        unsafe { &(*self.turn_state()).budget_threads }.get(index)?.as_ref()
    }

    /// How often names were opened in the last frame that have no tag of their own, by the tag that they count for.
    pub(crate) fn merged_tags(&self) -> impl Iterator<Item = (TagId, usize)> {
        // SAFETY: as in `each_tag`.
        unsafe { &(*self.turn_state()).merged }.iter()
    }

    /// Transfers of the last frame that were dropped unreceived.
    pub(crate) fn unreceived_transfers(&self) -> &[UnreceivedTransfer] {
        // SAFETY: as in `each_tag`.
        unsafe { &(*self.turn_state()).transfers.unreceived }
    }

    /// Transfers of the last frame.
    pub(crate) fn transfer_stats(&self) -> TransferStats {
        // SAFETY: as in `tag_stats`.
        unsafe { &(*self.turn_state()).transfers }.clone()
    }

    /// What became of transfers in the last frame, if anything did.
    pub(crate) fn transfer_event(&self) -> Option<FrameEvent> {
        // SAFETY: as in `each_tag`.
        let &TransferStats { sent, received, dropped, in_flight, .. } = unsafe { &(*self.turn_state()).transfers };
        (sent + received + dropped > 0).then_some(FrameEvent::Transfers { sent, received, dropped, in_flight })
    }

    /// Index and figures of all tags in the last frame.
    pub(crate) fn raw_tags(&self) -> impl Iterator<Item = (usize, TagFigures)> {
        // SAFETY: as in `each_tag`.
        let tags = unsafe { &(*self.turn_state()).tags };
        tags.iter().copied().enumerate()
    }

    /// Index and figures of the systems of the last frame.
    pub(crate) fn raw_sites(&self) -> impl Iterator<Item = (usize, SiteFigures)> {
        // SAFETY: as in `each_tag`.
        let sites = unsafe { &(*self.turn_state()).sites };
        sites.iter().copied().enumerate().filter(|(_, figures)| figures.calls > 0)
    }

    /// Index and figures of the phases of the last frame.
    pub(crate) fn raw_phases(&self) -> impl Iterator<Item = (usize, PhaseFigures)> {
        // SAFETY: as in `each_tag`.
        let phases = unsafe { &(*self.turn_state()).phases };
        phases.iter().copied().enumerate().filter(|(_, figures)| figures.calls > 0)
    }

    /// Index, name and bytes of the threads of the last frame. Called under the lock: `visit` is our own code.
    pub(crate) fn raw_threads(&self, mut visit: impl FnMut(usize, &str, usize)) {
        for (index, entry) in self.inner().lock().iter().enumerate().filter(|(_, entry)| entry.is_listed) {
            visit(index, entry.listed_name.as_deref().unwrap_or("(unnamed)"), entry.bytes);
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

    /// The threads that had a heap in the last frame, in the order they came.
    pub(crate) fn thread_stats(&self) -> Vec<ThreadStats> {
        let (heaps, paths) = (self.inner().lock(), self.tag_paths());
        let threads = heaps.iter().filter(|entry| entry.is_listed).map(|entry| ThreadStats {
            name: entry.listed_name.as_deref().unwrap_or("(unnamed)").to_owned(),
            bytes: entry.bytes,
            high_water: entry.high_water,
            frames: entry.frames,
            total_bytes: entry.total,
            // SAFETY: as in `frame_number`: these figures are written at the turn only.
            tags: tag_stats(unsafe { entry.heap.as_ref() }.tag_figures(), paths).collect(),
        });
        threads.collect()
    }
}

/// The paths come from the turn: to ask for each would take the lock of all names.
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

impl Turn {
    /// Adds the figures of one heap to the totals. Returns its bytes.
    pub(super) fn take_figures(&mut self, heap: &ThreadHeap, thread: Option<&Arc<str>>) -> usize {
        let mut bytes = 0;
        for (index, figures) in heap.tag_figures().enumerate() {
            if self.tags.len() <= index {
                self.tags.resize(index + 1, TagFigures::default());
                self.tag_paths.extend((self.tag_paths.len()..=index).map(|index| TagId::from_index(index).path()));
            }
            self.tags[index].add(&figures);
            bytes += figures.bytes;
        }
        // SAFETY: as below.
        let events = unsafe { &mut (*heap.state()).budgets.events };
        events.drain(..).for_each(|event| accounts::book(&mut self.budget_events, event));
        if self.budget_threads.len() < self.budget_events.len() {
            // Not at every turn: to share a name takes two atomic operations.
            self.budget_threads.resize(self.budget_events.len(), thread.cloned());
        }
        // SAFETY: as below.
        self.merged.take(unsafe { &mut (*heap.state()).merged });
        // SAFETY: called from the turn: the allocator is held exclusively, and the reference ends with this function.
        let sites = unsafe { &mut (*heap.state()).sites };
        for (index, figures) in sites.iter_mut().enumerate().filter(|(_, figures)| figures.calls > 0) {
            row_at(&mut self.sites, index).add(&core::mem::take(figures));
        }
        bytes
    }
}
