//! Who wants to know what happens in an allocator, and what is waiting to be reported.

use std::sync::Arc;

use super::events::FrameEvent;
use super::refusals::Refusals;
use crate::config::{AllocConfig, Purpose};
use crate::observe::diagnostic::Diagnostic;
use crate::observe::repeats::Repeats;
use crate::raw::epochs::list::List;
use crate::raw::epochs::pin;
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::hooks::FINDINGS;
use crate::raw::global::zone::outside_of_zones;
use crate::strict::Strict;
use crate::sync::{AtomicU32, AtomicU64, AtomicUsize, Mutex, Relaxed};

/// Diagnostics that wait for the end of the frame; more are counted only.
const WAITING: usize = 256;

/// Subscriptions and guards hold a share.
pub(super) type SharedWatch = Arc<Watch>;

pub(crate) type Callback = Box<dyn FnMut(&SmartAlloc, &FrameEvent) + Send>;

/// What an allocator shares with its subscriptions and guards, which may outlive it.
///
/// The lock is held while a field changes, never while a subscriber runs or is dropped, and never while a list is walked.
pub(crate) struct Watch {
    /// What an end of a frame asks of the rest without taking the lock. Nothing is published through it.
    flags: Arc<AtomicU32>,
    /// The number of the next subscriber.
    next: AtomicU64,
    /// How much had been refused outside of frame memory when an end of a frame last looked.
    refused: AtomicUsize,
    subscribers: List<Arc<Subscriber>>,
    state: Mutex<WatchState>,
}

/// The subscribers that an end of a frame knows, in the order in which they came.
#[derive(Default)]
pub(super) struct Listed {
    changes: u64,
    pub(super) subscribers: Vec<Arc<Subscriber>>,
}

/// There is a reason to look at frames other than subscribers.
const WANTED: u32 = FINDINGS;
/// Somebody began to watch.
const FRESH: u32 = 2;
/// Diagnostics wait.
const RAISED: u32 = 4;
/// An observer looks at every frame: a recording, a filter, Tracy.
const OBSERVED: u32 = 8;
/// One subscriber: the number of them is in the bits from here on.
const SUBSCRIBER: u32 = 16;
/// Frames are looked at.
const WATCHED: u32 = WANTED | !(SUBSCRIBER - 1);

struct WatchState {
    strict: Strict,
    repeats: Repeats,
    /// Whether diagnostics are of use without a subscriber: they go to `tracing`.
    always: bool,
    /// What was refused before somebody began to watch: set then, and taken at the next end of a frame.
    fresh: Option<Refusals>,
    raised: Vec<Diagnostic>,
    /// Diagnostics that found no room in `raised`.
    lost: u64,
}

pub(super) struct Subscriber {
    number: u64,
    seat: Mutex<Seat>,
}

/// Where the callback is while it is not being called. The lock is held for as long as it takes to move it.
struct Seat {
    callback: Option<Callback>,
    has_unsubscribed: bool,
}

impl Subscriber {
    /// In the order of these numbers subscribers are called.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Takes the callback out, to call it without a lock; `None` if it has unsubscribed, or is being called.
    pub(super) fn take(&self) -> Option<Callback> {
        self.seat.lock().callback.take()
    }

    /// Puts the callback back, or returns it if it has unsubscribed meanwhile.
    pub(super) fn put_back(&self, callback: Callback) -> Option<Callback> {
        let mut seat = self.seat.lock();
        if seat.has_unsubscribed {
            return Some(callback);
        }
        seat.callback = Some(callback);
        None
    }

    /// Ends the subscription. Returns the callback, unless it is being called; `None` as well if it had ended before.
    fn end(&self) -> Option<Callback> {
        let mut seat = self.seat.lock();
        seat.has_unsubscribed = true;
        seat.callback.take()
    }
}

impl WatchState {
    fn flags(&self) -> u32 {
        let wanted = self.always || self.strict != Strict::Off;
        u32::from(wanted) * WANTED
            + u32::from(self.fresh.is_some()) * FRESH
            + u32::from(!self.raised.is_empty()) * RAISED
    }
}

impl Watch {
    /// Who watches from the start. A scratch region is not watched unasked: its resets are no frames. Nor is it traced, or its
    /// allocator's diagnostics would be reported twice.
    pub(crate) fn of(config: &AllocConfig) -> Self {
        let (strict, always) = match config.purpose {
            Purpose::Frames => (Strict::from_environment(), cfg!(feature = "tracing")),
            Purpose::ScratchRegion { .. } => (Strict::Off, false),
        };
        let state =
            WatchState { strict, repeats: Repeats::default(), always, fresh: None, raised: Vec::new(), lost: 0 };
        let (flags, subscribers) = (Arc::default(), List::new());
        let watch = Self {
            flags,
            next: AtomicU64::new(1),
            refused: AtomicUsize::new(0),
            subscribers,
            state: Mutex::new(state),
        };
        watch.change(|_| ());
        watch
    }

    /// The word that says whether anything is to be done at a begin or an end of a frame.
    pub(super) fn flags(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.flags)
    }

    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.has(WATCHED)
    }

    #[inline]
    fn has(&self, flags: u32) -> bool {
        self.flags.load(Relaxed) & flags != 0
    }

    /// Whether every frame is looked at: by a subscriber, or because diagnostics wait or somebody began to watch. Of others only
    /// what can be found in them is of interest.
    #[inline]
    pub(super) fn hears_all(&self) -> bool {
        self.has(!(WANTED | OBSERVED))
    }

    /// Whether an observer looks at every frame.
    #[inline]
    pub(super) fn has_observers(&self) -> bool {
        self.has(OBSERVED)
    }

    pub(super) fn set_observed(&self, is_observed: bool) {
        if is_observed {
            self.flags.fetch_or(OBSERVED, Relaxed);
        } else {
            self.flags.fetch_and(!OBSERVED, Relaxed);
        }
    }

    /// Whether anything was refused outside of frame memory since this was last asked.
    #[inline]
    pub(super) fn more_refused(&self) -> bool {
        let refused = Refusals::count();
        let is_more = refused != self.refused.load(Relaxed);
        if is_more {
            self.refused.store(refused, Relaxed);
        }
        is_more
    }

    fn change<R>(&self, change: impl FnOnce(&mut WatchState) -> R) -> R {
        let mut state = self.state.lock();
        let result = change(&mut state);
        if state.flags() & WANTED != 0 && !self.is_watched() {
            state.fresh = Some(Refusals::so_far());
        }
        self.publish(&state);
        result
    }

    /// Called under the lock; the number of subscribers is not the state's and stays.
    fn publish(&self, state: &WatchState) {
        let (now, others) = (state.flags(), !(WANTED | FRESH | RAISED));
        let _always = self.flags.fetch_update(Relaxed, Relaxed, |flags| Some(flags & others | now));
    }

    pub(super) fn subscribe(&self, callback: Callback) -> u64 {
        let number = self.next.fetch_add(1, Relaxed);
        if !self.is_watched() {
            let so_far = Refusals::so_far();
            let mut state = self.state.lock();
            // Not if another one has begun meanwhile, or what was refused since would be taken for old.
            if !self.is_watched() {
                state.fresh = Some(so_far);
                self.publish(&state);
            }
        }
        let seat = Seat { callback: Some(callback), has_unsubscribed: false };
        outside_of_zones(|| self.subscribers.push(Arc::new(Subscriber { number, seat: Mutex::new(seat) })));
        self.flags.fetch_add(SUBSCRIBER, Relaxed);
        number
    }

    /// Takes a subscriber off the list. Returns it, for the caller to drop, unless it is being called: then who calls it does.
    pub(super) fn unsubscribe(&self, number: u64) -> Option<Callback> {
        let subscriber =
            self.subscribers.walk(&pin()).find(|subscriber| subscriber.number == number).map(Arc::clone)?;
        let callback = subscriber.end();
        self.take_off(|other| other.number == number);
        callback
    }

    /// Takes all subscribers off the list: the allocator is going away.
    pub(crate) fn clear(&self) -> Vec<Callback> {
        let mut listed = Listed::default();
        self.list_subscribers(&mut listed);
        let gone = listed.subscribers.iter().filter_map(|subscriber| subscriber.end()).collect();
        self.take_off(|_| true);
        gone
    }

    fn take_off(&self, is_gone: impl Fn(&Subscriber) -> bool) {
        let taken = self.subscribers.remove_where(|subscriber| is_gone(subscriber));
        self.flags.fetch_sub(taken * SUBSCRIBER, Relaxed);
    }

    /// Brings `listed` up to date. It keeps its memory from one time to the next, and where nothing has changed nothing is
    /// walked: every so many pins free what other threads left, which a steady frame must not.
    pub(super) fn list_subscribers(&self, listed: &mut Listed) {
        // Before the walk, which may find what comes after it.
        let changes = self.subscribers.changes();
        if listed.changes == changes {
            return;
        }
        listed.changes = changes;
        listed.subscribers.clear();
        outside_of_zones(|| listed.subscribers.extend(self.subscribers.walk(&pin()).map(Arc::clone)));
        listed.subscribers.sort_unstable_by_key(|subscriber| subscriber.number());
    }

    /// What was refused before, if somebody began to watch since this was last asked and nobody had.
    pub(super) fn take_fresh(&self) -> Option<Refusals> {
        if self.has(FRESH) { self.change(|state| state.fresh.take()) } else { None }
    }

    pub(super) fn has_subscribers(&self) -> bool {
        self.has(!(SUBSCRIBER - 1))
    }

    pub(super) fn strict(&self) -> Strict {
        self.state.lock().strict
    }

    pub(super) fn set_strict(&self, strict: Strict) -> Strict {
        self.change(|state| core::mem::replace(&mut state.strict, strict))
    }

    pub(super) fn repeats(&self) -> Repeats {
        self.state.lock().repeats
    }

    pub(super) fn set_repeats(&self, repeats: Repeats) {
        self.state.lock().repeats = repeats;
    }

    pub(super) fn raise(&self, diagnostic: Diagnostic) {
        // What finds no room is dropped without the lock.
        let _too_many = self.change(|state| {
            if state.raised.len() < WAITING {
                outside_of_zones(|| state.raised.push(diagnostic));
                None
            } else {
                state.lost += 1;
                Some(diagnostic)
            }
        });
    }

    /// Exchanges what was raised for an empty list. Returns how many found no room.
    pub(super) fn take_raised(&self, empty: &mut Vec<Diagnostic>) -> u64 {
        if !self.has(RAISED) {
            return 0;
        }
        self.change(|state| {
            core::mem::swap(&mut state.raised, empty);
            core::mem::take(&mut state.lost)
        })
    }
}
