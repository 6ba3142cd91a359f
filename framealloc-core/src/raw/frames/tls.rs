//! What a thread remembers: which arena it used last, and whether it is going away.
//!
//! No user code runs here and nothing here is ever borrowed across user code. All but the sentinel are constant and
//! have no destructor, so that they work until the last instruction of the thread.

use core::cell::{Cell, RefCell};
use std::sync::Arc;

use super::claim::Claim;
use super::frame::Frame;
use super::living::Living;
use crate::sync::thread_locals;
use crate::tag::{LIMIT, TAG_BITS};

/// Number of remembered arenas beyond the one used last; a power of two.
const WARM: usize = 8;

/// A key with this bit was looked up for a scope: its arena set need not be lent (I22). Tags have no index so high.
pub(crate) const SCOPES: u64 = 1 << 19;
const _: () = assert!(LIMIT as u64 <= SCOPES && SCOPES < 1 << TAG_BITS);

/// The whole-frame arena of one handle on this thread. Key 0 belongs to no handle.
struct Slot {
    key: Cell<u64>,
    frame: Cell<*const Frame>,
}

impl Slot {
    const fn new() -> Self {
        Self { key: Cell::new(0), frame: Cell::new(core::ptr::null()) }
    }

    fn set(&self, key: u64, frame: *const Frame) {
        self.key.set(key);
        self.frame.set(frame);
    }
}

thread_locals! {
    static HOT: Slot = Slot::new();
    static WARM_SLOTS: [Slot; WARM] = [const { Slot::new() }; WARM];
    /// Set by the sentinel: nothing may be remembered any more, since the arena sets may be given to other threads.
    static DEAD: Cell<bool> = Cell::new(false);
    static SENTINEL: Sentinel = Sentinel { claims: RefCell::new(Living::new()) };
}

/// Marks the claims of a thread on arena sets as over when the thread ends.
///
/// It writes only claims that it owns a share of (I4): the arena sets themselves may be gone with their allocator.
struct Sentinel {
    claims: RefCell<Living<Arc<Claim>>>,
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        // These have no destructor, so they are always there; but loom's thread-locals end all at once.
        let _ = DEAD.try_with(|dead| dead.set(true));
        let _ = HOT.try_with(|slot| slot.set(0, core::ptr::null()));
        let _ = WARM_SLOTS.try_with(|slots| slots.iter().for_each(|slot| slot.set(0, core::ptr::null())));
        self.claims.get_mut().iter().for_each(|claim| claim.end());
    }
}

/// Returns the arena that the handle with `key` used last on this thread, if it was the last of all.
#[inline(always)]
pub(crate) fn hot(key: u64) -> Option<*const Frame> {
    HOT.with(|slot| if slot.key.get() == key { Some(slot.frame.get()) } else { None })
}

/// As [`hot`], for a scope: whether the arena set is lent does not matter.
#[inline(always)]
pub(crate) fn hot_for_scope(key: u64) -> Option<*const Frame> {
    HOT.with(|slot| if slot.key.get() & !SCOPES == key { Some(slot.frame.get()) } else { None })
}

/// Looks further back than [`hot`], and makes what it finds hot.
pub(crate) fn warm(key: u64) -> Option<*const Frame> {
    warm_where(key, |known| known == key)
}

/// Looks further back than [`hot_for_scope`], and makes what it finds hot.
pub(crate) fn warm_for_scope(key: u64) -> Option<*const Frame> {
    warm_where(key, |known| known & !SCOPES == key)
}

fn warm_where(key: u64, is_wanted: impl FnOnce(u64) -> bool) -> Option<*const Frame> {
    WARM_SLOTS.with(|slots| {
        let slot = &slots[warm_index(key)];
        is_wanted(slot.key.get()).then(|| {
            let frame = slot.frame.get();
            HOT.with(|hot| hot.set(slot.key.get(), frame));
            frame
        })
    })
}

/// Whether the sentinel has been here, or never will be.
pub(crate) fn is_dead() -> bool {
    DEAD.with(Cell::get)
}

/// Remembers an arena, unless the thread is going away.
pub(crate) fn remember(key: u64, frame: *const Frame) {
    if !is_dead() {
        HOT.with(|slot| slot.set(key, frame));
        WARM_SLOTS.with(|slots| slots[warm_index(key)].set(key, frame));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the remainder is below WARM")]
fn warm_index(key: u64) -> usize {
    // The allocator's number is above the tag's: both take part.
    ((key ^ (key >> TAG_BITS)) % WARM as u64) as usize
}

/// Has the claim ended when this thread ends; at once if it is already ending. Returns whether it will be, later.
pub(super) fn end_at_exit(claim: &Arc<Claim>) -> bool {
    let registered = !is_dead()
        && SENTINEL
            .try_with(|sentinel| {
                // Those that only we still hold belong to allocators that are gone.
                sentinel.claims.borrow_mut().push(Arc::clone(claim), |claim| Arc::strong_count(claim) > 1);
            })
            .is_ok();
    if !registered {
        DEAD.with(|dead| dead.set(true));
        claim.end();
    }
    registered
}
