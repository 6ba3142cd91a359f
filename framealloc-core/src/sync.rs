//! The one place that names where locks and atomics come from: std, `parking_lot` (feature) or loom (`--cfg framealloc_loom`).
//!
//! Locks ignore poisoning: no user code ever runs under one of them, so a panic cannot leave what they protect half changed.

#[cfg(not(framealloc_loom))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, fence};
#[cfg(framealloc_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, fence};

/// Where the last owner may be any thread, and what it frees must come after all that the others did.
#[cfg(framealloc_loom)]
pub(crate) use loom::sync::Arc;
#[cfg(not(framealloc_loom))]
pub(crate) use std::sync::Arc;

pub(crate) use core::sync::atomic::Ordering::Relaxed;
// For what takes no lock, frames in flight, publication and what observers walk: each use has a model that fails without it.
pub(crate) use core::sync::atomic::Ordering::{AcqRel, Acquire, Release};

#[cfg(not(any(framealloc_loom, feature = "parking_lot")))]
use std::sync as base;

#[cfg(framealloc_loom)]
use loom::sync as base;

#[cfg(all(not(framealloc_loom), feature = "parking_lot"))]
use parking_lot as base;

#[cfg(framealloc_loom)]
use loom::thread;
#[cfg(not(framealloc_loom))]
use std::thread;

pub(crate) use thread::ThreadId;

use core::time::Duration;

/// Whether there can be a second thread. Where there cannot, std's and `parking_lot`'s waits trap.
pub(crate) const HAS_THREADS: bool = !cfg!(all(target_family = "wasm", not(target_feature = "atomics")));

/// What [`Mutex::lock`] returns.
pub(crate) use base::MutexGuard;

/// The calling thread.
pub(crate) fn thread_id() -> ThreadId {
    thread::current().id()
}

/// Lets a moment pass in which another thread is to finish a few instructions; after some tries the whole turn.
pub(crate) fn relax(tries: u32) {
    if cfg!(framealloc_loom) || tries > 32 { thread::yield_now() } else { core::hint::spin_loop() }
}

/// A `const fn`, except under loom, whose objects are made at run time.
macro_rules! const_unless_loom {
    ($(#[$attribute:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty $body:block) => {
        $(#[$attribute])*
        #[cfg(not(framealloc_loom))]
        $visibility const fn $name($($argument: $type),*) -> $result $body
        $(#[$attribute])*
        #[cfg(framealloc_loom)]
        $visibility fn $name($($argument: $type),*) -> $result $body
    };
}
pub(crate) use const_unless_loom;

/// An array of what `make` is, in a constant, except under loom.
macro_rules! each {
    ($make:expr; $count:expr) => {{
        #[cfg(not(framealloc_loom))]
        #[allow(clippy::large_stack_arrays, reason = "some are large, and all are a static's")]
        let all = [const { $make }; $count];
        #[cfg(framealloc_loom)]
        let all = core::array::from_fn(|_| $make);
        all
    }};
}
pub(crate) use each;

/// A `static` with a constant initialiser, except under loom, where each execution of a model makes its own when it first
/// uses it: the atomics that one execution leaves behind are nothing to the next.
macro_rules! static_unless_loom {
    ($(#[$attribute:meta])* $(pub($($visibility:tt)+))? static $name:ident: $type:ty = $value:expr;) => {
        #[cfg(not(framealloc_loom))]
        $(#[$attribute])*
        $(pub($($visibility)+))? static $name: $type = $value;
        #[cfg(framealloc_loom)]
        loom::lazy_static! { $(#[$attribute])* $(pub($($visibility)+))? static ref $name: $type = $value; }
    };
}
pub(crate) use static_unless_loom;

/// Thread-locals with constant initialisers, except under loom, whose threads are not those of the system.
macro_rules! thread_locals {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)+) => {
        #[cfg(not(framealloc_loom))]
        std::thread_local! { $($(#[$attribute])* static $name: $type = const { $value };)+ }
        #[cfg(framealloc_loom)]
        loom::thread_local! { $($(#[$attribute])* static $name: $type = $value;)+ }
    };
}
pub(crate) use thread_locals;

/// A lock that ignores poisoning.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(base::Mutex<T>);

impl<T> Mutex<T> {
    const_unless_loom! {
        pub(crate) fn new(value: T) -> Self {
            Self(base::Mutex::new(value))
        }
    }

    /// Waits for the lock.
    #[cfg(any(framealloc_loom, not(feature = "parking_lot")))]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits for the lock.
    #[cfg(all(not(framealloc_loom), feature = "parking_lot"))]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock()
    }
}

/// What threads wait on for a change of what a [`Mutex`] protects.
#[derive(Debug, Default)]
pub(crate) struct Condvar(base::Condvar);

impl Condvar {
    const_unless_loom! {
        pub(crate) fn new() -> Self {
            Self(base::Condvar::new())
        }
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Releases the lock, sleeps until notified (or spuriously) and takes it again.
    #[cfg(any(framealloc_loom, not(feature = "parking_lot")))]
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Releases the lock, sleeps until notified (or spuriously) and takes it again.
    #[cfg(all(not(framealloc_loom), feature = "parking_lot"))]
    pub(crate) fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(&mut guard);
        guard
    }

    /// As [`wait`](Self::wait), for at most `duration`.
    #[cfg(any(framealloc_loom, not(feature = "parking_lot")))]
    pub(crate) fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, duration: Duration) -> MutexGuard<'a, T> {
        self.0.wait_timeout(guard, duration).unwrap_or_else(std::sync::PoisonError::into_inner).0
    }

    /// As [`wait`](Self::wait), for at most `duration`.
    #[cfg(all(not(framealloc_loom), feature = "parking_lot"))]
    pub(crate) fn wait_timeout<'a, T>(&self, mut guard: MutexGuard<'a, T>, duration: Duration) -> MutexGuard<'a, T> {
        let _ = self.0.wait_for(&mut guard, duration);
        guard
    }
}

/// Tells loom how memory that it does not manage is accessed, so that a race on it fails the model; nothing otherwise.
#[derive(Debug)]
pub(crate) struct Witness(#[cfg(framealloc_loom)] loom::cell::UnsafeCell<()>);

impl Witness {
    const_unless_loom! {
        pub(crate) fn new() -> Self {
            Self(
                #[cfg(framealloc_loom)]
                loom::cell::UnsafeCell::new(()),
            )
        }
    }

    /// Nobody else may be accessing it.
    #[cfg_attr(
        not(framealloc_loom),
        expect(clippy::unused_self, reason = "there is something to tell only under loom")
    )]
    #[inline(always)]
    pub(crate) fn exclusive(&self) {
        #[cfg(framealloc_loom)]
        self.0.with_mut(|_| ());
    }

    /// Others may be reading it, too.
    #[cfg_attr(
        not(framealloc_loom),
        expect(clippy::unused_self, reason = "there is something to tell only under loom")
    )]
    #[inline(always)]
    pub(crate) fn shared(&self) {
        #[cfg(framealloc_loom)]
        self.0.with(|_| ());
    }
}

impl Default for Witness {
    fn default() -> Self {
        Self::new()
    }
}
