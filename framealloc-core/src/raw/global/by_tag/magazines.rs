//! Small blocks that a thread has freed and keeps for its next requests of their size: what attributing a block takes is won
//! back by not asking the allocator inside for each.
//!
//! A magazine is a short stack, as in J. Bonwick and J. Adams, *Magazines and Vmem* (USENIX 2001), without the depot behind it:
//! an empty one asks the allocator inside, a full one gives back to it.
//!
//! - **H4** A block in a magazine is nobody's. The allocator inside of the one that the rows were made for gave it for [`header::whole`](super::header::whole) of each
//!   layout of its class, which is the same. Only the thread that the rows are of (H2) puts blocks in and takes them out. How
//!   many there are it stores with release and reads with acquire: what a thread that had these rows before did with the blocks
//!   lies before what it does, whether or not anybody waited for the end of that one.

use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicUsize as InConstants;

use crate::sync::{Acquire, AtomicPtr, AtomicUsize, Relaxed, Release, Witness, const_unless_loom, each};

/// Sizes of a class, in bytes.
const STEP: usize = 16;

/// Blocks of so many bytes are kept, at most.
pub(in crate::raw::global) const KEPT: usize = if cfg!(framealloc_loom) { STEP } else { 256 };

/// Blocks of a class that are kept: with their number they fill two lines of the cache.
const DEPTH: usize = if cfg!(framealloc_loom) { 1 } else { 15 };

/// Whether blocks are kept. Where memory is poisoned each goes back at once, so that who touches it is found.
pub(in crate::raw::global) const KEEPS: bool = !cfg!(any(framealloc_asan, feature = "debug"));

/// Bytes that a block with a header and of an alignment of no more than its own has for the caller: those of the largest one of
/// its class.
#[inline(always)]
pub(in crate::raw::global) const fn rounded(bytes: usize) -> usize {
    if KEEPS && bytes <= KEPT { (bytes + (STEP - 1)) & !(STEP - 1) } else { bytes }
}

/// The number of an allocator that keeps blocks, which it has wherever it lies: another one may come to lie there, and must not
/// serve, or give to what is inside of it, what this one kept (H4).
///
/// No atomic of models, as allocators are made in constants: nobody waits for it.
#[derive(Debug, Default)]
pub(in crate::raw::global) struct Keeper(InConstants);

/// The number of rows whose allocator got none.
const NOBODY: usize = usize::MAX;

impl Keeper {
    pub(in crate::raw::global) const fn new() -> Self {
        Self(InConstants::new(0))
    }

    /// The number; 0 until it was asked to [number](Self::numbered) itself, which no rows have.
    #[inline(always)]
    pub(in crate::raw::global) fn number(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// The number, which is another one for each allocator.
    pub(super) fn numbered(&self) -> usize {
        static LAST: InConstants = InConstants::new(0);
        let known = self.number();
        if known != 0 {
            return known;
        }
        let next = |last: usize| last.checked_add(1).filter(|next| *next != NOBODY);
        let Ok(last) = LAST.fetch_update(Relaxed, Relaxed, next) else { return NOBODY };
        match self.0.compare_exchange(0, last + 1, Relaxed, Relaxed) {
            Ok(_) => last + 1,
            // Another thread was faster.
            Err(known) => known,
        }
    }
}

/// The blocks of one class.
#[derive(Debug)]
struct Magazine {
    count: AtomicUsize,
    blocks: [AtomicPtr<u8>; DEPTH],
    /// The blocks, for models: who puts them in or takes them out has them alone (H4).
    held: Witness,
}

/// The blocks that one thread keeps.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Magazines([Magazine; KEPT / STEP]);

/// A block that lies in a magazine until it is [taken](Self::take).
pub(super) struct Next<'a> {
    magazine: &'a Magazine,
    left: usize,
}

/// Room for a block in a magazine.
pub(super) struct Place<'a> {
    magazine: &'a Magazine,
    count: usize,
}

impl Magazines {
    const_unless_loom! {
        pub(super) fn new() -> Self {
            Self(each!(Magazine::new(); KEPT / STEP))
        }
    }

    /// The magazine for blocks of so many bytes, at least 1. `None` if they are too large.
    #[inline(always)]
    fn of(&self, bytes: usize) -> Option<&Magazine> {
        self.0.get(bytes.wrapping_sub(1) / STEP)
    }

    /// A block for so many bytes, if there is one.
    #[inline(always)]
    pub(super) fn next(&self, bytes: usize) -> Option<Next<'_>> {
        let magazine = self.of(bytes)?;
        let left = magazine.count.load(Acquire).checked_sub(1)?;
        Some(Next { magazine, left })
    }

    /// Room for a block of so many bytes, if there is any.
    #[inline(always)]
    pub(super) fn place(&self, bytes: usize) -> Option<Place<'_>> {
        let magazine = self.of(bytes)?;
        let count = magazine.count.load(Acquire);
        (count < DEPTH).then_some(Place { magazine, count })
    }
}

impl Magazine {
    const_unless_loom! {
        fn new() -> Self {
            Self { count: AtomicUsize::new(0), blocks: each!(AtomicPtr::new(ptr::null_mut()); DEPTH), held: Witness::new() }
        }
    }
}

impl Next<'_> {
    /// What the allocator inside gave, which is the caller's now.
    #[inline(always)]
    pub(super) fn take(self) -> Option<NonNull<u8>> {
        let block = self.magazine.blocks.get(self.left)?.load(Relaxed);
        self.magazine.held.exclusive();
        self.magazine.count.store(self.left, Release);
        NonNull::new(block)
    }
}

impl Place<'_> {
    /// Keeps what the allocator inside gave, which is the caller's no more.
    #[inline(always)]
    pub(super) fn put(self, start: NonNull<u8>) {
        if let Some(place) = self.magazine.blocks.get(self.count) {
            place.store(start.as_ptr(), Relaxed);
            self.magazine.held.exclusive();
            self.magazine.count.store(self.count + 1, Release);
        }
    }
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use super::Keeper;

    #[test]
    fn each_allocator_has_a_number_of_its_own_once_it_is_asked_for_one() {
        let keepers = [Keeper::new(), Keeper::new(), Keeper::new()];
        assert!(keepers.iter().all(|keeper| keeper.number() == 0));
        let numbers: std::collections::BTreeSet<usize> = keepers.iter().map(Keeper::numbered).collect();
        assert!(numbers.len() == keepers.len() && !numbers.contains(&0), "{numbers:?}");
        assert!(
            keepers.iter().all(|keeper| numbers.contains(&keeper.number()) && keeper.numbered() == keeper.number())
        );
    }
}
