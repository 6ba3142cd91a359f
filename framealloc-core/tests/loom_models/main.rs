//! Interleavings of the real code, under `--cfg framealloc_loom` (`ci/loom.sh`).
#![cfg(framealloc_loom)]

mod accounts;
mod barrier;
mod heaps;
mod pool;
