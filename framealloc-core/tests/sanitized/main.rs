//! Under the address sanitizer what is free is poisoned: a stale read stops the program.
#![cfg(framealloc_asan)]

mod ambient;
mod flights;
mod frames;
mod pools;

#[path = "../support/again.rs"]
mod again;

/// Passes on to the sanitizer's all that is not in a zone.
#[global_allocator]
static GLOBAL: framealloc_core::AmbientAlloc = framealloc_core::AmbientAlloc::system();
