//! Raw memory: chunks and blocks of the global allocator, the window that is bumped through, marks on what is free.
//!
//! Everything here is told what it works on: no thread and no arena or pool is known in this room, and it must never learn of
//! one. What is free and what is in use is the business of the rooms above.
//!
//! - **I11** A padded size is at most `isize::MAX` and a chunk at most half of it, so the signed compare does not wrap.
//! - **I21** With the feature `debug` (and no sanitizer) what is in no block of a chunk, and what is in no value of a
//!   slot, was overwritten and reads as freed, always: nobody writes to it but by mistake.
//! - **I32** A piece of the region is free, or with who took it. A free one begins with its extent, which only the holder of
//!   the region's lock reads and writes; all its bytes are of one stretch, which was one request and is never given back. So
//!   pieces of two stretches are never joined, though they may be neighbours.

pub(crate) mod chunk;
pub(crate) mod count;
pub(crate) mod extents;
pub(crate) mod gaps;
pub(crate) mod heap_block;
pub(crate) mod poison;
pub(crate) mod region;
#[cfg(feature = "stacks")]
pub(crate) mod unwind;
pub(crate) mod window;
