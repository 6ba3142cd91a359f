//! What is told of a depot without its lock.
//!
//! Who holds the lock raises the version before and after: an odd one says that something is being exchanged. A reader takes
//! figures for true if the version was even and still is the same after it has read them and, between, the positions of
//! the threads. So no slot is on its way from a magazine to the depot, or is counted in both (P15).

use core::ops::{Deref, DerefMut};
use core::sync::atomic::AtomicUsize as Unseen;

use super::depot::Depot;
use crate::sync::{Acquire, AtomicUsize, MutexGuard, Relaxed, Release, const_unless_loom, fence};

/// The figures of a depot at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Slots outside of the depot: live, or in the magazines of threads.
    pub(crate) outside: usize,
    /// The most of those there ever were.
    pub(crate) high: usize,
    pub(crate) slabs: usize,
    pub(crate) magazines: usize,
}

impl Figures {
    pub(crate) fn of(depot: &Depot) -> Self {
        Self { outside: depot.outside(), high: depot.high(), slabs: depot.slabs(), magazines: depot.magazines() }
    }
}

#[derive(Debug)]
pub(super) struct DepotFigures {
    version: AtomicUsize,
    outside: AtomicUsize,
    // Models do not see these, or they would not come to an end: the two above are what positions are compared with.
    high: Unseen,
    slabs: Unseen,
    magazines: Unseen,
}

impl DepotFigures {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self {
                version: AtomicUsize::new(0),
                outside: AtomicUsize::new(0),
                high: Unseen::new(0),
                slabs: Unseen::new(0),
                magazines: Unseen::new(0),
            }
        }
    }

    /// Called by who holds the lock, before anything changes.
    fn begin(&self) {
        // Only who holds the lock writes it.
        self.version.store(self.version.load(Relaxed).wrapping_add(1), Relaxed);
        // Whoever reads what is written from here on, positions too, finds that version or a later one.
        fence(Release);
    }

    /// Called by who holds the lock, when nothing changes any more.
    fn end(&self, figures: Figures) {
        self.outside.store(figures.outside, Relaxed);
        self.high.store(figures.high, Relaxed);
        self.slabs.store(figures.slabs, Relaxed);
        self.magazines.store(figures.magazines, Relaxed);
        self.version.store(self.version.load(Relaxed).wrapping_add(1), Release);
    }

    /// The figures, and what `also` reads; `None` if something was exchanged meanwhile.
    pub(super) fn try_read<R>(&self, also: impl FnOnce() -> R) -> Option<(Figures, R)> {
        let before = self.version.load(Acquire);
        if before % 2 == 1 {
            return None;
        }
        let figures = Figures {
            outside: self.outside.load(Relaxed),
            high: self.high.load(Relaxed),
            slabs: self.slabs.load(Relaxed),
            magazines: self.magazines.load(Relaxed),
        };
        let other = also();
        fence(Acquire);
        (self.version.load(Relaxed) == before).then_some((figures, other))
    }
}

/// A locked depot. What readers are told follows when it is dropped.
#[derive(Debug)]
pub(crate) struct OpenDepot<'a> {
    figures: &'a DepotFigures,
    depot: MutexGuard<'a, Depot>,
}

impl<'a> OpenDepot<'a> {
    pub(super) fn new(figures: &'a DepotFigures, depot: MutexGuard<'a, Depot>) -> Self {
        figures.begin();
        Self { figures, depot }
    }
}

impl Deref for OpenDepot<'_> {
    type Target = Depot;

    fn deref(&self) -> &Depot {
        &self.depot
    }
}

impl DerefMut for OpenDepot<'_> {
    fn deref_mut(&mut self) -> &mut Depot {
        &mut self.depot
    }
}

impl Drop for OpenDepot<'_> {
    fn drop(&mut self) {
        // Before the lock, which goes with the fields.
        self.figures.end(Figures::of(&self.depot));
    }
}
