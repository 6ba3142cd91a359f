//! Who a thread is: a number that no other thread ever has.

use core::cell::Cell;
use core::sync::atomic::AtomicU64;

use crate::sync::{Relaxed, thread_locals};

thread_locals! {
    static TOKEN: Cell<u64> = Cell::new(0);
}

/// Returns this thread's number: never 0 and never used again.
pub(crate) fn token() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    TOKEN.with(|token| {
        if token.get() == 0 {
            token.set(NEXT.fetch_add(1, Relaxed));
        }
        token.get()
    })
}
