//! What a thread remembers: which arena it used last, who it is, and whether it is going away.
//!
//! No user code runs here and nothing here is ever borrowed across user code. All but the sentinel are constant and
//! have no destructor, so that they work until the last instruction of the thread.

use core::cell::{Cell, RefCell};
use core::sync::atomic::AtomicU64;
use std::sync::Arc;

use super::frame::Frame;
use crate::sync::{AtomicBool, Relaxed, thread_locals};

/// Number of remembered arenas beyond the one used last; a power of two.
const WARM: usize = 8;

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
    static TOKEN: Cell<u64> = Cell::new(0);
    /// Set by the sentinel: nothing may be remembered any more, since the heaps may be given to other threads.
    static DEAD: Cell<bool> = Cell::new(false);
    static SENTINEL: Sentinel = Sentinel { heaps: RefCell::new(Vec::new()) };
}

/// Marks the heaps of a thread as retired when the thread ends.
///
/// It writes only flags that it owns a share of (I4): the heaps themselves may be gone with their allocator.
struct Sentinel {
    heaps: RefCell<Vec<Arc<AtomicBool>>>,
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        // These have no destructor, so they are always there; but loom's thread-locals end all at once.
        let _ = DEAD.try_with(|dead| dead.set(true));
        let _ = HOT.try_with(|slot| slot.set(0, core::ptr::null()));
        let _ = WARM_SLOTS.try_with(|slots| slots.iter().for_each(|slot| slot.set(0, core::ptr::null())));
        for retired in self.heaps.get_mut() {
            // Relaxed: the flag hands nothing over. Whoever turns the frame has the allocator exclusively, so every use that
            // this thread made of the heap is ordered before, by what ended its borrow (I2).
            retired.store(true, Relaxed);
        }
    }
}

/// Returns this thread's number: never 0 and never used again.
pub(crate) fn token() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    TOKEN.with(|token| {
        if token.get() == 0 {
            token.set(NEXT.fetch_add(1, Relaxed));
        }
        token.get()
    })
}

/// Returns the arena that the handle with `key` used last on this thread, if it was the last of all.
#[inline(always)]
pub(crate) fn hot(key: u64) -> Option<*const Frame> {
    HOT.with(|slot| if slot.key.get() == key { Some(slot.frame.get()) } else { None })
}

/// Looks further back than [`hot`], and makes what it finds hot.
pub(crate) fn warm(key: u64) -> Option<*const Frame> {
    WARM_SLOTS.with(|slots| {
        let slot = &slots[warm_index(key)];
        (slot.key.get() == key).then(|| {
            let frame = slot.frame.get();
            HOT.with(|hot| hot.set(key, frame));
            frame
        })
    })
}

fn is_dead() -> bool {
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
    ((key ^ (key >> super::registry::TAG_BITS)) % WARM as u64) as usize
}

/// Has `retired` set when this thread ends; at once if it is already ending.
pub(crate) fn retire_at_exit(retired: &Arc<AtomicBool>) {
    let registered = !is_dead()
        && SENTINEL
            .try_with(|sentinel| {
                let mut heaps = sentinel.heaps.borrow_mut();
                // Flags that only we still hold belong to allocators that are gone.
                heaps.retain(|flag| Arc::strong_count(flag) > 1);
                heaps.push(Arc::clone(retired));
            })
            .is_ok();
    if !registered {
        DEAD.with(|dead| dead.set(true));
        retired.store(true, Relaxed);
    }
}
