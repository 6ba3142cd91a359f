//! Collections in frame memory: beside those of the standard library, at their limits, and with panics everywhere.

#[cfg(all(feature = "allocator-api2", not(feature = "nightly")))]
mod allocator;
mod fuse;
mod map_panics;
mod map_string;
mod model;
#[cfg(feature = "rayon")]
mod parallel;
mod queue_model;
mod queue_panics;
mod refusals;
mod runner;
#[cfg(feature = "snapshot-json")]
mod serialize;
mod under_limits;
mod vec_growth;
mod vec_panics;
mod vocabulary;

#[path = "../support/random.rs"]
mod random;
