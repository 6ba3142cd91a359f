//! Under the address sanitizer what is free is poisoned: a stale read stops the program.
#![cfg(framealloc_asan)]

mod flights;
mod frames;
mod pools;

#[path = "../support/again.rs"]
mod again;
