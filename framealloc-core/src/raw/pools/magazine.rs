//! Magazines: arrays of free slots that threads and depots exchange whole.
//!
//! A magazine is known by the address of its newest slot, its *position*; its count is in the low bits of that address.
//! Sentinel words stop the hot paths at both ends, so that they need no count, no limit and no "is there one?" branch.

use core::ptr::{self, NonNull};
use std::alloc::{Layout, alloc, dealloc};

use super::slab::Slot;
use crate::sync::{AtomicPtr, Relaxed, Witness};

/// Slots that a full magazine holds. Two under loom, so that models reach every exchange.
pub(crate) const CAPACITY: usize = if cfg!(framealloc_loom) { 2 } else { 62 };

/// A word of a magazine: a slot, or one of the sentinels.
pub(crate) type Word = *mut u8;

/// The address of the word above the last slot: it stops a push.
const TOP: usize = 1;

#[repr(C)]
#[cfg_attr(not(framealloc_loom), repr(align(512)))]
#[cfg_attr(framealloc_loom, repr(align(32)))]
struct Words([Word; CAPACITY + 2]);

const BYTES: usize = align_of::<Words>();

// SAFETY: only the static below is shared between threads, and nobody writes to it (P3).
unsafe impl Sync for Words {}

impl Words {
    /// Null throughout, but for the word at `top`.
    const fn new(top: usize) -> Self {
        let mut words = [ptr::null_mut(); CAPACITY + 2];
        words[top] = ptr::without_provenance_mut(TOP);
        Self(words)
    }
}

#[repr(C)]
struct Body {
    words: Words,
    witness: Witness,
}

/// The magazine that is both empty and full: what a thread has before it has one (P3).
static NONE: Words = Words::new(1);

/// The position of [`NONE`].
pub(crate) const NO_MAGAZINE: *mut Word = (&raw const NONE).cast_mut().cast();

/// Slots in the magazine at a position.
#[inline]
pub(crate) fn count(position: *mut Word) -> usize {
    (position.addr() & (BYTES - 1)) / size_of::<Word>()
}

/// Tells loom that the magazine at `position` is changed.
#[inline(always)]
fn witness(position: *mut Word) {
    if cfg!(framealloc_loom) && position != NO_MAGAZINE {
        #[expect(clippy::cast_ptr_alignment, reason = "the mask makes it a multiple of the alignment")]
        let body = position.map_addr(|address| address & !(BYTES - 1)).cast::<Body>();
        // SAFETY: every position but `NO_MAGAZINE` points into a live body (P2).
        unsafe { (*body).witness.exclusive() };
    }
}

/// The newest slot at `position` and the position below it; `None` if the magazine is empty.
///
/// # Safety
/// `position` must belong to the calling thread (P2).
#[inline(always)]
unsafe fn taken(position: *mut Word) -> Option<(NonNull<u8>, *mut Word)> {
    // SAFETY: positions point at words of a live magazine or of the dummy (P2, P3).
    let slot = NonNull::new(unsafe { position.read() })?;
    witness(position);
    // SAFETY: the word is a slot, so it is not the bottom one (P3).
    Some((slot, unsafe { position.sub(1) }))
}

/// Writes `slot` above `position` and returns the new position; `None` if the magazine is full.
///
/// # Safety
/// As for [`taken`].
#[inline(always)]
unsafe fn put(position: *mut Word, slot: NonNull<u8>) -> Option<*mut Word> {
    // SAFETY: a position is never the top word (P3), so there is one above it.
    let above = unsafe { position.add(1) };
    // SAFETY: every word of a magazine is initialised (P3).
    if unsafe { above.read() }.addr() == TOP {
        return None;
    }
    witness(above);
    // SAFETY: the word is no sentinel, so it belongs to a magazine of this thread and not to the dummy (P3).
    unsafe { above.write(slot.as_ptr()) };
    Some(above)
}

/// Takes the newest slot of the magazine in `current`.
///
/// # Safety
/// `current` must hold a position that belongs to the calling thread (P2, P5).
#[inline(always)]
pub(crate) unsafe fn pop(current: &AtomicPtr<Word>) -> Option<NonNull<u8>> {
    // SAFETY: passed on.
    let (slot, below) = unsafe { taken(current.load(Relaxed)) }?;
    current.store(below, Relaxed);
    Some(slot)
}

/// Puts a slot on the magazine in `current`; `false` if it is full.
///
/// # Safety
/// As for [`pop`]; if this returns `true`, the slot belongs to the magazine (P1).
#[inline(always)]
pub(crate) unsafe fn push(current: &AtomicPtr<Word>, slot: NonNull<u8>) -> bool {
    // SAFETY: passed on.
    let Some(above) = (unsafe { put(current.load(Relaxed), slot) }) else { return false };
    current.store(above, Relaxed);
    true
}

/// A magazine that nobody else has (P2), or [`Magazine::none`].
///
/// Not freed on drop: magazines go from place to place, and only [`Magazine::free`] ends one.
#[derive(Debug)]
pub(crate) struct Magazine(NonNull<Word>);

// SAFETY: a magazine and its slots are tied to no thread.
unsafe impl Send for Magazine {}

impl Magazine {
    /// Bytes of one.
    pub(super) const BYTES: usize = size_of::<Body>();

    /// The place of a magazine where there is none: it can neither give nor take a slot.
    pub(crate) const fn none() -> Self {
        match NonNull::new(NO_MAGAZINE) {
            Some(position) => Self(position),
            None => panic!("a static is not at address 0"),
        }
    }

    /// A new, empty magazine.
    pub(crate) fn make() -> Option<Self> {
        // SAFETY: a body is not of size zero.
        let body = unsafe { alloc(Layout::new::<Body>()) };
        let body = NonNull::new(body)?.cast::<Body>();
        // SAFETY: the memory is new and fits. Every word is written: a push reads the word above the position (P3).
        unsafe { body.write(Body { words: Words::new(CAPACITY + 1), witness: Witness::new() }) };
        Some(Self(body.cast()))
    }

    /// Takes charge of the magazine at `position`.
    ///
    /// # Safety
    /// `position` must belong to the caller, who gives it up (P2).
    pub(crate) unsafe fn from_position(position: *mut Word) -> Self {
        // SAFETY: positions are addresses inside of live magazines, never null.
        Self(unsafe { NonNull::new_unchecked(position) })
    }

    pub(crate) fn into_position(self) -> *mut Word {
        self.0.as_ptr()
    }

    pub(crate) fn is_none(&self) -> bool {
        ptr::eq(self.0.as_ptr(), NO_MAGAZINE)
    }

    pub(crate) fn count(&self) -> usize {
        count(self.0.as_ptr())
    }

    pub(crate) fn is_full(&self) -> bool {
        self.count() == CAPACITY
    }

    /// Takes the newest slot.
    pub(crate) fn pop(&mut self) -> Option<Slot> {
        // SAFETY: the magazine is ours (P2).
        let (slot, below) = unsafe { taken(self.0.as_ptr()) }?;
        // SAFETY: positions are never null.
        self.0 = unsafe { NonNull::new_unchecked(below) };
        // SAFETY: what stands in a magazine is a free slot (P1), and it left the magazine.
        Some(unsafe { Slot::from_pointer(slot) })
    }

    /// Adds a slot, or gives it back if there is no room.
    pub(crate) fn push(&mut self, slot: Slot) -> Result<(), Slot> {
        // SAFETY: the magazine is ours (P2).
        let Some(above) = (unsafe { put(self.0.as_ptr(), slot.as_pointer()) }) else { return Err(slot) };
        // SAFETY: positions are never null.
        self.0 = unsafe { NonNull::new_unchecked(above) };
        Ok(())
    }

    /// Calls `visit` with every slot.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&Slot)) {
        witness(self.0.as_ptr());
        let mut word = self.0;
        for _ in 0..self.count() {
            // SAFETY: as many words below the position as the count says are slots (P3).
            let slot = unsafe { word.read() };
            // SAFETY: a slot is never null.
            let slot = unsafe { NonNull::new_unchecked(slot) };
            // SAFETY: the slot is free and ours; it is only lent to `visit`.
            visit(&unsafe { Slot::from_pointer(slot) });
            // SAFETY: below a slot there is another word (P3).
            word = unsafe { word.sub(1) };
        }
    }

    /// Keeps only the slots that `keep` wants; the others are forgotten.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Slot) -> bool) {
        let mut kept = [const { None }; CAPACITY];
        let mut count = 0;
        while let Some(slot) = self.pop() {
            if keep(&slot) {
                kept[count] = Some(slot);
                count += 1;
            }
        }
        for slot in kept.into_iter().flatten() {
            self.push(slot).expect("there is room for what was taken out");
        }
    }

    /// Gives the memory of an empty magazine back.
    pub(crate) fn free(self) {
        debug_assert!(self.count() == 0, "slots would be lost");
        if !self.is_none() {
            // SAFETY: the magazine is empty, so the position is the start of the body that `make` took with this layout.
            unsafe { dealloc(self.0.as_ptr().cast(), Layout::new::<Body>()) };
        }
    }
}
