//! The global allocator, and its modes. [`AmbientAlloc`](ambient::allocator::AmbientAlloc) bumps what is asked for in a zone
//! ([`ambient`], A1–A6), and passes all else on to the allocator inside ([`pass_on`]): attributed to tags ([`by_tag`], H1–H3) or
//! not, and reported where the heap is off limits. [`HeapGuard`](heap_guard::HeapGuard) is what it does outside of zones,
//! [`CountingAlloc`](counting::CountingAlloc) the same with calls counted instead. And Tracy's.
//!
//! What they do besides passing calls on must never unwind, wait for a lock that the program may hold while it allocates, or
//! come back into them.
//!
//! - **G1** A call goes on to the inner allocator unchanged, so that the caller's contract is the inner one's; where blocks
//!   have a header, with the size and the alignment that this takes (H1), or not at all, where a block is kept (H4).
//! - **G2** What a thread knows of its zone is a constant thread-local without a destructor, and what is done besides
//!   passing a call on runs with the zone's flag off and under `catch_unwind`.

#[cfg(framealloc_always_ambient)]
mod always;
pub(crate) mod ambient;
pub(crate) mod by_tag;
pub(crate) mod counting;
pub(crate) mod followed;
pub(crate) mod heap_guard;
pub(crate) mod heap_use;
mod pass_on;
#[cfg(feature = "debug")]
pub(crate) mod quiet;
#[cfg(feature = "rtsan")]
mod sanitizer;
#[cfg(feature = "tracy")]
pub(crate) mod tracy;
pub(crate) mod zone;
