//! Values that wait to be dropped elsewhere: each thread adds to a lane of its own, without a lock and without an exchange
//! (P14, P16).

mod chunk;
mod lane;
mod thread;

use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicU64;

pub(crate) use chunk::Retired;
use chunk::fits;
use lane::Lane;

use super::boxes::{PoolBox, PoolSlot};
use super::refusals::out_of_memory;
use super::request::PoolRequest;
use crate::closed::{self, Owner};
use crate::error::{AllocError, Grower};
use crate::raw::global::zone::HeapZone;
use crate::raw::mem::region::{self, Source};
use crate::sync::{Acquire, AtomicPtr, Mutex, Relaxed, Release};

/// What waits, a lane for each thread.
pub(crate) struct RetiredList {
    /// Never used again: lanes that a thread still has of a list that is gone are then never taken for another one's.
    number: u64,
    /// The newest first. It only grows.
    lanes: AtomicPtr<Lane>,
    /// Of those who take out; the lock is not held while a value drops, and who adds does not take it.
    turn: Mutex<Turn>,
}

/// Whose values are taken out, and how many before it is another one's turn.
struct Turn {
    lane: *const Lane,
    left: usize,
}

// SAFETY: values in the list are `Send`: any thread may add and any thread may drop them, each of which one has (P14).
unsafe impl Send for RetiredList {}
// SAFETY: what threads do with it at once is atomic, under the lock or in a lane of their own; no value is shown to anybody (P14,
// P16).
unsafe impl Sync for RetiredList {}

impl RetiredList {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            number: NEXT.fetch_add(1, Relaxed),
            lanes: AtomicPtr::new(ptr::null_mut()),
            turn: Mutex::new(Turn { lane: ptr::null(), left: 0 }),
        }
    }

    /// Adds a value. Where memory for it is refused, it comes back.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn add<T: Send + 'static>(&self, value: T) -> Result<(), (T, AllocError)> {
        if const { fits::<T>() } {
            // SAFETY: it fits.
            return unsafe { self.add_fitting(value) };
        }
        let slot = match PoolSlot::<T>::find(PoolRequest::UNTRACKED) {
            Ok(slot) => slot,
            Err(error) => return Err((value, error)),
        };
        // SAFETY: a pointer fits.
        let added = unsafe { self.add_fitting(slot.write(value)) };
        added.map_err(|(value, error)| (PoolBox::into_inner(value), error))
    }

    /// # Safety
    /// Values of the type [fit](fits).
    #[inline(always)]
    unsafe fn add_fitting<T: Send + 'static>(&self, value: T) -> Result<(), (T, AllocError)> {
        match thread::hot(self.number) {
            // SAFETY: the thread has the lane (P16), and the value fits by the contract.
            Some(lane) => unsafe { lane.as_ref().add(value) }.map_err(refused),
            // SAFETY: passed on.
            None => unsafe { self.add_slow(value) },
        }
    }

    /// # Safety
    /// As for [`Self::add_fitting`].
    #[cold]
    #[inline(never)]
    unsafe fn add_slow<T: Send + 'static>(&self, value: T) -> Result<(), (T, AllocError)> {
        if let Some(lane) = thread::known(self.number) {
            // SAFETY: the thread has the lane (P16), and the value fits by the contract.
            return unsafe { lane.as_ref().add(value) }.map_err(refused);
        }
        let Some(lane) = self.claim() else { return Err(refused(value)) };
        let is_kept = thread::keep(self.number, lane);
        // SAFETY: the thread has the lane (P16), and the value fits by the contract.
        let added = unsafe { lane.as_ref().add(value) }.map_err(refused);
        if !is_kept {
            // SAFETY: the thread has it, and nobody has kept it (P16).
            unsafe { Lane::leave(lane) };
        }
        added
    }

    /// A lane that no thread has, from here on the caller's, or a new one.
    #[inline(never)]
    fn claim(&self) -> Option<NonNull<Lane>> {
        if let Some(lane) = self.lanes().find(|lane| lane.claim()) {
            return Some(NonNull::from(lane));
        }
        let _growth = HeapZone::growth();
        let lane = Lane::make()?;
        closed::table_grows(Owner::Process, "lists of retired values", size_of::<Lane>());
        let mut first = self.lanes.load(Relaxed);
        loop {
            // SAFETY: it is nobody else's before the exchange.
            unsafe { (*lane.as_ptr()).next = first };
            // Each exchange goes on from the one before, so who loads the first lane sees what all were made with.
            match self.lanes.compare_exchange_weak(first, lane.as_ptr(), Release, Relaxed) {
                Ok(_) => return Some(lane),
                Err(now) => first = now,
            }
        }
    }

    /// All lanes, the newest first.
    fn lanes(&self) -> impl Iterator<Item = &Lane> {
        // SAFETY: lanes live as long as their list, and their `next` does not change (P16).
        let first = unsafe { self.lanes.load(Acquire).as_ref() };
        // SAFETY: likewise.
        core::iter::successors(first, |lane| unsafe { lane.next.as_ref() })
    }

    /// Looks at what was added. Returns how many values wait.
    pub(crate) fn collect(&self) -> usize {
        let _turn = self.turn.lock();
        // SAFETY: the lock is held.
        self.lanes().map(|lane| unsafe { lane.look() }).sum()
    }

    /// Takes out one of those that [`collect`](Self::collect) saw: the oldest of the lane whose turn it is.
    pub(crate) fn take(&self) -> Option<Retired> {
        let mut turn = self.turn.lock();
        if turn.left == 0 {
            self.pass_on(&mut turn)?;
        }
        turn.left -= 1;
        // SAFETY: lanes live as long as their list (P16); the lock is held, and so many values wait in this one.
        Some(unsafe { (*turn.lane).take() })
    }

    /// Gives the turn to the next lane where values wait, for as many as wait now: no lane waits for those that another gets
    /// meanwhile.
    fn pass_on(&self, turn: &mut Turn) -> Option<()> {
        // SAFETY: lanes live as long as their list, and their `next` does not change (P16).
        let after = unsafe { turn.lane.as_ref().and_then(|lane| lane.next.as_ref()) };
        // SAFETY: likewise.
        let after = core::iter::successors(after, |lane| unsafe { lane.next.as_ref() });
        // SAFETY: the lock is held.
        let waits = after.chain(self.lanes()).map(|lane| (lane, unsafe { lane.waiting() })).find(|(_, left)| *left > 0);
        let (lane, left) = waits?;
        *turn = Turn { lane, left };
        Some(())
    }

    /// How many were collected and not taken out.
    pub(crate) fn waiting(&self) -> usize {
        let _turn = self.turn.lock();
        // SAFETY: the lock is held.
        self.lanes().map(|lane| unsafe { lane.waiting() }).sum()
    }
}

impl Drop for RetiredList {
    fn drop(&mut self) {
        let mut next = self.lanes.load(Acquire);
        while let Some(lane) = NonNull::new(next) {
            // SAFETY: the list is ours alone, so no thread adds to it; it leaves each lane once (P16).
            unsafe {
                next = lane.as_ref().next;
                lane.as_ref().close();
                Lane::leave(lane);
            }
        }
    }
}

#[cold]
fn refused<T>(value: T) -> (T, AllocError) {
    (value, refusal())
}

/// What is noted and looked at for it is no doing of who retires.
#[cold]
#[inline(never)]
fn refusal() -> AllocError {
    let _growth = HeapZone::growth();
    let bytes = size_of::<chunk::Chunk>();
    if Source::PROCESS.is_sealed() {
        closed::refuse(Owner::Process, Grower::Retired, bytes, region::left(), None)
    } else {
        out_of_memory(bytes)
    }
}
