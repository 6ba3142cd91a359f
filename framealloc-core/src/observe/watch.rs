//! Who wants to know what happens in an allocator, and what is waiting to be reported.

use std::sync::Arc;

use super::events::FrameEvent;
use super::refusals::Refusals;
use crate::config::{AllocConfig, Purpose};
use crate::observe::diagnostic::Diagnostic;
use crate::observe::repeats::Repeats;
use crate::raw::frames::allocator::SmartAlloc;
use crate::strict::Strict;
use crate::sync::{AtomicU32, Mutex, Relaxed};

/// Diagnostics that wait for the end of the frame; more are counted only.
const WAITING: usize = 256;

/// Subscriptions and guards hold a share.
pub(super) type SharedWatch = Arc<Watch>;

pub(crate) type Callback = Box<dyn FnMut(&SmartAlloc, &FrameEvent) + Send>;

/// What an allocator shares with its subscriptions and guards, which may outlive it.
///
/// The lock is held while the lists change, never while a subscriber runs or is dropped.
pub(crate) struct Watch {
    /// What an end of a frame asks of the state without taking the lock; written under it. Nothing is published through it.
    flags: Arc<AtomicU32>,
    state: Mutex<WatchState>,
}

/// There are subscribers.
const SUBSCRIBED: u32 = 1;
/// There is another reason to look at frames.
const WANTED: u32 = 2;
/// Somebody began to watch.
const FRESH: u32 = 4;
/// Diagnostics wait.
const RAISED: u32 = 8;
/// Frames are looked at.
const WATCHED: u32 = SUBSCRIBED | WANTED;

struct WatchState {
    subscribers: Vec<Subscriber>,
    /// The number of the next subscriber; those of the present ones rise through the list.
    next: u64,
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

struct Subscriber {
    number: u64,
    /// `None` while it is being called.
    callback: Option<Callback>,
}

impl WatchState {
    fn flags(&self) -> u32 {
        let wanted = self.always || self.strict != Strict::Off;
        u32::from(!self.subscribers.is_empty()) * SUBSCRIBED
            + u32::from(wanted) * WANTED
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
            Purpose::ScratchRegion => (Strict::Off, false),
        };
        let state = WatchState {
            subscribers: Vec::new(),
            next: 1,
            strict,
            repeats: Repeats::default(),
            always,
            fresh: None,
            raised: Vec::new(),
            lost: 0,
        };
        let watch = Self { flags: Arc::default(), state: Mutex::new(state) };
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

    fn change<R>(&self, change: impl FnOnce(&mut WatchState) -> R) -> R {
        let mut state = self.state.lock();
        let result = change(&mut state);
        if state.flags() & WATCHED != 0 && !self.is_watched() {
            state.fresh = Some(Refusals::so_far());
        }
        self.flags.store(state.flags(), Relaxed);
        result
    }

    pub(super) fn subscribe(&self, callback: Callback) -> u64 {
        self.change(|state| {
            let number = state.next;
            state.next += 1;
            state.subscribers.push(Subscriber { number, callback: Some(callback) });
            number
        })
    }

    /// Takes a subscriber off the list. Returns it, for the caller to drop without the lock.
    pub(super) fn unsubscribe(&self, number: u64) -> Option<Callback> {
        self.change(|state| {
            let index = state.subscribers.iter().position(|subscriber| subscriber.number == number)?;
            state.subscribers.remove(index).callback
        })
    }

    /// Takes all subscribers off the list: the allocator is going away.
    pub(crate) fn clear(&self) -> Vec<Callback> {
        let gone = self.change(|state| core::mem::take(&mut state.subscribers));
        gone.into_iter().filter_map(|subscriber| subscriber.callback).collect()
    }

    /// The number that the next subscriber will have.
    pub(super) fn next_number(&self) -> u64 {
        self.state.lock().next
    }

    /// Takes the first subscriber in this range of numbers out, to call it without the lock.
    pub(super) fn take(&self, numbers: core::ops::Range<u64>) -> Option<(u64, Callback)> {
        let mut state = self.state.lock();
        let mut subscribers = state.subscribers.iter_mut();
        subscribers.find_map(|subscriber| {
            let callback = if numbers.contains(&subscriber.number) { subscriber.callback.take() } else { None };
            callback.map(|callback| (subscriber.number, callback))
        })
    }

    /// Puts a subscriber back, or returns it if it has unsubscribed meanwhile.
    pub(super) fn put_back(&self, number: u64, callback: Callback) -> Option<Callback> {
        let mut state = self.state.lock();
        match state.subscribers.iter_mut().find(|subscriber| subscriber.number == number) {
            Some(subscriber) => {
                subscriber.callback = Some(callback);
                None
            }
            None => Some(callback),
        }
    }

    /// What was refused before, if somebody began to watch since this was last asked and nobody had.
    pub(super) fn take_fresh(&self) -> Option<Refusals> {
        if self.has(FRESH) { self.change(|state| state.fresh.take()) } else { None }
    }

    pub(super) fn has_subscribers(&self) -> bool {
        self.has(SUBSCRIBED)
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
                state.raised.push(diagnostic);
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
