//! What was published last, for everybody who waits for it.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A text that is replaced again and again.
#[derive(Debug)]
pub struct Board {
    /// How often it was replaced, and what it is.
    text: Mutex<(u64, Arc<str>)>,
    changed: Condvar,
}

impl Board {
    /// One with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: Mutex::new((0, Arc::from(text))), changed: Condvar::new() }
    }

    /// Replaces the text.
    pub fn publish(&self, text: &str) {
        let mut held = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (held.0 + 1, Arc::from(text));
        self.changed.notify_all();
    }

    /// The text, and its number.
    #[must_use]
    pub fn now(&self) -> (u64, Arc<str>) {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a text after the one of this number; `None` if there is none in time. Those between are left out.
    #[must_use]
    pub fn after(&self, number: u64, patience: Duration) -> Option<(u64, Arc<str>)> {
        let until = Instant::now() + patience;
        let mut held = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        while held.0 == number {
            let left = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            held = self.changed.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(held.clone())
    }
}
