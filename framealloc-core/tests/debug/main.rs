//! The feature `debug`: what it finds, and where what it lists was made.

#[cfg(all(feature = "debug", not(framealloc_asan), not(framealloc_loom)))]
mod corruption;
#[cfg(all(feature = "debug", not(framealloc_loom)))]
mod sites;

#[cfg(all(feature = "debug", not(framealloc_asan), not(framealloc_loom)))]
#[path = "../support/again.rs"]
mod again;

#[global_allocator]
static GLOBAL: framealloc_core::CountingAlloc = framealloc_core::CountingAlloc::system();
