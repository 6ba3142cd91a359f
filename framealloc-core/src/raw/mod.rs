//! The only unsafe code of the crate. Each room states the invariants that it rests on; `SAFETY` comments cite them by
//! number.
//!
//! | room | what it holds | invariants |
//! |---|---|---|
//! | [`mem`] | chunks, the region, the window that is bumped through, blocks of the heap, marks on free memory | I11, I21, I32 |
//! | [`frames`] | the allocator, arenas, frames, budgets, what ends with a frame | I1–I10, I12–I20, I22–I31, I33 |
//! | [`epochs`] | lists that are walked while they change | E1–E3 |
//! | [`pools`] | slabs, magazines, depots, the owners of objects | P1–P15 |
//! | [`collections`] | vectors, strings, deques, tables in frame memory | V1–V10 |
//! | [`global`] | global allocators | G1, G2, A1–A6 |
//!
//! A number is never given to another invariant, and a block whose reason is in none of them states it itself.

pub(crate) mod collections;
pub(crate) mod epochs;
pub(crate) mod frames;
pub(crate) mod global;
#[cfg(framealloc_loom)]
pub mod loom_model;
pub(crate) mod mem;
pub(crate) mod pools;
