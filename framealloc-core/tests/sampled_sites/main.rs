//! Sampled sites: what is estimated of frame memory is what was asked for, wherever it was, and nothing else changes.

mod exact;
mod lived;
mod recorded;
mod unbiased;
mod whose;

#[path = "../support/followed.rs"]
mod followed;
