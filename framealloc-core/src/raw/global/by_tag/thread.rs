//! What a thread knows: its rows, and the tag that is open.

use core::cell::Cell;
use core::ptr::NonNull;

use super::super::followed;
use super::super::zone::HeapZone;
use super::header::Mark;
use super::magazines::Keeper;
use super::rows::{Row, Rows, Sampled};
use super::slots::ALL;
use super::{OWN_ROW, ROWS};

/// What one thread knows.
#[derive(Debug)]
pub(super) struct Thread {
    /// `None` until it counts, and where it has none of its own.
    rows: Cell<Option<&'static Rows>>,
    /// The mark of the tag that is open.
    open: Cell<Mark>,
    /// Whether it has asked for rows.
    asked: Cell<bool>,
}

std::thread_local! {
    /// Constant and without a destructor: memory is asked for and freed at any time in a thread's life.
    static THREAD: Thread = const { Thread { rows: Cell::new(None), open: Cell::new(Mark::of(0)), asked: Cell::new(false) } };
}

/// The row of what framealloc takes for itself.
#[expect(clippy::cast_possible_truncation, reason = "there are few rows")]
pub(crate) const OWN: u32 = OWN_ROW as u32;

const _: () = assert!(ROWS <= u32::MAX as usize);

/// The row of the tag that is open on this thread.
#[inline(always)]
pub(crate) fn open_row() -> u32 {
    THREAD.with(|thread| thread.open.get().row())
}

/// The tag that was open on this thread before another one.
#[derive(Clone, Copy, Debug)]
#[must_use = "the other tag stays open until it is put back"]
pub(crate) struct OuterTag(Mark);

impl OuterTag {
    /// Opens the tag with this row.
    #[inline(always)]
    pub(crate) fn open(row: u32) -> Self {
        Self(THREAD.with(|thread| thread.open.replace(Mark::of(row))))
    }

    /// Opens it again.
    #[inline(always)]
    pub(crate) fn put_back(self) {
        THREAD.with(|thread| thread.open.set(self.0));
    }
}

/// A block for so many bytes that the thread has kept for this allocator, and its mark: it is counted under the tag that is open.
/// `None`, and nothing is counted, if there is none, or if that takes more than one addition.
#[inline(always)]
pub(in crate::raw::global) fn take_kept(keeper: &Keeper, bytes: usize) -> Option<(NonNull<u8>, Mark)> {
    THREAD.with(|thread| {
        let rows = thread.rows.get()?;
        let next = rows.magazines_of(keeper)?.next(bytes)?;
        let mark = thread.open.get();
        if !rows.row(mark.row()).take(bytes) {
            return None;
        }
        Some((next.take()?, mark))
    })
}

/// Counts a block with this mark that this thread frees, and keeps what the allocator inside gave for it. Otherwise nothing is
/// counted, and it returns false: it is not kept, or to count it takes more than one addition.
#[inline(always)]
pub(in crate::raw::global) fn keep(keeper: &Keeper, start: NonNull<u8>, mark: Mark, bytes: usize) -> bool {
    THREAD.with(|thread| {
        let Some(rows) = thread.rows.get() else { return false };
        let Some(place) = rows.magazines_of(keeper).and_then(|magazines| magazines.place(bytes)) else { return false };
        if !rows.row(mark.row()).free(bytes) {
            return false;
        }
        place.put(start);
        true
    })
}

/// Counts a block under the tag that is open before it is made, where that takes one addition, and returns its mark. `None`, and
/// nothing is counted, where it takes more: that is for [`took`].
#[inline(always)]
pub(in crate::raw::global) fn take(bytes: usize) -> Option<Mark> {
    THREAD.with(|thread| {
        let mark = thread.open.get();
        thread.row(mark.row())?.take(bytes).then_some(mark)
    })
}

/// A block that was counted by [`take`] could not be made.
#[cold]
#[inline(never)]
pub(in crate::raw::global) fn took_nothing(mark: Mark, bytes: usize) {
    THREAD.with(|thread| {
        if let Some(own) = thread.row(mark.row()) {
            own.took_nothing(bytes);
        }
    });
}

/// Counts a block that this thread has made, and returns how it is marked. `ask` makes rows for the thread, when it needs some.
#[inline(always)]
pub(in crate::raw::global) fn took(row: u32, bytes: usize, ask: impl FnOnce() -> Option<&'static Rows>) -> Mark {
    THREAD.with(|thread| {
        let Some(own) = thread.row(row) else {
            thread.first(row, ask, |own| own.took(bytes), |all| all.took_shared(ALL.total(row), bytes));
            return Mark::of(row);
        };
        if own.took(bytes) { settle_made(own, row, bytes) } else { Mark::of(row) }
    })
}

/// As [`took`], for a block of a zone: it has no header, so it is not followed. Blocks that have one are no less likely to be: what
/// is left of a random gap is distributed as a new one.
#[inline(always)]
pub(in crate::raw::global) fn took_in_zone(row: u32, bytes: usize, ask: impl FnOnce() -> Option<&'static Rows>) {
    THREAD.with(|thread| match thread.row(row) {
        Some(own) => {
            if own.took(bytes) {
                own.settle(ALL.total(row), sampled(row));
            }
        }
        None => thread.first(row, ask, |own| own.took(bytes), |all| all.took_shared(ALL.total(row), bytes)),
    });
}

/// Counts a block with this mark that this thread is about to free, where that takes one addition. Otherwise nothing is counted,
/// and it returns false: that is for [`freed`].
#[inline(always)]
pub(in crate::raw::global) fn free(mark: Mark, bytes: usize) -> bool {
    THREAD.with(|thread| thread.row(mark.row()).is_some_and(|own| own.free(bytes)))
}

/// Counts a block with this mark that this thread frees.
#[inline(always)]
pub(in crate::raw::global) fn freed(mark: Mark, bytes: usize, ask: impl FnOnce() -> Option<&'static Rows>) {
    THREAD.with(|thread| match thread.row(mark.row()) {
        Some(own) => {
            if own.freed(bytes) {
                thread.settle_freed(own, mark, bytes);
            }
        }
        None => thread.freed_first(mark, bytes, ask),
    });
}

/// Whether blocks of a row may be followed.
const fn sampled(row: u32) -> Sampled {
    if row == OWN { Sampled::Never } else { Sampled::Yes }
}

/// The count of what is made is full: that is where the block is that is followed.
#[cold]
#[inline(never)]
fn settle_made(own: &Row, row: u32, bytes: usize) -> Mark {
    if !own.settle(ALL.total(row), sampled(row)) {
        return Mark::of(row);
    }
    let _growth = HeapZone::growth();
    followed::born(row, bytes).map_or(Mark::of(row), |place| Mark::followed(row, place))
}

impl Thread {
    /// The count of what is freed is full, or the block is followed.
    #[cold]
    #[inline(never)]
    fn settle_freed(&self, own: &'static Row, mark: Mark, bytes: usize) {
        let (row, place) = mark.parts();
        let Some(place) = place else {
            own.settle(ALL.total(row), sampled(row));
            return;
        };
        own.fill();
        followed::died(place);
        if let Some(own) = self.row(row)
            && own.freed(bytes)
        {
            own.settle(ALL.total(row), sampled(row));
        }
    }

    /// Counts a block that is freed where the thread has no rows yet, or never gets any.
    #[cold]
    #[inline(never)]
    fn freed_first(&self, mark: Mark, bytes: usize, ask: impl FnOnce() -> Option<&'static Rows>) {
        let (row, place) = mark.parts();
        if let Some(place) = place {
            followed::died(place);
        }
        self.first(row, ask, |own| own.freed(bytes), |all| all.freed_shared(ALL.total(row), bytes));
    }

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
                    own.settle(ALL.total(row), sampled(row));
                }
            }
            None => count_shared(ALL.shared().row(row)),
        }
    }
}
