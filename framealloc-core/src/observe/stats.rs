//! Figures of the last frame, per tag, thread and system.

use super::ambient::AmbientStats;
use super::heap_tags::HeapTagStats;
use super::phases::PhaseStats;
use crate::budget::BudgetEvent;
use crate::frame::FlightStats;
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::last_frame::{SystemStats, TagStats, ThreadStats};
use crate::raw::frames::scratch_region::ScratchStats;
use crate::raw::frames::transfers::TransferStats;

/// Figures of the last frame that ended, and the most of any frame.
///
/// They are exact: the bytes of a tag are the distance its arenas were bumped, padding included. What a vector gave back
/// counts as far as it had grown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AllocStats {
    /// The number of the frame that is open, or of the last one.
    pub frame: u64,
    /// Bytes of the last frame that ended, over all tags and threads.
    pub bytes: usize,
    /// The most bytes of any frame.
    pub high_water: usize,
    /// The tags that have been used, the untagged memory first.
    pub tags: Vec<TagStats>,
    /// The threads that had frame memory in the last frame, those that have ended since too.
    pub threads: Vec<ThreadStats>,
    /// The annotated systems that ran in the last frame.
    pub systems: Vec<SystemStats>,
    /// The phases that ended in the last frame, in the order of their first use.
    pub phases: Vec<PhaseStats>,
    /// What budgets did in the last frame: one entry for each limit and outcome.
    pub budget_events: Vec<BudgetEvent>,
    /// The scratch regions that are alive, in the order they were made.
    pub scratch: Vec<ScratchStats>,
    /// Transfers to other threads in the last frame.
    pub transfers: TransferStats,
    /// What ended frames hold that are in flight now. It is not part of `bytes`.
    pub flights: FlightStats,
    /// What zones have used of the heap, those of the whole program, as of now.
    pub ambient: AmbientStats,
    /// What each tag has of the heap, over the whole program: what lives as of now, and what the last frame made and freed.
    /// Empty unless an [`AmbientAlloc<A, Tags>`](crate::AmbientAlloc) is the global allocator.
    pub heap_tags: Vec<HeapTagStats>,
}

impl AllocStats {
    /// Returns the figures of the tag with this path, if it has been used.
    #[must_use]
    pub fn tag(&self, path: &str) -> Option<TagStats> {
        self.tags.iter().find(|tag| tag.path == path).copied()
    }

    /// Returns what the tag with this path has of the heap, if it has had a block.
    #[must_use]
    pub fn heap_tag(&self, path: &str) -> Option<HeapTagStats> {
        self.heap_tags.iter().find(|tag| tag.path == path).copied()
    }

    /// Returns the figures of the phase with this path, if it ended in the last frame.
    #[must_use]
    pub fn phase(&self, path: &str) -> Option<PhaseStats> {
        self.phases.iter().find(|phase| phase.path == path).copied()
    }
}

impl SmartAlloc {
    /// Returns the figures of the last frame that ended. Allocates: not for every frame of a shipped game.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.begin_frame();
    /// alloc.with_tag("physics", |a| {
    ///     a.frame_box([0_u64; 4]);
    /// });
    /// alloc.end_frame();
    ///
    /// let stats = alloc.stats();
    /// assert_eq!(stats.tag("physics").map(|tag| tag.bytes >= 32), Some(true));
    /// assert_eq!(stats.bytes, stats.tags.iter().map(|tag| tag.bytes).sum::<usize>());
    /// ```
    #[must_use]
    pub fn stats(&self) -> AllocStats {
        // First: the other lists may be made in a zone that is asked for its figures.
        let ambient = AmbientStats::now();
        let (bytes, high_water) = self.frame_figures();
        AllocStats {
            frame: self.frame_number(),
            bytes,
            high_water,
            tags: self.each_tag().collect(),
            threads: self.thread_stats(),
            systems: self.system_stats(),
            phases: self.each_phase().collect(),
            budget_events: self.budget_events().to_vec(),
            scratch: self.scratch_stats(),
            transfers: self.transfer_stats().clone(),
            flights: self.flight_stats(),
            ambient,
            heap_tags: self.heap_tag_stats(),
        }
    }

    /// Calls `visit` with the figures of each tag that has been used, the untagged memory first, as of the last frame that
    /// ended. Makes no call to the system's allocator: for every frame of a shipped game.
    ///
    /// The order does not change while the program runs; a tag is first visited after the frame of its first use.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.whole_frame(|alloc| alloc.tagged("physics").frame_slice_copy(&[0_u64; 8]).len());
    /// let mut physics = 0;
    /// alloc.for_each_tag(|tag| physics += if tag.path == "physics" { tag.bytes } else { 0 });
    /// assert!(physics >= 64);
    /// ```
    pub fn for_each_tag(&self, mut visit: impl FnMut(TagStats)) {
        for tag in self.each_tag() {
            visit(tag);
        }
    }
}
