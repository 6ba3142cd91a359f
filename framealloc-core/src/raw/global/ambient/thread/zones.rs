//! Zones of a thread: how they begin inside of each other, and what they leave.

use super::watched::stack;
use super::{OuterZone, ROOM, ThreadChunks, get, let_go, set};
use crate::raw::global::ambient::CHUNK;
use crate::raw::global::ambient::chunks::{NONE, Table};
use crate::raw::global::ambient::pinned::blocks_of;
use crate::sync::Relaxed;

impl ThreadChunks {
    pub(in crate::raw::global::ambient) fn begin(&self, table: Option<&Table>, row: u32, limit: usize) -> OuterZone {
        let open = table.and_then(|table| self.park(table)).unwrap_or(NONE);
        self.depth.set(self.depth.get() + 1);
        let watched = table.map_or(0, |table| table.row(row).sizes.for_a_zone());
        let zone = self.next_zone();
        let is_dry = table.is_some_and(Table::serves_nobody);
        if let Some(table) = table.filter(|_| is_dry) {
            table.row(row).exhausted.fetch_add(1, Relaxed);
        }
        let outer = OuterZone {
            depth: self.depth.get(),
            limit: self.limit.replace(if is_dry { 0 } else { limit }),
            watched: self.watched.get(),
            zone: self.zone.replace(zone),
            base: self.base.replace(stack()),
            cells: self.cells.replace(0),
            open,
            full: self.full.replace(NONE),
            row: self.row.replace(row),
        };
        self.watch(watched);
        outer
    }

    #[expect(clippy::needless_pass_by_value, reason = "the zone ends here")]
    pub(in crate::raw::global::ambient) fn end(&self, table: Option<&Table>, outer: OuterZone) {
        if self.depth.get() != outer.depth {
            not_the_innermost();
        }
        if let Some(table) = table {
            let escaped = self.give_up_full(table) + self.put_aside(table) + self.let_cells_go(table);
            if escaped != 0 {
                table.row(self.row.get()).escaped.fetch_add(escaped, Relaxed);
            }
        }
        self.depth.set(self.depth.get() - 1);
        self.limit.set(outer.limit);
        self.watch(outer.watched);
        self.zone.set(outer.zone);
        self.base.set(outer.base);
        self.cells.set(outer.cells);
        self.full.set(outer.full);
        self.row.set(outer.row);
        if let Some(table) = table.filter(|_| outer.open != NONE) {
            self.reopen(table, outer.open);
        }
    }

    /// Puts the open chunk into the stash, and returns how many blocks of the zone live in it.
    fn put_aside(&self, table: &Table) -> usize {
        let Some(index) = self.park(table) else { return 0 };
        let header = table.header(index);
        let local = get(&header.local);
        if local == 0 {
            set(&header.offset, get(&header.mark));
        }
        let_go(header);
        if get(&header.offset) as usize + ROOM > CHUNK {
            table.give_up(index, local);
        } else {
            header.publish(local);
            table.set_aside(self.place(), index);
        }
        blocks_of(local)
    }
}

/// A guard of a zone was forgotten, or outlived one that began before. What is known of chunks would be that of another zone: the
/// program ends, as a panic does in a function that nothing may unwind out of.
#[cold]
#[inline(never)]
extern "C" fn not_the_innermost() -> ! {
    panic!("a zone ended that is not the innermost one of its thread")
}
