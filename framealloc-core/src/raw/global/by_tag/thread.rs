//! What a thread knows: its rows, and the tag that is open.

use core::cell::Cell;

use super::rows::{Row, Rows};
use super::slots::ALL;
use super::{OWN_ROW, ROWS};

/// What one thread knows.
#[derive(Debug)]
pub(super) struct Thread {
    /// `None` until it counts, and where it has none of its own.
    rows: Cell<Option<&'static Rows>>,
    /// The row of the tag that is open.
    open: Cell<u32>,
    /// Whether it has asked for rows.
    asked: Cell<bool>,
}

std::thread_local! {
    /// Constant and without a destructor: memory is asked for and freed at any time in a thread's life.
    static THREAD: Thread = const { Thread { rows: Cell::new(None), open: Cell::new(0), asked: Cell::new(false) } };
}

/// The row of a tag, by its index.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "there are few rows")]
pub(crate) const fn row_of(tag: usize) -> u32 {
    (if tag < OWN_ROW { tag } else { super::super::ambient::OTHER_ROW }) as u32
}

/// The row of what framealloc takes for itself.
#[expect(clippy::cast_possible_truncation, reason = "there are few rows")]
pub(crate) const OWN: u32 = OWN_ROW as u32;

const _: () = assert!(ROWS <= u32::MAX as usize);

/// The row of the tag that is open on this thread.
#[inline(always)]
pub(crate) fn open_row() -> u32 {
    THREAD.with(|thread| thread.open.get())
}

/// Opens the tag with this row, and returns the row of that which was open.
#[inline(always)]
pub(crate) fn open(row: u32) -> u32 {
    THREAD.with(|thread| thread.open.replace(row))
}

/// Counts a block that this thread has made. `ask` makes rows for it, when it needs some.
#[inline(always)]
pub(in crate::raw::global) fn took(row: u32, bytes: usize, ask: impl FnOnce() -> Option<&'static Rows>) {
    THREAD.with(|thread| match thread.row(row) {
        Some(own) => {
            if own.took(bytes) {
                own.settle(ALL.total(row));
            }
        }
        None => thread.first(row, ask, |own| own.took(bytes), |all| all.took_shared(ALL.total(row), bytes)),
    });
}

/// Counts a block of this row that this thread frees.
#[inline(always)]
pub(in crate::raw::global) fn freed(row: u32, bytes: usize, ask: impl FnOnce() -> Option<&'static Rows>) {
    THREAD.with(|thread| match thread.row(row) {
        Some(own) => {
            if own.freed(bytes) {
                own.settle(ALL.total(row));
            }
        }
        None => thread.first(row, ask, |own| own.freed(bytes), |all| all.freed_shared(ALL.total(row), bytes)),
    });
}

impl Thread {
    #[inline(always)]
    fn row(&self, row: u32) -> Option<&'static Row> {
        self.rows.get().map(|rows| rows.row(row))
    }

    /// Counts where the thread has no rows yet, or never gets any.
    #[cold]
    #[inline(never)]
    fn first(
        &self,
        row: u32,
        ask: impl FnOnce() -> Option<&'static Rows>,
        count: impl FnOnce(&'static Row) -> bool,
        count_shared: impl FnOnce(&Row),
    ) {
        // Once: what is counted while the allocator inside is asked counts in the shared rows (H3).
        if !self.asked.replace(true) {
            self.rows.set(ALL.claim(core::ptr::from_ref(self).addr(), ask));
        }
        match self.row(row) {
            Some(own) => {
                if count(own) {
                    own.settle(ALL.total(row));
                }
            }
            None => count_shared(ALL.shared().row(row)),
        }
    }
}
