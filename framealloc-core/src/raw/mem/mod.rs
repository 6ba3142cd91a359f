//! Raw memory: chunks and blocks of the global allocator, the window that is bumped through, marks on what is free.
//!
//! Everything here is told what it works on: no list, no thread and no owner is known in this room, and it must never learn
//! of one. What is free and what is in use is the business of the rooms above.
//!
//! - **I11** A padded size is at most `isize::MAX` and a chunk at most half of it, so the signed compare does not wrap.
//! - **I21** With the feature `debug` (and no sanitizer) what is in no block of a chunk, and what is in no value of a
//!   slot, was overwritten and reads as freed, always: nobody writes to it but by mistake.

pub(crate) mod chunk;
pub(crate) mod count;
pub(crate) mod heap_block;
pub(crate) mod poison;
pub(crate) mod window;
