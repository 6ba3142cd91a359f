//! Dropping many values of which some panic.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::panics::{dispose, first_panic};

/// Drops all that `values` yields. Where drops panic the others are dropped all the same; then the first panic goes on.
///
/// On a thread that unwinds already it does not: a second panic would end the program, and the one that is under way tells
/// enough.
pub(crate) fn drop_each(values: &mut impl Iterator) {
    let mut panicked = None;
    // Caught around all of them, not around each: this costs something for those that panic only.
    while let Err(payload) = catch_unwind(AssertUnwindSafe(|| values.by_ref().for_each(drop))) {
        first_panic(&mut panicked, Some(payload));
    }
    match panicked {
        Some(payload) if std::thread::panicking() => dispose(payload),
        Some(payload) => resume_unwind(payload),
        None => {}
    }
}
