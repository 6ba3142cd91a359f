//! The full chunks of an open zone, a ring: what the thread frees in them it counts without an atomic.

use super::{ThreadChunks, get, let_go, set};
use crate::raw::global::ambient::chunks::{NONE, Table};
use crate::raw::global::ambient::pinned::blocks_of;

impl ThreadChunks {
    /// Puts the open chunk among the full ones of its zone, or gives it up if nothing of the zone lives in it.
    pub(super) fn close(&self, table: &Table) {
        let Some(index) = self.park(table) else { return };
        let header = table.header(index);
        if get(&header.local) == 0 {
            let_go(header);
            table.give_up(index, 0);
        } else {
            self.link(table, index);
        }
    }

    /// Makes a chunk the newest of the ring.
    fn link(&self, table: &Table, index: u32) {
        let (header, newest) = (table.header(index), self.full.replace(index));
        if newest == NONE {
            set(&header.next, index);
            set(&header.previous, index);
            return;
        }
        let oldest = get(&table.header(newest).previous);
        set(&header.next, newest);
        set(&header.previous, oldest);
        set(&table.header(newest).previous, index);
        set(&table.header(oldest).next, index);
    }

    pub(super) fn unlink(&self, table: &Table, index: u32) {
        let header = table.header(index);
        let (next, previous) = (get(&header.next), get(&header.previous));
        if next == index {
            self.full.set(NONE);
            return;
        }
        set(&table.header(next).previous, previous);
        set(&table.header(previous).next, next);
        if self.full.get() == index {
            self.full.set(next);
        }
    }

    /// Gives the oldest full chunk up if other threads have freed what was in it; else it becomes the newest, so that in a zone
    /// that never ends each has its turn.
    pub(super) fn look_at_oldest(&self, table: &Table) {
        if self.full.get() == NONE {
            return;
        }
        let oldest = get(&table.header(self.full.get()).previous);
        let header = table.header(oldest);
        let local = get(&header.local);
        if header.holds_only(local) {
            self.unlink(table, oldest);
            let_go(header);
            table.give_up(oldest, local);
        } else {
            self.full.set(oldest);
        }
    }

    /// Gives the full chunks of the zone up, and returns how many of its blocks live in them.
    pub(super) fn give_up_full(&self, table: &Table) -> usize {
        let mut escaped = 0;
        while self.full.get() != NONE {
            let index = self.full.get();
            let header = table.header(index);
            let local = get(&header.local);
            escaped += blocks_of(local);
            self.unlink(table, index);
            let_go(header);
            table.give_up(index, local);
        }
        escaped
    }
}
