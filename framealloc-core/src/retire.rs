//! Retirement: values that are dropped on a thread that has the time, not on the one that lets go of them.

use core::fmt;
use core::mem::ManuallyDrop;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::clock::Instant;
use crate::panics::{first_panic, resume};
use crate::pool::Refused;
use crate::raw::pools::boxes::{HeapBox, PoolBox};
use crate::raw::pools::retire::RetiredList;

/// Values that wait to be dropped by whoever [drains](Self::drain) the queue.
///
/// An audio callback must not run the destructor of what it happens to let go of last: it retires it, and a thread that has the time
/// drains the queue. Each thread retires into memory of its own there: no lock, no exchange but for one in some dozen values, no
/// destructor, and no call of the global allocator once as many values have waited before.
///
/// ```
/// use framealloc_core::{Drain, RetireQueue};
/// use std::sync::Arc;
///
/// let queue = Arc::new(RetireQueue::new());
/// let audio = std::thread::spawn({
///     let queue = Arc::clone(&queue);
///     let sample = vec![0.0_f32; 48_000];
///     move || queue.retire(sample)
/// });
/// # audio.join().unwrap();
/// let report = queue.drain(Drain::all()); // a little every frame: `Drain::all().at_most(10)`
/// assert_eq!((report.dropped, report.left), (1, 0));
/// ```
///
/// A value of more than 256 bytes, or aligned to more than a `u64`, is moved to a place in a pool, and what waits is its
/// [`PoolBox`]. The first value of a thread takes the memory of its lane, some 4 KiB, which another thread takes over when that one
/// ends. The queue keeps what memory it has taken.
///
/// What is left when the queue is dropped is dropped then.
pub struct RetireQueue {
    list: RetiredList,
}

/// How much of a queue is drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    values: usize,
    duration: Option<Duration>,
}

/// What a call of [`RetireQueue::drain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DrainReport {
    /// Values that were dropped.
    pub dropped: usize,
    /// Values that waited when the call began, and still do.
    pub left: usize,
}

impl Drain {
    /// All that waits when the drain begins. What is retired meanwhile, by the drops as well, waits for the next one.
    #[must_use]
    pub const fn all() -> Self {
        Self { values: usize::MAX, duration: None }
    }

    /// No more values than this.
    #[must_use]
    pub const fn at_most(mut self, values: usize) -> Self {
        self.values = values;
        self
    }

    /// No longer than this, as far as drops let it: after each value the clock is asked. One value is dropped at least, so that a
    /// queue does not grow for ever.
    #[must_use]
    pub const fn for_at_most(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }
}

impl RetireQueue {
    /// Makes an empty queue, which takes no memory.
    #[must_use]
    pub fn new() -> Self {
        Self { list: RetiredList::new() }
    }

    /// Has `value` dropped by the next drain. Never runs its destructor.
    ///
    /// # Panics
    /// When the global allocator refuses memory; the value is leaked, since its destructor must not run here.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn retire<T: Send + 'static>(&self, value: T) {
        if let Err((value, error)) = self.list.add(value) {
            let _leaked = ManuallyDrop::new(value);
            panic!("{error}");
        }
    }

    /// Like [`Self::retire`].
    ///
    /// # Errors
    /// When the global allocator refuses memory. The error has the value.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_retire<T: Send + 'static>(&self, value: T) -> Result<(), Refused<T>> {
        self.list.add(value).map_err(|(value, error)| Refused::new(value, error))
    }

    /// Drops values that were retired, on this thread: those of each thread that retired the oldest first, the threads in turn, as
    /// many of each as wait when its turn comes. Several threads may drain at once.
    ///
    /// # Panics
    /// If the drop of a value panics. The others are dropped all the same, as far as this was to go; then the first panic goes on,
    /// unless one is under way.
    pub fn drain(&self, drain: Drain) -> DrainReport {
        let deadline = drain.duration.and_then(|duration| Instant::now().checked_add(duration));
        let waiting = self.list.collect();
        let (mut dropped, mut panicked) = (0, None);
        while dropped < waiting.min(drain.values) {
            let Some(value) = self.list.take() else { break };
            dropped += 1;
            // No lock is held: a drop may retire, or drain.
            first_panic(&mut panicked, catch_unwind(AssertUnwindSafe(|| drop(value))).err());
            if deadline.is_some_and(|deadline| deadline.saturating_duration_since(Instant::now()).is_zero()) {
                break;
            }
        }
        let left = (waiting - dropped).min(self.list.waiting());
        resume(panicked);
        DrainReport { dropped, left }
    }
}

impl Drop for RetireQueue {
    fn drop(&mut self) {
        let mut panicked = None;
        while self.list.collect() > 0 {
            while let Some(value) = self.list.take() {
                first_panic(&mut panicked, catch_unwind(AssertUnwindSafe(|| drop(value))).err());
            }
        }
        resume(panicked);
    }
}

impl Default for RetireQueue {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RetireQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetireQueue").finish_non_exhaustive()
    }
}

macro_rules! retire_box {
    ($($Box:ident)*) => {$(
        impl<T: ?Sized + Send + 'static> $Box<T> {
            /// Has the value dropped by the next drain of `queue`: see [`RetireQueue::retire`]. It stays where it is until then.
            ///
            /// # Panics
            /// When the global allocator refuses memory; the value is leaked.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn retire(this: Self, queue: &RetireQueue) {
                queue.retire(this);
            }

            /// Like `retire`.
            ///
            /// # Errors
            /// When the global allocator refuses memory. The error has the box.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn try_retire(this: Self, queue: &RetireQueue) -> Result<(), Refused<Self>> {
                queue.try_retire(this)
            }
        }
    )*};
}

retire_box!(PoolBox HeapBox);
