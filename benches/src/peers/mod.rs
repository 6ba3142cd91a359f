//! The contenders: peers of 4 MiB, warm, behind a reference that the optimiser cannot look through.

mod arenas;
mod heaps;
mod ours;

pub(crate) use arenas::{Blink, Bumpalo, BumpaloAligned, Oxc, ScopeDown, ScopeUp};
pub(crate) use heaps::{Fixed, Global, System};
pub(crate) use ours::{AnyThread, ByCursor, Hoisted, Scoped, Tagged, allocator};

/// Bytes that every arena has from the start, so that growth is not measured.
pub(crate) const SIZE: usize = 4 << 20;
