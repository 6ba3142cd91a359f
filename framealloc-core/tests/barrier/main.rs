//! What the frame barrier promises, and what counts as a signal.

mod promises;
mod signals;

#[path = "../support/random.rs"]
mod random;
