//! Interleavings of the real code, under `--cfg framealloc_loom` (`ci/loom.sh`).
#![cfg(framealloc_loom)]

mod barrier;
mod flights;
mod heaps;
mod ledger;
mod pool;
