//! The rows of all threads that there are and were.

use core::ptr;

use super::ROWS;
use super::rows::{RowSum, Rows, Total};
use crate::sync::{
    Acquire, AtomicBool, AtomicPtr, AtomicUsize, Relaxed, Release, const_unless_loom, each, static_unless_loom,
};

/// Threads with rows of their own.
#[cfg(not(framealloc_loom))]
pub(super) const SLOTS: usize = match usize::BITS {
    64.. if !cfg!(target_family = "wasm") => 1024,
    _ => 64,
};
#[cfg(framealloc_loom)]
pub(super) const SLOTS: usize = 2;

/// The rows of one thread.
#[derive(Debug)]
struct Slot {
    /// The address of the thread's [`Thread`](super::thread::Thread); 0 until it is somebody's.
    owner: AtomicUsize,
    /// Null until they are complete.
    rows: AtomicPtr<Rows>,
}

impl Slot {
    const_unless_loom! {
        fn new() -> Self {
            Self { owner: AtomicUsize::new(0), rows: AtomicPtr::new(ptr::null_mut()) }
        }
    }

    /// The rows, once they are complete.
    fn rows(&self) -> Option<&'static Rows> {
        // Acquire: they are seen as they were made (H2).
        // SAFETY: rows are never freed (H2).
        let rows = unsafe { self.rows.load(Acquire).as_ref() };
        rows.inspect(|rows| rows.made.shared())
    }
}

/// All slots, the rows that threads share, and the totals of tags.
#[derive(Debug)]
pub(super) struct Slots {
    threads: [Slot; SLOTS],
    /// Slots that are somebody's, at least: more where several threads wanted the last one.
    used: AtomicUsize,
    shared: Rows,
    /// Whether a thread has counted in the shared rows.
    shares: AtomicBool,
    totals: [Total; ROWS],
}

static_unless_loom! {
    /// Those of the process.
    pub(super) static ALL: Slots = Slots::new();
}

impl Slots {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self {
                threads: each!(Slot::new(); SLOTS),
                used: AtomicUsize::new(0),
                shared: Rows::new(),
                shares: AtomicBool::new(false),
                totals: each!(Total::new(); ROWS),
            }
        }
    }

    fn used(&self) -> &[Slot] {
        &self.threads[..self.used.load(Relaxed).min(SLOTS)]
    }

    /// The rows of the thread with this address: those that it has, those of one that had its address, or new ones that
    /// `ask` makes. `None` if there are none to be had.
    pub(super) fn claim(&self, owner: usize, ask: impl FnOnce() -> Option<&'static Rows>) -> Option<&'static Rows> {
        // Relaxed: only a thread with this address writes it (H2).
        if let Some(slot) = self.used().iter().find(|slot| slot.owner.load(Relaxed) == owner) {
            return slot.rows();
        }
        if self.used.load(Relaxed) >= SLOTS {
            return None;
        }
        let rows = ask()?;
        // Where the last slot went to another thread meanwhile, the rows are lost: it happens once.
        let slot = self.threads.get(self.used.fetch_add(1, Relaxed))?;
        rows.made.exclusive();
        // Release: who sees the rows sees them as they were made (H2).
        slot.rows.store(ptr::from_ref(rows).cast_mut(), Release);
        slot.owner.store(owner, Relaxed);
        Some(rows)
    }

    /// The rows of threads without any of their own.
    pub(super) fn shared(&self) -> &Rows {
        if !self.shares.load(Relaxed) {
            self.shares.store(true, Relaxed);
        }
        &self.shared
    }

    /// The total of a tag.
    #[inline(always)]
    pub(super) fn total(&self, row: u32) -> &Total {
        &self.totals[row as usize % ROWS]
    }

    /// Whether anything was ever counted.
    pub(super) fn is_used(&self) -> bool {
        self.used.load(Relaxed) != 0 || self.shares.load(Relaxed)
    }

    /// The sum of a row over all threads.
    pub(super) fn sum(&self, row: u32) -> RowSum {
        let mut sum = RowSum::default();
        self.shared.row(row).add_to(&mut sum);
        self.used().iter().filter_map(Slot::rows).for_each(|rows| rows.row(row).add_to(&mut sum));
        sum
    }
}
