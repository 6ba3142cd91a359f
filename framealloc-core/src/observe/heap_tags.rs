//! The heap by tag: what lives, and what the last frame did.

use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::heap_frames::{HeapFrame, path_of};
use crate::raw::global::by_tag::figures::{self, HeapFigures};

/// What one tag has of the heap, over all threads and allocators, where an
/// [`AmbientAlloc<A, Tags>`](crate::AmbientAlloc) is the program's global allocator.
///
/// A block belongs to the tag that was open on its thread when it was made: of a function with `#[frame_system]` or
/// `#[alloc_tag]`, of [`with_tag`](SmartAlloc::with_tag), or of [`heap_tag`](crate::heap_tag). It is taken off that tag when
/// it is freed, by whichever thread. A block that is reallocated counts as freed and made, and stays its tag's.
/// What framealloc takes for itself, as arenas and pools grow, is under `(framealloc)`.
///
/// All figures but `peak_bytes` are exact: nothing is sampled. What other threads do while the figures are read is in them or
/// not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapTagStats {
    /// The path, for example `ai::pathfinding`; `(untagged)` for what was made while no tag was open.
    pub path: &'static str,
    /// Bytes that live now, as they were asked for.
    pub bytes: usize,
    /// Blocks that live now.
    pub blocks: usize,
    /// The most bytes that lived at once, so far as threads told: each keeps what it made and freed to itself until that is
    /// 32 KiB. At least what lived when a frame ended or the figures were read.
    pub peak_bytes: usize,
    /// Blocks that were made since the frame before the last one ended, until that ended.
    pub allocations: u64,
    /// Blocks that were freed in that time.
    pub frees: u64,
}

impl HeapTagStats {
    fn new(path: &'static str, now: HeapFigures, (allocations, frees): (u64, u64)) -> Self {
        let blocks = usize::try_from(now.blocks).unwrap_or(usize::MAX);
        Self { path, bytes: now.bytes, blocks, peak_bytes: now.peak, allocations, frees }
    }
}

impl SmartAlloc {
    /// Calls `visit` with what each tag has of the heap, as far as an end of a frame has met it. Makes no call to the system's
    /// allocator: for every frame of a shipped game.
    ///
    /// ```
    /// use framealloc_core::{AmbientAlloc, SmartAlloc, Tags, heap_tag};
    /// use std::alloc::System;
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc<System, Tags> = AmbientAlloc::system();
    ///
    /// let mut alloc = SmartAlloc::default();
    /// let samples = alloc.whole_frame(|_| heap_tag("audio", || vec![0_u8; 4000]));
    /// let mut audio = None;
    /// alloc.for_each_heap_tag(|tag| if tag.path == "audio" { audio = Some((tag.bytes, tag.allocations)) });
    /// assert_eq!(audio, Some((samples.len(), 1)));
    /// ```
    pub fn for_each_heap_tag(&self, mut visit: impl FnMut(HeapTagStats)) {
        for frame in self.raw_heap_tags() {
            visit(of_frame(frame));
        }
    }

    /// What each tag has, those that came since the last frame ended too.
    pub(crate) fn heap_tag_stats(&self) -> Vec<HeapTagStats> {
        if !figures::is_used() {
            return Vec::new();
        }
        let mut known = self.raw_heap_tags().peekable();
        let mut tags = Vec::new();
        for row in figures::rows(crate::tag::count()) {
            let now = figures::of_row(row);
            match known.next_if(|frame| frame.row == row) {
                Some(frame) => tags.push(of_frame(frame)),
                None if now.allocations != 0 => {
                    tags.push(HeapTagStats::new(path_of(row), now, (0, 0)));
                }
                None => {}
            }
        }
        tags
    }
}

fn of_frame(frame: &HeapFrame) -> HeapTagStats {
    HeapTagStats::new(frame.path, figures::of_row(frame.row), (frame.allocations, frame.frees))
}
