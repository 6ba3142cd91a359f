//! Rows of one thread, and what is known of a tag over all threads.

use super::ROWS;
use crate::sync::{AtomicU64, AtomicUsize, Relaxed, Witness, const_unless_loom};

/// A thread tells the total of a tag when what it has not told is as many bytes as this.
pub(super) const TELL: usize = 32 << 10;

/// What a thread made and freed of the blocks of one tag. Numbers wrap: what one thread makes others free.
///
/// Each is a word that only its thread writes, so that a sum over threads is one of values that were there.
#[derive(Debug)]
#[repr(align(32))]
pub(super) struct Row {
    /// Bytes that were made, less those that were freed.
    net: AtomicUsize,
    /// The part of them that the total has.
    told: AtomicUsize,
    allocations: AtomicU64,
    frees: AtomicU64,
}

/// What a row says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowSum {
    pub(crate) bytes: usize,
    pub(crate) allocations: u64,
    pub(crate) frees: u64,
}

impl Row {
    const_unless_loom! {
        fn new() -> Self {
            Self {
                net: AtomicUsize::new(0),
                told: AtomicUsize::new(0),
                allocations: AtomicU64::new(0),
                frees: AtomicU64::new(0),
            }
        }
    }

    /// Counts a block of the calling thread, whose row it is.
    #[inline(always)]
    pub(super) fn took<'t>(&self, total: impl FnOnce() -> &'t Total, bytes: usize) {
        add(&self.allocations);
        self.change(total, bytes);
    }

    /// Counts a block that the calling thread frees.
    #[inline(always)]
    pub(super) fn freed<'t>(&self, total: impl FnOnce() -> &'t Total, bytes: usize) {
        add(&self.frees);
        self.change(total, bytes.wrapping_neg());
    }

    #[inline(always)]
    fn change<'t>(&self, total: impl FnOnce() -> &'t Total, by: usize) {
        let net = self.net.load(Relaxed).wrapping_add(by);
        self.net.store(net, Relaxed);
        let untold = net.wrapping_sub(self.told.load(Relaxed));
        if untold.wrapping_add(TELL) > 2 * TELL {
            self.tell(total(), net);
        }
    }

    #[cold]
    #[inline(never)]
    fn tell(&self, total: &Total, net: usize) {
        let told = self.told.load(Relaxed);
        self.told.store(net, Relaxed);
        total.change(net.wrapping_sub(told));
    }

    /// Counts a block in a row that several threads have.
    pub(super) fn took_shared(&self, total: &Total, bytes: usize) {
        self.allocations.fetch_add(1, Relaxed);
        self.net.fetch_add(bytes, Relaxed);
        total.change(bytes);
    }

    /// Counts a block that is freed in a row that several threads have.
    pub(super) fn freed_shared(&self, total: &Total, bytes: usize) {
        self.frees.fetch_add(1, Relaxed);
        self.net.fetch_sub(bytes, Relaxed);
        total.change(bytes.wrapping_neg());
    }

    /// Adds what the row says to a sum.
    pub(super) fn add_to(&self, sum: &mut RowSum) {
        // Frees first: a block that is made and freed meanwhile is rather counted as one that lives.
        sum.frees = sum.frees.wrapping_add(self.frees.load(Relaxed));
        sum.allocations = sum.allocations.wrapping_add(self.allocations.load(Relaxed));
        sum.bytes = sum.bytes.wrapping_add(self.net.load(Relaxed));
    }
}

#[inline(always)]
fn add(count: &AtomicU64) {
    count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
}

/// The rows of one thread, or those that threads share.
#[derive(Debug)]
pub(in crate::raw::global) struct Rows {
    rows: [Row; ROWS],
    /// The rows, for models: they are complete before anybody sees them (H2).
    pub(super) made: Witness,
}

impl Rows {
    const_unless_loom! {
        pub(in crate::raw::global) fn new() -> Self {
            Self { rows: each!(Row::new(); ROWS), made: Witness::new() }
        }
    }

    /// The row with this number.
    #[inline(always)]
    pub(super) fn row(&self, row: u32) -> &Row {
        &self.rows[row as usize % ROWS]
    }
}

/// What lives of a tag over all threads, as far as they told, and the most of it.
#[derive(Debug)]
pub(super) struct Total {
    bytes: AtomicUsize,
    peak: AtomicUsize,
}

impl Total {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self { bytes: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
        }
    }

    fn change(&self, by: usize) {
        let now = self.bytes.fetch_add(by, Relaxed).wrapping_add(by);
        // Less than nothing: what one thread freed before the other told that it made it.
        if now <= isize::MAX.unsigned_abs() {
            self.saw(now);
        }
    }

    /// Notes that so many bytes lived at once. Returns the most that ever did.
    pub(super) fn saw(&self, bytes: usize) -> usize {
        let peak = self.peak.load(Relaxed);
        if bytes <= peak { peak } else { self.peak.fetch_max(bytes, Relaxed).max(bytes) }
    }
}

/// An array of what `make` is, in a constant, except under loom.
macro_rules! each {
    ($make:expr; $count:expr) => {{
        #[cfg(not(framealloc_loom))]
        let all = [const { $make }; $count];
        #[cfg(framealloc_loom)]
        let all = core::array::from_fn(|_| $make);
        all
    }};
}
pub(super) use each;
