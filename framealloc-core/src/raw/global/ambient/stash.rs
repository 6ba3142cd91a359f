//! Chunks with room in them, between two zones.
//!
//! A zone that ends puts its open chunk here, and the next zone of the thread and tag goes on with it. Places are found by
//! a number and not kept for anybody: what a thread leaves behind when it ends is found by another, and nothing has to be
//! done at its end. Two that share a place take each other's chunk for free room of their own, or have it given up.

use super::chunks::NONE;
use crate::sync::AtomicU32;

/// Places; a power of two. They are few where the region is small.
#[cfg(not(framealloc_loom))]
const PLACES: usize = if usize::BITS >= 64 { 256 } else { 32 };
#[cfg(framealloc_loom)]
const PLACES: usize = 1;

#[derive(Debug)]
pub(super) struct Stash([AtomicU32; PLACES]);

impl Stash {
    pub(super) fn new() -> Self {
        Self([(); PLACES].map(|()| AtomicU32::new(NONE)))
    }

    /// The place of this number.
    pub(super) fn place(&self, number: u32) -> &AtomicU32 {
        &self.0[number as usize % PLACES]
    }

    pub(super) fn places(&self) -> &[AtomicU32] {
        &self.0
    }
}
