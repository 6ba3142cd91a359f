//! `FrameBarrier`: threads that finish their frames together.

use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;
use std::collections::{HashMap, VecDeque};

use crate::clock::Instant;
use crate::sync::{Condvar, HAS_THREADS, Mutex, MutexGuard, ThreadId, thread_id};

/// A point that a number of threads reach once per frame, for as many frames as there are.
///
/// A frame is complete when every participant has signalled it. A thread that is ahead may signal the next frame while others
/// still wait for this one: signals are counted per frame, so that a fast thread cannot spoil the next frame, and a thread that
/// comes late to a complete frame does not wait. A thread counts once per frame, whether it signals directly, through a guard, or
/// both. A participant that [joined](Self::join) and panics, or leaves, is counted down.
///
/// ```
/// use framealloc_core::FrameBarrier;
///
/// let barrier = FrameBarrier::new(3);
/// std::thread::scope(|scope| {
///     for _worker in 0..3 {
///         scope.spawn(|| {
///             let place = barrier.join();
///             for _frame in 0..10 {
///                 place.signal_frame_complete();
///                 place.wait_all();
///             }
///         });
///     }
/// });
/// assert_eq!(barrier.completed_frames(), 10);
/// ```
#[derive(Debug)]
pub struct FrameBarrier {
    name: &'static str,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Threads that must signal each frame.
    participants: usize,
    /// Those of them that joined and have not left.
    joined: usize,
    /// Names of participants that nobody has joined as.
    vacant: Vec<&'static str>,
    /// Frames that are complete, which is also the number of the open one.
    completed: u64,
    /// Signals for the open frame and those after it.
    signals: VecDeque<usize>,
    /// What each thread did last.
    threads: HashMap<ThreadId, Progress>,
}

/// Where a thread is.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// The name that it joined as.
    name: Option<&'static str>,
    /// The frame after the one that it signalled last; `None` if it never signalled.
    signalled: Option<u64>,
    /// The frame that was open when it last returned from a wait.
    seen: u64,
}

/// Threads that have not been heard of for so many frames are forgotten when there are many.
const FORGOTTEN_AFTER: u64 = 1000;
const MANY_THREADS: usize = 1024;

impl FrameBarrier {
    /// A barrier for `participants` threads.
    ///
    /// # Panics
    /// When `participants` is 0.
    #[must_use]
    pub fn new(participants: usize) -> Self {
        Self::builder().with_count(participants).build()
    }

    /// A barrier for `participants` threads.
    ///
    /// # Errors
    /// When `participants` is 0.
    pub fn try_new(participants: usize) -> Result<Self, BarrierError> {
        Self::builder().with_count(participants).try_build()
    }

    /// A barrier with a name, or with names for its participants.
    pub fn builder() -> FrameBarrierBuilder {
        FrameBarrierBuilder { name: "frame", unnamed: 0, threads: Vec::new() }
    }

    /// The name of the barrier.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Threads that must signal each frame: those that left are counted down.
    #[must_use]
    pub fn participants(&self) -> usize {
        self.state.lock().participants
    }

    /// Frames that are complete.
    #[must_use]
    pub fn completed_frames(&self) -> u64 {
        self.state.lock().completed
    }

    /// Tells that the calling thread has finished its frame: the open one, or the one after that which it signalled last.
    pub fn signal_frame_complete(&self) {
        let mut state = self.state.lock();
        let open = state.completed;
        let progress = state.progress();
        let frame = progress.signalled.unwrap_or(0).max(open);
        progress.signalled = Some(frame + 1);
        let Ok(ahead) = usize::try_from(frame - open) else { return };
        if state.signals.len() <= ahead {
            state.signals.resize(ahead + 1, 0);
        }
        state.signals[ahead] += 1;
        self.complete_frames(state);
    }

    /// Waits until the frame that the calling thread signalled last is complete. A thread that never signals waits for the frame
    /// that was open when it last returned from here.
    ///
    /// Returns at once if all participants have left.
    ///
    /// # Panics
    /// When the frame is not complete on a target without threads (WebAssembly without atomics): nobody is there to complete it.
    pub fn wait_all(&self) {
        self.try_wait_all().unwrap_or_else(|error| panic!("{error}"));
    }

    /// As [`wait_all`](Self::wait_all).
    ///
    /// # Errors
    /// When the frame is not complete on a target without threads (WebAssembly without atomics): nobody is there to complete it.
    /// Elsewhere never.
    pub fn try_wait_all(&self) -> Result<(), BarrierError> {
        let mut state = self.state.lock();
        let frame = state.progress().awaited();
        while !state.is_complete(frame) {
            if !HAS_THREADS {
                return Err(self.no_threads(&state, frame));
            }
            state = self.changed.wait(state);
        }
        state.progress().seen = state.completed;
        Ok(())
    }

    /// Waits as [`wait_all`](Self::wait_all), but not longer than `duration`.
    ///
    /// # Errors
    /// When the frame is not complete by then, or cannot be: see [`try_wait_all`](Self::try_wait_all). The barrier is as before: one
    /// may wait again.
    pub fn wait_all_timeout(&self, duration: Duration) -> Result<(), BarrierError> {
        // A duration too long for the clock is waited for without end.
        let deadline = Instant::now().checked_add(duration);
        let mut state = self.state.lock();
        let frame = state.progress().awaited();
        while !state.is_complete(frame) {
            let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
            if !HAS_THREADS {
                return Err(self.no_threads(&state, frame));
            }
            if left.is_zero() {
                return Err(self.timeout(&state, frame));
            }
            state = self.changed.wait_timeout(state, left);
        }
        state.progress().seen = state.completed;
        Ok(())
    }

    /// Takes the place of one participant for the calling thread, until the guard is dropped: by a panic as well. What the thread
    /// has signalled before is the participant's, and goes with it.
    ///
    /// # Panics
    /// When all participants have joined, or the thread has.
    pub fn join(&self) -> BarrierGuard<'_> {
        self.try_join().unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`join`](Self::join).
    ///
    /// # Errors
    /// When all participants have joined, or the thread has.
    pub fn try_join(&self) -> Result<BarrierGuard<'_>, BarrierError> {
        let mut state = self.state.lock();
        let unnamed = state.participants - state.joined - state.vacant.len();
        if unnamed == 0 {
            return Err(BarrierError::Taken { barrier: self.name, place: None });
        }
        self.take_place(&mut state, None)
    }

    /// Takes the place of the participant with this name, as [`join`](Self::join).
    ///
    /// # Panics
    /// When there is no such participant, it has joined, or the thread has.
    pub fn join_as(&self, name: &str) -> BarrierGuard<'_> {
        self.try_join_as(name).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`join_as`](Self::join_as).
    ///
    /// # Errors
    /// When there is no such participant, it has joined, or the thread has.
    pub fn try_join_as(&self, name: &str) -> Result<BarrierGuard<'_>, BarrierError> {
        let mut state = self.state.lock();
        let Some(place) = state.vacant.iter().position(|vacant| *vacant == name) else {
            return Err(BarrierError::Taken { barrier: self.name, place: Some(name.to_owned()) });
        };
        let name = state.vacant[place];
        let guard = self.take_place(&mut state, Some(name))?;
        state.vacant.remove(place);
        Ok(guard)
    }

    fn take_place(&self, state: &mut State, name: Option<&'static str>) -> Result<BarrierGuard<'_>, BarrierError> {
        if state.threads.get(&thread_id()).is_some_and(|progress| progress.name.is_some()) {
            return Err(BarrierError::AlreadyJoined { barrier: self.name });
        }
        state.joined += 1;
        // What the thread signalled before it joined is the participant's: forgotten, it could signal the same frame again.
        state.progress().name = Some(name.unwrap_or(""));
        Ok(BarrierGuard { barrier: self, on_this_thread: PhantomData })
    }

    fn leave(&self) {
        let mut state = self.state.lock();
        let open = state.completed;
        if let Some(progress) = state.threads.remove(&thread_id()) {
            // The frames that it signalled ahead wait for the others only: its signals go with it.
            let ahead = progress.signalled.unwrap_or(0).saturating_sub(open);
            for frame in 0..usize::try_from(ahead).unwrap_or(0).min(state.signals.len()) {
                state.signals[frame] -= 1;
            }
        }
        state.joined -= 1;
        state.participants -= 1;
        self.complete_frames(state);
    }

    /// Goes on to the next frame for as often as the open one has all its signals.
    fn complete_frames(&self, mut state: MutexGuard<'_, State>) {
        let before = state.completed;
        while state.participants > 0 && state.signals.front().is_some_and(|signals| *signals >= state.participants) {
            state.signals.pop_front();
            state.completed += 1;
        }
        // The lock is held: a thread that is about to wait has either seen the change or will be woken.
        if state.completed > before || state.participants == 0 {
            self.changed.notify_all();
        }
    }

    fn no_threads(&self, state: &State, frame: u64) -> BarrierError {
        let (signals, participants) = (state.signals_for(frame), state.participants);
        BarrierError::NoThreads { barrier: self.name, frame, signals, participants }
    }

    fn timeout(&self, state: &State, frame: u64) -> BarrierError {
        let late = state.threads.values().filter(|thread| thread.signalled.unwrap_or(0) <= frame);
        let mut missing: Vec<_> = late.filter_map(|thread| thread.name).filter(|name| !name.is_empty()).collect();
        missing.extend(&state.vacant);
        missing.sort_unstable();
        BarrierError::Timeout {
            barrier: self.name,
            frame,
            signals: state.signals_for(frame),
            participants: state.participants,
            missing,
        }
    }
}

impl State {
    fn progress(&mut self) -> &mut Progress {
        let completed = self.completed;
        if self.threads.len() > MANY_THREADS {
            self.threads.retain(|_, progress| {
                let last = progress.signalled.unwrap_or(0).max(progress.seen);
                progress.name.is_some() || last + FORGOTTEN_AFTER > completed
            });
        }
        self.threads.entry(thread_id()).or_default()
    }

    /// How many participants have signalled `frame`, which is not complete.
    fn signals_for(&self, frame: u64) -> usize {
        let ahead = usize::try_from(frame.saturating_sub(self.completed)).unwrap_or(usize::MAX);
        self.signals.get(ahead).copied().unwrap_or(0)
    }

    fn is_complete(&self, frame: u64) -> bool {
        self.completed > frame || self.participants == 0
    }
}

impl Progress {
    /// The frame that a wait of the thread is for.
    fn awaited(&self) -> u64 {
        self.signalled.map_or(self.seen, |next| next - 1)
    }
}

/// The place of a participant, held by the thread that joined. Dropping it counts the participant down.
#[derive(Debug)]
#[must_use = "the participant leaves when this is dropped"]
pub struct BarrierGuard<'a> {
    barrier: &'a FrameBarrier,
    /// Progress is kept by thread.
    on_this_thread: PhantomData<*const ()>,
}

impl BarrierGuard<'_> {
    /// As [`FrameBarrier::signal_frame_complete`].
    pub fn signal_frame_complete(&self) {
        self.barrier.signal_frame_complete();
    }

    /// As [`FrameBarrier::wait_all`].
    ///
    /// # Panics
    /// When the frame is not complete on a target without threads.
    pub fn wait_all(&self) {
        self.barrier.wait_all();
    }

    /// As [`FrameBarrier::try_wait_all`].
    ///
    /// # Errors
    /// When the frame is not complete on a target without threads.
    pub fn try_wait_all(&self) -> Result<(), BarrierError> {
        self.barrier.try_wait_all()
    }

    /// As [`FrameBarrier::wait_all_timeout`].
    ///
    /// # Errors
    /// When the frame is not complete by then.
    pub fn wait_all_timeout(&self, duration: Duration) -> Result<(), BarrierError> {
        self.barrier.wait_all_timeout(duration)
    }
}

impl Drop for BarrierGuard<'_> {
    fn drop(&mut self) {
        self.barrier.leave();
    }
}

/// Makes a [`FrameBarrier`] with names.
///
/// ```
/// use std::time::Duration;
/// use framealloc_core::FrameBarrier;
///
/// let barrier = FrameBarrier::builder().name("simulation").with_thread("physics").with_thread("ai").build();
/// let physics = barrier.join_as("physics");
/// physics.signal_frame_complete();
/// let late = physics.wait_all_timeout(Duration::from_millis(1)).unwrap_err();
/// assert_eq!(late.to_string(), "frame 0 of barrier `simulation` has 1 of 2 signals; missing: ai");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FrameBarrierBuilder {
    name: &'static str,
    unnamed: usize,
    threads: Vec<&'static str>,
}

impl FrameBarrierBuilder {
    /// The name of the barrier in messages.
    pub fn name(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// One more participant, known by name: see [`FrameBarrier::join_as`].
    pub fn with_thread(mut self, name: &'static str) -> Self {
        self.threads.push(name);
        self
    }

    /// This many participants without a name, besides those with one.
    pub fn with_count(mut self, participants: usize) -> Self {
        self.unnamed = participants;
        self
    }

    /// The barrier.
    ///
    /// # Panics
    /// When there are no participants.
    #[must_use]
    pub fn build(self) -> FrameBarrier {
        self.try_build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The barrier.
    ///
    /// # Errors
    /// When there are no participants.
    pub fn try_build(self) -> Result<FrameBarrier, BarrierError> {
        let Self { name, unnamed, threads: vacant } = self;
        let participants = unnamed.saturating_add(vacant.len());
        if participants == 0 {
            return Err(BarrierError::NoParticipants { barrier: name });
        }
        let (signals, threads) = (VecDeque::new(), HashMap::new());
        let state = State { participants, joined: 0, vacant, completed: 0, signals, threads };
        Ok(FrameBarrier { name, state: Mutex::new(state), changed: Condvar::new() })
    }
}

/// Why a [`FrameBarrier`] refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BarrierError {
    /// A barrier for nobody would never let anybody pass.
    NoParticipants {
        /// The name of the barrier.
        barrier: &'static str,
    },
    /// Every place of that kind has been taken.
    Taken {
        /// The name of the barrier.
        barrier: &'static str,
        /// The name of the place, if one was asked for.
        place: Option<String>,
    },
    /// The thread has a place already.
    AlreadyJoined {
        /// The name of the barrier.
        barrier: &'static str,
    },
    /// The target has no threads, so nobody is there to complete the frame.
    NoThreads {
        /// The name of the barrier.
        barrier: &'static str,
        /// The frame that was waited for, counted from 0.
        frame: u64,
        /// Participants that have signalled it.
        signals: usize,
        /// Participants in all.
        participants: usize,
    },
    /// The frame was not complete in time.
    Timeout {
        /// The name of the barrier.
        barrier: &'static str,
        /// The frame that was waited for, counted from 0.
        frame: u64,
        /// Participants that have signalled it.
        signals: usize,
        /// Participants in all.
        participants: usize,
        /// Those with a name that have not signalled it.
        missing: Vec<&'static str>,
    },
}

impl fmt::Display for BarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParticipants { barrier } => write!(f, "barrier `{barrier}` has no participants"),
            Self::Taken { barrier, place: None } => write!(f, "all places of barrier `{barrier}` are taken"),
            Self::Taken { barrier, place: Some(place) } => write!(f, "barrier `{barrier}` has no place `{place}` left"),
            Self::AlreadyJoined { barrier } => write!(f, "the thread has joined barrier `{barrier}` already"),
            Self::NoThreads { barrier, frame, signals, participants } => {
                write!(f, "frame {frame} of barrier `{barrier}` has {signals} of {participants} signals, ")?;
                f.write_str("and on this target no other thread can be running")
            }
            Self::Timeout { barrier, frame, signals, participants, missing } => {
                write!(f, "frame {frame} of barrier `{barrier}` has {signals} of {participants} signals")?;
                if !missing.is_empty() {
                    write!(f, "; missing: {}", missing.join(", "))?;
                }
                Ok(())
            }
        }
    }
}

impl core::error::Error for BarrierError {}
