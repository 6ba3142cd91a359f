//! The only unsafe code of the crate, and the invariants it rests on. `SAFETY` comments cite them by number.
//!
//! # Frames
//!
//! - **I1** The number of an allocator and the token of a thread come from counters and are never used again. Thread-local
//!   memory of arenas is keyed by the number, never by an address.
//! - **I2** A heap, its frames and its regions are used only by the thread whose token its registry entry carries, or by
//!   whoever holds the allocator exclusively. A token changes under the registry lock from none to a thread, and, where the
//!   heap is not lent (I22), from a thread that has ended to another; else from a thread that has ended to none only with
//!   the allocator held exclusively.
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
//! - **I12** An arena without memory has all four ends at one dangling constant. Values without size never reach an arena;
//!   a run-time layout without size gets an address of the window that fits it, or a dangling one.
//! - **I13** A buffer grows or shrinks in place only if it ends at `lo`, starts inside the current window and is not empty.
//!   A vector gives memory back only after the drops of its elements, panics included.
//! - **I14** While a cursor is out, the carved window counts as used and the arena hands nothing out of it: it is marked as out,
//!   with `hi` and `lo` at its top (no growable ends there: a window without room is never carved), or booked as carved
//!   (`settle`), the arena's window being another one or empty. All that opens, closes or replaces the window settles first. It
//!   becomes current again only from the mark, or if the arena's window has no room.
//! - **I15** `dirty` is set while the window may not be all of the last chunk, while it is out, or another chunk may be in use;
//!   reset then goes by the chunk list.
//! - **I16** Growth and consolidation go by bytes used. `used = closed + carved + (end - hi) + (lo - base)`, exactly.
//! - **I17** No uninitialised value is ever assumed initialised; nothing pins an owned frame value.
//! - **I18** Tables of arenas hold raw pointers; growing a table never moves an arena.
//! - **I19** The gate of an arena is the frame that the arena is in. What a gate granted is, exactly, `closed + carved` and
//!   the capacity of the window, and what blocks in chunks of their own were charged; accounts hold what their frames were
//!   granted.
//! - **I20** Hidden bytes belong to a chunk of the arena, are not handed out, and no window overlaps them.
//! - **I21** With the feature `debug` (and no sanitizer) what is in no block of a chunk, and what is in no value of a slot, was
//!   overwritten and reads as freed, always: nobody writes to it but by mistake.
//! - **I22** A heap is *lent* from when its thread gets at it by more than `scoped`, `speculative` or a call of an annotated
//!   system, or gets at it at all once its sentinel has run or cannot be registered; this is noted under the registry lock,
//!   before the heap is used. Between the calls nothing of a heap that is not lent is borrowed: they end what they open
//!   before they return, what they lend lives no longer than a closure, and the sentinel runs in none of them. The keys by
//!   which a thread remembers arenas differ by it, so that one found for a scope is never taken for a lent one.
//! - **I23** The room of an object is taken back before the reset only by whoever was to fill it, after the drops of what is in it,
//!   and only if it begins at `hi` and ends in the current window: everything below it is free then, whatever user code did
//!   meanwhile. No capacity moves, so no gate hears of it; the peak keeps the bytes (`lo_peak`). Slots do not give theirs back:
//!   they know no arena, may be on another thread, and have no drop.
//!
//! # Pools
//!
//! - **P1** A slot is in exactly one place: a live box or vacant place, one word of a magazine, the overflow list, or the part
//!   of a slab that was never handed out. `carved` is the sum of all but the last.
//! - **P2** A magazine belongs to one thread (in use or spare) or to the depot, and moves, whole, only under the pool's lock. In
//!   use and spare are never the same magazine.
//! - **P3** The bottom word of a magazine is null and its top word is `TOP`, always. All its words are initialised when it is made;
//!   those above the position are stale or null, never `TOP`, and never used as slots. Nobody writes to the dummy.
//! - **P4** Word 0 of a thread's positions is the dummy for ever. The numbers in slab headers are below `POOLS` and written once,
//!   after the pool has its index, which changes once, under the lock of the registry.
//! - **P5** Only the thread itself writes its positions (relaxed: plain moves); others only read them, under the registry's lock.
//! - **P6** A thread's cache leaves the registry before it is freed, and before the thread's positions go; the registry is locked
//!   while a thread's magazines are given back. Locks are taken in the order registry, depot. No user code runs under one, but
//!   for the global allocator.
//! - **P7** After the sentinel all positions are the dummy and stay so. A thread whose sentinel can no longer be registered counts
//!   as ended at once.
//! - **P8** Size and alignment are read before a value is dropped; its slot is freed by a guard afterwards, panic or not; the
//!   header is read before the slot is given away.
//! - **P9** A slab is aligned to its size and holds one pool. It is freed only under the pool's lock, when all its slots are in the
//!   depot or were never handed out. The pointer to a slot keeps the provenance of the slab: it never comes from a reference.
//! - **P10** Cold paths read the position again, because what ran in between may have used the pool; on failure the magazines
//!   stay as they were.
//! - **P11** A fixed pool counts an object before it takes the slot, and counts it off after it gave the slot back.
//! - **P12** Freeing never fails and never panics: both lists of a depot have room for every magazine of the pool, and what finds
//!   no magazine goes on the overflow list.
//! - **P13** A lone slot lies in the first `SLAB` bytes of a block that is aligned to that and begins with a header like that of a
//!   slab: of the pool `LONE`, with 0 for both indices, so that no free slot of its kind ever gets into a magazine (P4).
//!
//! # Collections
//!
//! - **V1** The first `len` places of a vector's block are initialised and owned by the vector; `len <= capacity`.
//! - **V2** The length never counts an element that user code could find missing: it falls before drops and closures run
//!   and rises after the element is written. What is behind a hole is moved down by the guard that opened it.
//! - **V3** A block is a growable of `frame`'s arena with `capacity * size_of::<T>()` bytes, at most `isize::MAX`, or one
//!   that a box was in, of any arena and side: such a one lives for `'f`, and never both ends at `lo` and starts inside the
//!   window, so it is left where it is (I13). Its pointer never comes from a reference, which would not reach beyond it.
//!   Without capacity, and for types without size (capacity `usize::MAX`), it dangles and never reaches the arena.
//! - **V4** A block gives its memory back in its own drop, after the elements' drops, panics included (I13).
//! - **V5** Growth takes place, length and capacity by value and returns the new ones; where it fails nothing has changed.
//!   A block that moved is dead. At most the initialised bytes are copied.
//! - **V6** Blocks handed out through `Allocator` are growables of the one arena that the allocator names, and live as long
//!   as it is borrowed.
//! - **V7** The bytes of a string are UTF-8 whenever user code can see them or a panic can leave them.
//! - **V8** What an allocator of tables has set aside is a block of V6 that nobody else has. It is handed out once, or given
//!   back by the allocator that has it: clones take it over.
//! - **V9** The vector under a deque counts its capacity as its length, of places that may hold anything. `len` is at most the
//!   capacity, `head` below it or both are 0. The `len` places from `head` on, round the end, are initialised and owned by
//!   the deque; what is elsewhere is not. V2 holds for deques as for vectors.

pub(crate) mod allocator;
pub(crate) mod arena;
pub(crate) mod beside;
pub(crate) mod blocks;
pub(crate) mod cache;
pub(crate) mod carve;
pub(crate) mod chunk;
pub(crate) mod class;
pub(crate) mod count;
pub(crate) mod counting;
pub(crate) mod cursor;
pub(crate) mod depot;
pub(crate) mod deque;
mod entries;
pub(crate) mod figures;
pub(crate) mod fill;
pub(crate) mod frame;
pub(crate) mod frame_raw;
pub(crate) mod from_raw;
pub(crate) mod gap;
pub(crate) mod gate;
pub(crate) mod growth;
pub(crate) mod guarded;
pub(crate) mod heap_block;
pub(crate) mod heap_guard;
pub(crate) mod kept;
pub(crate) mod ledger;
pub(crate) mod living;
pub(crate) mod lone;
pub(crate) mod magazine;
#[cfg(framealloc_loom)]
pub mod model;
mod names;
pub(crate) mod owned;
pub(crate) mod owner;
pub(crate) mod phases;
pub(crate) mod poison;
pub(crate) mod pool;
pub(crate) mod pool_thread;
pub(crate) mod registry;
pub(crate) mod retain;
mod retired;
pub(crate) mod route;
pub(crate) mod scratch;
pub(crate) mod share;
pub(crate) mod slab;
pub(crate) mod string;
pub(crate) mod table;
pub(crate) mod thread_heap;
pub(crate) mod tls;
#[cfg(feature = "tracy")]
pub(crate) mod tracy;
pub(crate) mod values;
pub(crate) mod vec;
pub(crate) mod window;
