//! The lanes that a thread has, one for each list that it adds to.

use core::cell::{Cell, RefCell};
use core::ptr::{self, NonNull};

use super::lane::Lane;
use crate::closed::{self, Owner};
use crate::raw::global::zone::HeapZone;
use crate::sync::thread_locals;

thread_locals! {
    /// The list that this thread added to last, by its number, and its lane of that.
    static HOT: Cell<(u64, *const Lane)> = Cell::new((0, ptr::null()));
    static LANES: Lanes = Lanes(RefCell::new(Vec::new()));
}

/// The lanes of this thread, with the numbers of their lists.
struct Lanes(RefCell<Vec<(u64, NonNull<Lane>)>>);

impl Drop for Lanes {
    fn drop(&mut self) {
        // What is dropped after this finds no lane of the thread, and has one for as long as it adds.
        let _gone = HOT.try_with(|hot| hot.set((0, ptr::null())));
        for (_, lane) in self.0.get_mut().drain(..) {
            // SAFETY: the thread has it, and forgets it here (P16).
            unsafe { Lane::leave(lane) };
        }
    }
}

/// The lane that this thread has of the list with this number, if it is the one that was used last.
#[inline(always)]
pub(super) fn hot(list: u64) -> Option<NonNull<Lane>> {
    let (known, lane) = HOT.try_with(Cell::get).unwrap_or((0, ptr::null()));
    if known == list { NonNull::new(lane.cast_mut()) } else { None }
}

/// The lane that this thread has of the list with this number.
///
/// The first time, the thread hears of what it is to do at its end, which takes memory.
#[inline(never)]
pub(super) fn known(list: u64) -> Option<NonNull<Lane>> {
    let _growth = HeapZone::growth();
    let find = |lanes: &Lanes| {
        let lanes = lanes.0.try_borrow().ok()?;
        lanes.iter().find(|(known, _)| *known == list).map(|(_, lane)| *lane)
    };
    let lane = LANES.try_with(find).ok()??;
    remember(list, lane);
    Some(lane)
}

fn remember(list: u64, lane: NonNull<Lane>) {
    let _gone = HOT.try_with(|hot| hot.set((list, lane.as_ptr())));
}

/// Has the thread keep a lane that it has. `false` if it is about to end, or if the global allocator refuses.
#[inline(never)]
pub(super) fn keep(list: u64, lane: NonNull<Lane>) -> bool {
    let _growth = HeapZone::growth();
    let keep = |lanes: &Lanes| {
        // A global allocator that retires may be at it.
        let Ok(mut lanes) = lanes.0.try_borrow_mut() else { return false };
        lanes.retain(|(_, lane)| {
            // SAFETY: the thread has it, so that it lives (P16).
            let is_listed = unsafe { lane.as_ref() }.is_listed();
            if !is_listed {
                // SAFETY: the thread has it, and forgets it here (P16).
                unsafe { Lane::leave(*lane) };
            }
            is_listed
        });
        if lanes.len() == lanes.capacity() {
            closed::table_grows(Owner::Process, "lists of retired values", size_of::<(u64, NonNull<Lane>)>());
        }
        if lanes.try_reserve(1).is_err() {
            return false;
        }
        lanes.push((list, lane));
        true
    };
    let is_kept = LANES.try_with(keep).unwrap_or(false);
    if is_kept {
        remember(list, lane);
    }
    is_kept
}
