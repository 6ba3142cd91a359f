//! The face of the rows for loom: the slots of a process, and threads that count in them, over the very code that programs
//! run. Only the thread-local shell is left out.

use core::ptr::NonNull;

use loom::sync::Arc;

use super::magazines::Next;
use super::rows::{RowSum, Rows, Sampled};
use super::slots::Slots;

/// The slots of a process.
#[derive(Debug)]
pub struct HeapRows(Slots);

/// A thread with this address, which may be that of one that has ended.
#[derive(Debug)]
pub struct HeapThread {
    all: Arc<HeapRows>,
    rows: Option<&'static Rows>,
}

impl HeapRows {
    /// No slot is anybody's yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Slots::new()))
    }

    /// Bytes, allocations and frees of a tag, over all threads.
    #[must_use]
    pub fn sum(&self, tag: u32) -> (usize, u64, u64) {
        let RowSum { bytes, allocations, frees } = self.0.sum(tag);
        (bytes, allocations, frees)
    }

    /// The most bytes of a tag that threads told of.
    #[must_use]
    pub fn peak(&self, tag: u32) -> usize {
        self.0.total(tag).saw(0)
    }
}

impl HeapThread {
    /// A thread that gets rows, if there are any left.
    #[must_use]
    pub fn new(all: &Arc<HeapRows>, address: usize) -> Self {
        let rows = all.0.claim(address, || Some(Box::leak(Box::new(Rows::new()))));
        Self { all: all.clone(), rows }
    }

    /// A block is made.
    pub fn took(&self, tag: u32, bytes: usize) {
        let total = self.all.0.total(tag);
        match self.rows {
            Some(rows) => {
                if rows.row(tag).took(bytes) {
                    rows.row(tag).settle(total, Sampled::Never);
                }
            }
            None => self.all.0.shared().row(tag).took_shared(total, bytes),
        }
    }

    /// A block is freed.
    pub fn freed(&self, tag: u32, bytes: usize) {
        let total = self.all.0.total(tag);
        match self.rows {
            Some(rows) => {
                if rows.row(tag).freed(bytes) {
                    rows.row(tag).settle(total, Sampled::Never);
                }
            }
            None => self.all.0.shared().row(tag).freed_shared(total, bytes),
        }
    }

    /// A block of so many bytes is freed, and kept if there is room.
    pub fn keep(&self, bytes: usize) -> bool {
        let place = self.rows.and_then(|rows| rows.magazines.place(bytes));
        place.map(|place| place.put(NonNull::dangling())).is_some()
    }

    /// Takes a block for so many bytes that was kept.
    pub fn take_kept(&self, bytes: usize) -> bool {
        let next = self.rows.and_then(|rows| rows.magazines.next(bytes));
        next.and_then(Next::take).is_some()
    }
}
