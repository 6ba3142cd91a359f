//! What zones have used, by tag, as it is now.

use super::chunks::{Header, Table};
use super::pinned::{blocks_of, bytes_of};
use super::region::REGION;
use super::thread::here;
use super::{CHUNK, HELD, ROWS};
use crate::raw::global::zone::outside_of_zones;
use crate::sync::Relaxed;

/// The figures of one tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowFigures {
    pub(crate) blocks: usize,
    pub(crate) bytes: usize,
    pub(crate) pinned_bytes: usize,
    pub(crate) escaped: usize,
    pub(crate) refused: usize,
    pub(crate) exhausted: usize,
    pub(crate) learned: usize,
}

impl RowFigures {
    fn add(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.bytes += other.bytes;
        self.pinned_bytes += other.pinned_bytes;
    }
}

/// The figures of the region.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Bytes of all chunks.
    pub(crate) region_bytes: usize,
    /// Bytes of the chunks that are free.
    pub(crate) free_bytes: usize,
    /// By row: the index of the tag.
    pub(crate) rows: Vec<RowFigures>,
}

/// Asks for memory. What other threads take in zones that are open is in it up to when they opened their newest chunk.
pub(crate) fn figures() -> Option<Figures> {
    let table = REGION.table()?;
    // It may be a zone that is asked: what is counted is what there was before.
    let mut rows = outside_of_zones(|| vec![RowFigures::default(); ROWS]);
    count(table, 0, &mut rows);
    Some(Figures { region_bytes: REGION.bytes(), free_bytes: free_bytes(table), rows })
}

/// Calls `visit` with the figures of each row of so many tags, without asking for memory: for every frame.
pub(crate) fn each(tags: usize, mut visit: impl FnMut(usize, RowFigures)) {
    /// Rows that are counted at once: a game has no more tags, mostly, so that its chunks are looked at once.
    const GROUP: usize = 64;
    let Some(table) = REGION.table() else { return };
    let tags = tags.min(ROWS);
    for first in (0..tags).step_by(GROUP) {
        let mut rows = [RowFigures::default(); GROUP];
        let rows = &mut rows[..GROUP.min(tags - first)];
        count(table, first, rows);
        for (at, figures) in rows.iter().enumerate() {
            visit(first + at, *figures);
        }
    }
}

/// Counts the rows from `first` on. Looks at all chunks that are not free.
fn count(table: &'static Table, first: usize, rows: &mut [RowFigures]) {
    here(|chunks| chunks.show(table));
    table.each_used(|header| {
        let row = (header.row.load(Relaxed) as usize).checked_sub(first);
        if let Some(figures) = row.and_then(|row| rows.get_mut(row)) {
            figures.add(of_chunk(header));
        }
    });
    for (figures, row) in rows.iter_mut().zip(&table.rows[first..]) {
        figures.escaped = row.escaped.load(Relaxed);
        figures.refused = row.refused.load(Relaxed);
        figures.exhausted = row.exhausted.load(Relaxed);
        figures.learned = row.sizes.learned();
    }
}

/// What is counted of one row: it takes no look at the chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowCounts {
    /// Bytes of the chunks that were given up with blocks in them.
    pub(crate) pinned_bytes: usize,
    // Since the program began.
    pub(crate) escaped: usize,
    pub(crate) refused: usize,
    pub(crate) exhausted: usize,
}

/// The counts of the rows of so many tags, by row: for every frame.
pub(crate) fn counts(tags: usize) -> impl Iterator<Item = RowCounts> {
    let rows = REGION.table().map_or(&[][..], |table| table.rows);
    rows.iter().take(tags).map(|row| RowCounts {
        pinned_bytes: row.pinned() as usize * CHUNK,
        escaped: row.escaped.load(Relaxed),
        refused: row.refused.load(Relaxed),
        exhausted: row.exhausted.load(Relaxed),
    })
}

/// How often zones were sent to the allocator inside because of what their tags pin.
pub(crate) fn refusals() -> usize {
    REGION.table().map_or(0, |table| table.refusals.load(Relaxed))
}

/// Calls `visit` with the row of each tag whose zones are sent there now, and the bytes of the chunks that it pins.
pub(crate) fn each_refused(mut visit: impl FnMut(usize, usize)) {
    let rows = REGION.table().map_or(&[][..], |table| table.rows);
    rows.iter().enumerate().filter(|(_, row)| row.is_refusing()).for_each(|(index, row)| {
        visit(index, row.pinned() as usize * CHUNK);
    });
}

/// Bytes that live in what a tag pins. Walks over all chunks.
pub(crate) fn live_in_pinned(row: usize) -> usize {
    let row = u32::try_from(row).unwrap_or(u32::MAX);
    REGION.table().map_or(0, |table| table.live_bytes_of_given_up(row))
}

fn free_bytes(table: &Table) -> usize {
    table.available() * CHUNK
}

fn of_chunk(header: &Header) -> RowFigures {
    let (count, owner) = (header.count(), header.owner.load(Relaxed));
    let is_held = count >= HELD / 2;
    let counted = if owner == 0 { 0 } else { header.local.load(Relaxed) };
    let live = if is_held { count.wrapping_add(counted).wrapping_sub(HELD) } else { count };
    // What was freed before its holder published it: the zone of another thread is at it.
    let live = if live >= HELD / 2 { 0 } else { live };
    let is_pinned = live != 0 && owner == 0;
    RowFigures {
        blocks: blocks_of(live),
        bytes: bytes_of(live),
        pinned_bytes: if is_pinned { CHUNK } else { 0 },
        ..RowFigures::default()
    }
}
