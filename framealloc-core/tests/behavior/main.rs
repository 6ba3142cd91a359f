//! The behaviour filter: each code, and the counts that they come from. What memory it takes is in `behavior_memory`, alone in its process.

mod codes;
mod counts;

#[path = "../support/random.rs"]
mod random;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Pools are process-wide: a filter sees what other tests do there.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
