//! What the heap did by tag from one end of a frame to the next.

use crate::raw::global::by_tag::figures::{self, HeapFigures, OWN};
use crate::raw::global::zone::HeapZone;
use crate::tag::{self, TagId};

/// One tag in the last frame that ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeapFrame {
    pub(crate) path: &'static str,
    /// The row of the heap: a number for the tag in this process.
    pub(crate) row: u32,
    /// As the frame ended.
    pub(crate) now: HeapFigures,
    /// Since the frame before it ended; in the first, since the program began.
    pub(crate) allocations: u64,
    pub(crate) frees: u64,
    /// How much the peak rose.
    pub(crate) peak_rise: usize,
}

impl HeapFrame {
    fn new(row: u32) -> Self {
        let path = path_of(row);
        Self { path, row, now: HeapFigures::default(), allocations: 0, frees: 0, peak_rise: 0 }
    }

    fn end(&mut self, now: HeapFigures) {
        self.allocations = now.allocations.wrapping_sub(self.now.allocations);
        self.frees = now.frees.wrapping_sub(self.now.frees);
        self.peak_rise = now.peak.saturating_sub(self.now.peak);
        self.now = now;
    }
}

/// What a row is reported under.
pub(crate) fn path_of(row: u32) -> &'static str {
    if row == OWN { figures::OWN_PATH } else { TagId::from_index(row as usize).path() }
}

/// The row of a tag.
pub(crate) fn row_of(tag: TagId) -> u32 {
    figures::row_of(tag.index())
}

/// All tags: none where no allocator of the program attributes its blocks.
#[derive(Debug, Default)]
pub(crate) struct HeapFrames(Vec<HeapFrame>);

impl HeapFrames {
    /// Takes the figures of the frame that ends.
    #[inline]
    pub(super) fn end_frame(&mut self) {
        if figures::is_used() {
            self.take();
        }
    }

    #[inline(never)]
    fn take(&mut self) {
        let tags = tag::count();
        for (at, row) in figures::rows(tags).enumerate() {
            if self.0.get(at).is_none_or(|known| known.row != row) {
                self.insert(at, row);
            }
            self.0[at].end(figures::of_row(row));
        }
    }

    /// Makes room for a tag that is new. Its figures are then counted, or framealloc's own would never be even.
    #[cold]
    #[inline(never)]
    fn insert(&mut self, at: usize, row: u32) {
        let _growth = HeapZone::growth();
        self.0.insert(at, HeapFrame::new(row));
    }

    /// The tags that have had a block when the last frame ended.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &HeapFrame> {
        self.0.iter().filter(|frame| frame.now.allocations != 0)
    }
}
