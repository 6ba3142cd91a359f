//! Panics of user code: caught while the work goes on, then resumed, the first of them.

use core::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What a panic carries.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Drops a value. Returns its panic.
pub(crate) fn drop_caught<T>(value: T) -> Option<Payload> {
    catch_unwind(AssertUnwindSafe(|| drop(value))).err()
}

/// Keeps the first of several panics; one is all that can be resumed.
pub(crate) fn first_panic(known: &mut Option<Payload>, next: Option<Payload>) {
    match (&known, next) {
        (None, next) => *known = next,
        (Some(_), Some(next)) => dispose(next),
        (Some(_), None) => {}
    }
}

/// Drops what a panic carries, which may panic as well.
pub(crate) fn dispose(payload: Payload) {
    if let Some(another) = drop_caught(payload) {
        core::mem::forget(another);
    }
}

/// Lets a panic of user code go on, unless another one is under way: two abort the program.
pub(crate) fn resume(panicked: Option<Payload>) {
    match panicked {
        Some(payload) if !std::thread::panicking() => resume_unwind(payload),
        Some(payload) => dispose(payload),
        None => {}
    }
}
