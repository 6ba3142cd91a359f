//! The heap by tag: every block of the program is attributed to the tag that was open on its thread when it was made, and
//! taken off again when it is freed, by whichever thread, under whichever tag.
//!
//! A thread counts in rows of its own, one for each tag, so that no two wait for each other; who reads adds the rows of
//! all threads up. Nothing of a thread has to be done when it ends: its rows stay and count, and a later thread whose
//! thread-local variables lie at the same address goes on with them. So there is no destructor, and what is allocated and
//! freed before `main` and while a thread's variables are destroyed counts as all else. Threads beyond the number of
//! slots, and those that could get no rows, share one set of rows, with atomic additions.
//!
//! - **H1** A block that is passed on begins [`header::room`] bytes behind what the allocator inside gave, which depends on
//!   its alignment only, and with that is known to whoever frees it. [`header::ROW`] bytes before the block stands its mark:
//!   its row, and, of one that is followed, its place. It is written when the block is made or made larger, by nobody else.
//!   Blocks of zones have no header: they are told by their address (A1), and their row is that of their chunk.
//! - **H2** The rows of a slot are complete before the slot names them, and live as long as the program. Only the thread
//!   writes to them whose thread-local variable has the address that the slot names. Of two threads with that address the
//!   first has ended, and whoever gave its memory to the second ordered what they do.
//! - **H3** Counting neither asks for memory nor waits nor unwinds. A thread that asks for its rows counts in the shared
//!   ones until it has them, so that an allocator inside that comes back here finds nothing half done.
//!
//! H4, of the small blocks that a thread keeps, is in [`magazines`].

pub(crate) mod figures;
pub(super) mod header;
pub(super) mod magazines;
#[cfg(framealloc_loom)]
pub(crate) mod model;
pub(super) mod rows;
mod slots;
pub(super) mod thread;

pub(crate) use super::ambient::{ROWS, row_of};

use super::ambient::OTHER_ROW;
use super::pass_on::Mode;

/// What framealloc takes for itself, as arenas, pools and tables grow. No tag has this row.
pub(crate) const OWN_ROW: usize = ROWS - 1;

/// What blocks that are followed say that their row is. No tag has it either.
pub(crate) const FOLLOWED_ROW: usize = ROWS - 2;

const _: () = assert!(ROWS.is_power_of_two());
const _: () = assert!(row_of(FOLLOWED_ROW) as usize == OTHER_ROW && row_of(OWN_ROW) as usize == OTHER_ROW);

/// Blocks are attributed to the tag that is open: the mode of [`AmbientAlloc<A, Tags>`](crate::AmbientAlloc). Those that no zone
/// serves have 8 bytes in front of them, or as many as they are aligned to, if those are more.
///
/// Each thread keeps a few of the small ones that it frees (up to 256 bytes, and 15 of each 16 bytes of size) for its next requests,
/// so that the allocator inside is not asked for each; with the feature `debug` it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tags;

/// Blocks are not attributed to tags: the mode of [`AmbientAlloc<A>`](crate::AmbientAlloc), and of the other allocators.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTags;

/// Whether blocks of the heap are attributed to tags: [`Tags`] or [`NoTags`]. It is a type, and not a switch, since a block that was
/// made without a header cannot be freed as one with a header.
pub trait HeapTags: sealed::Sealed {}

impl HeapTags for Tags {}
impl HeapTags for NoTags {}

mod sealed {
    pub trait Sealed: super::Mode + super::Make {}
}

impl sealed::Sealed for Tags {}
impl sealed::Sealed for NoTags {}

/// How a mode is made, in a constant.
pub trait Make: Sized {
    /// The mode.
    const MODE: Self;
}

impl Make for Tags {
    const MODE: Self = Self;
}

impl Make for NoTags {
    const MODE: Self = Self;
}

impl Mode for Tags {
    const GUARDS: bool = true;
    const TAGS: bool = true;
}

impl Mode for NoTags {
    const GUARDS: bool = true;
    const TAGS: bool = false;
}
