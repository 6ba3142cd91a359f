//! Where flights are given back: what an allocator shares with the flights of its frames, which may outlive it.

use core::ptr::NonNull;
use core::time::Duration;
use std::sync::Arc;

use super::flight::FlightInner;
use crate::clock::Instant;
use crate::raw::frames::accounts::Account;
use crate::sync::{AcqRel, Acquire, AtomicPtr, AtomicUsize, Condvar, HAS_THREADS, Mutex, Relaxed, Release};

/// Set in the count of those that came back while somebody waits for more.
const WAITING: usize = 1;
/// One flight in the counts.
const ONE: usize = 2;

/// The counters of an allocator's flights and the list of those that are over.
#[derive(Debug)]
pub(crate) struct Returns {
    /// Bodies that came back and were not taken yet, the last one first; [`gone`] once the allocator is (I27).
    returned: AtomicPtr<FlightInner>,
    /// Twice the flights that ever began. Stored by who holds the allocator exclusively: while it is shared, it stays.
    begun: AtomicUsize,
    /// Twice the flights that ever came back, and [`WAITING`].
    back: AtomicUsize,
    /// What their bytes are charged to.
    account: Option<Arc<Account>>,
    /// How many wait. The lock is taken by who waits, and by who brings a flight back while somebody does.
    waiters: Mutex<usize>,
    fell: Condvar,
}

/// No inner is there: bodies are boxes with a size.
fn gone() -> *mut FlightInner {
    NonNull::dangling().as_ptr()
}

impl Returns {
    pub(in crate::raw::frames) fn new(account: Option<Arc<Account>>) -> Self {
        Self {
            returned: AtomicPtr::new(core::ptr::null_mut()),
            begun: AtomicUsize::new(0),
            back: AtomicUsize::new(0),
            account,
            waiters: Mutex::new(0),
            fell: Condvar::new(),
        }
    }

    /// Flights that have not come back. What their values did in their drops is ordered before a count without them.
    pub(crate) fn held(&self) -> usize {
        self.without(self.back.load(Acquire))
    }

    /// How many have not come back, where these have.
    fn without(&self, back: usize) -> usize {
        self.begun.load(Relaxed).wrapping_sub(back & !WAITING) / ONE
    }

    /// One more flight is under way; for who holds the allocator exclusively.
    pub(super) fn add(&self, bytes: usize) {
        self.begun.store(self.begun.load(Relaxed).wrapping_add(ONE), Relaxed);
        if let Some(account) = &self.account {
            account.carry(bytes);
        }
    }

    /// Takes a flight back whose values are gone, or frees it where the allocator is gone; then it is counted as back and who waits is
    /// woken.
    ///
    /// # Safety
    /// The inner is a box turned into a pointer, and nobody else's (I26).
    pub(super) unsafe fn give_back(&self, inner: NonNull<FlightInner>, bytes: usize) {
        if let Some(account) = &self.account {
            account.give_back(bytes);
        }
        // SAFETY: by the contract.
        unsafe { self.push(inner) };
        // After the push: who sees the count finds the memory.
        if self.back.fetch_add(ONE, AcqRel) & WAITING != 0 {
            self.wake();
        }
    }

    /// # Safety
    /// As for [`Self::give_back`].
    unsafe fn push(&self, inner: NonNull<FlightInner>) {
        let mut first = self.returned.load(Relaxed);
        loop {
            if core::ptr::eq(first, gone()) {
                // SAFETY: by the contract; it is in no list (I27).
                drop(unsafe { Box::from_raw(inner.as_ptr()) });
                return;
            }
            // SAFETY: by the contract: it is nobody else's before the exchange.
            unsafe { (*inner.as_ptr()).next = first };
            match self.returned.compare_exchange_weak(first, inner.as_ptr(), Release, Relaxed) {
                Ok(_) => return,
                Err(now) => first = now,
            }
        }
    }

    #[cold]
    fn wake(&self) {
        // Who waits has looked at the count under this lock, or waits already.
        drop(self.waiters.lock());
        self.fell.notify_all();
    }

    /// Takes all that came back. The list is followed through `next`.
    pub(super) fn take_returned(&self) -> Option<NonNull<FlightInner>> {
        if self.returned.load(Relaxed).is_null() {
            return None;
        }
        NonNull::new(self.returned.swap(core::ptr::null_mut(), Acquire))
    }

    /// As [`take_returned`](Self::take_returned), for the last time: the allocator goes away.
    pub(super) fn close(&self) -> Option<NonNull<FlightInner>> {
        NonNull::new(self.returned.swap(gone(), Acquire))
    }

    /// Waits until at most so many flights are held, but not longer than `timeout`. Returns whether that is so.
    pub(crate) fn wait(&self, at_most: usize, timeout: Duration) -> bool {
        if self.held() <= at_most {
            return true;
        }
        if !HAS_THREADS {
            return false;
        }
        // A duration too long for the clock is waited for without end.
        let deadline = Instant::now().checked_add(timeout);
        let mut waiters = self.waiters.lock();
        *waiters += 1;
        let is_so = loop {
            // One and the same word: a flight that comes back before is in it, one that does after sees the mark.
            if self.without(self.back.fetch_or(WAITING, AcqRel)) <= at_most {
                break true;
            }
            waiters = match deadline {
                None => self.fell.wait(waiters),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break false;
                    }
                    self.fell.wait_timeout(waiters, left)
                }
            };
        };
        *waiters -= 1;
        if *waiters == 0 {
            self.back.fetch_and(!WAITING, Relaxed);
        }
        is_so
    }
}
