//! Global allocators: the one that knows when the heap is off limits, the one that counts calls, the one that bumps what
//! is asked for in a zone ([`ambient`], A1–A6), Tracy's.
//!
//! Each of them passes calls on to the allocator inside it; the third all but those of its zones. What they do besides must never unwind, wait for a lock
//! that the program may hold while it allocates, or come back into them.
//!
//! - **G1** A call goes on to the inner allocator unchanged, so that the caller's contract is the inner one's.
//! - **G2** What a thread knows of its zone is a constant thread-local without a destructor, and what is done besides
//!   passing a call on runs with the zone's flag off and under `catch_unwind`.

pub(crate) mod ambient;
pub(crate) mod counting;
pub(crate) mod heap_guard;
pub(crate) mod heap_use;
#[cfg(feature = "debug")]
pub(crate) mod quiet;
#[cfg(feature = "rtsan")]
mod sanitizer;
#[cfg(feature = "tracy")]
pub(crate) mod tracy;
pub(crate) mod zone;
