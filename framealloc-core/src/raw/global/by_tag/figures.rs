//! What lives of each tag, as it is now.

use super::FOLLOWED_ROW;
pub(crate) use super::row_of;
use super::rows::RowSum;
use super::slots::ALL;
pub(crate) use super::thread::OWN;

/// What framealloc takes for itself is reported under.
pub(crate) const OWN_PATH: &str = "(framealloc)";

/// The figures of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeapFigures {
    pub(crate) bytes: usize,
    pub(crate) blocks: u64,
    pub(crate) peak: usize,
    /// Since the program began.
    pub(crate) allocations: u64,
    pub(crate) frees: u64,
}

/// Whether an allocator of the program attributes its blocks.
pub(crate) fn is_used() -> bool {
    ALL.is_used()
}

/// The rows that may have figures where there are so many tags.
pub(crate) fn rows(tags: usize) -> impl Iterator<Item = u32> {
    let of_tags = u32::try_from(tags.min(FOLLOWED_ROW)).unwrap_or(OWN);
    (0..of_tags).chain([OWN])
}

/// The figures of a row.
pub(crate) fn of_row(row: u32) -> HeapFigures {
    let RowSum { bytes, allocations, frees } = ALL.sum(row);
    // Less than nothing: another thread freed what was made since its row was read.
    let bytes = if bytes > isize::MAX.unsigned_abs() { 0 } else { bytes };
    let blocks = allocations.saturating_sub(frees);
    HeapFigures { bytes, blocks, peak: ALL.total(row).saw(bytes), allocations, frees }
}
