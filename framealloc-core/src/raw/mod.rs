//! The only unsafe code of the crate, and the invariants it rests on. `SAFETY` comments cite them by number.
//!
//! # Frames
//!
//! - **I1** The number of an allocator and the token of a thread come from counters and are never used again. Thread-local
//!   memory of arenas is keyed by the number, never by an address.
//! - **I2** A heap, its frames and its regions are used only by the thread whose token its registry entry carries, or by
//!   whoever holds the allocator exclusively. A token changes under the registry lock from none to a thread, and from a
//!   thread that has ended to none only with the allocator held exclusively.
//! - **I3** `Inner`, heaps and frames are boxes turned into raw pointers. They are never moved and are freed only when the
//!   owning `SmartAlloc` drops. Chunks belong to their arena's list.
//! - **I4** When a thread ends its sentinel forgets every remembered arena, stops the thread from remembering any more,
//!   and sets flags that it owns a share of; it touches no heap. Heaps of threads whose thread-locals are already gone are
//!   retired at once.
//! - **I5** A whole-frame arena is reset only with the allocator held exclusively; a region only when its scope closes, or
//!   with the allocator held exclusively. What `Turn` holds is written only with the allocator held exclusively.
//! - **I6** A region is in exactly one place: the spare list, one open scope (or the child list of one), or forgotten. The
//!   turn rebuilds the spare list from the list of all regions when any is missing.
//! - **I7** Nothing handed out outlives the borrow it came from: `Frame`'s methods take `&'f self` and return `'f`.
//! - **I8** A `Frame` is only ever lent as `&Frame`: no constructor, no `Clone`, never `&mut`, never by value. Its handle
//!   is reachable by `&` only and its tag changes only at checkout.
//! - **I9** No reference to the inside of an arena, heap or list is held while user code runs (constructors, `Drop`,
//!   `Clone`, iterators, hooks).
//! - **I10** Cold paths take a layout and return a pointer; they never see the value. Every failure comes before any change.
//! - **I11** A padded size is at most `isize::MAX` and a chunk at most half of it, so the signed compare does not wrap.
//! - **I12** An arena without memory has all four ends at one dangling constant. Values without size never reach an arena.
//! - **I13** A buffer grows or shrinks in place only if it ends at `lo`, starts inside the current window and is not empty.
//!   A vector gives memory back only after the drops of its elements, panics included.
//! - **I14** While a cursor is out, the arena's window is another one or empty, and the carved window counts as used. It
//!   becomes current again only if the arena's window is empty.
//! - **I15** `dirty` is set while the window may not be all of the only chunk; reset then goes by the chunk list.
//! - **I16** Growth and consolidation go by bytes used. `used = closed + carved + (end - hi) + (lo - base)`, exactly.
//! - **I17** No uninitialised value is ever assumed initialised; nothing pins an owned frame value.
//! - **I18** Tables of arenas hold raw pointers; growing a table never moves an arena.

pub(crate) mod arena;
pub(crate) mod chunk;
pub(crate) mod cursor;
pub(crate) mod frame;
pub(crate) mod owned;
pub(crate) mod poison;
pub(crate) mod registry;
pub(crate) mod share;
pub(crate) mod thread_heap;
pub(crate) mod tls;
