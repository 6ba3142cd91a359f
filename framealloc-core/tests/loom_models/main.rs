//! Interleavings of the real code, under `--cfg framealloc_loom` (`ci/loom.sh`).
#![cfg(framealloc_loom)]

mod accounts;
mod ambient;
mod barrier;
mod drops;
mod flights;
mod followed;
mod heap_tags;
mod heaps;
mod lists;
mod pool;
mod publication;
mod retire;
