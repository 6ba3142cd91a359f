//! Frame memory: the allocator, the arenas of each thread, the frames that lend them, and what ends with a frame.
//!
//! No user code ever runs while a lock or a reference to the inside of an arena, an arena set or a list is held. Nothing here
//! knows who watches, and nothing takes an arena's memory back without the exclusive access that proves it unused.
//!
//! - **I1** The number of an allocator and the token of a thread come from counters and are never used again.
//!   Thread-local memory of arenas is keyed by the number, never by an address.
//! - **I2** An arena set, its frames and its regions are used only by the thread whose token its claim carries, or by
//!   whoever holds the allocator exclusively. A claim changes by exchange from none to a thread, and, where the arena
//!   set is not lent (I22), from a thread that has ended to another, which comes after all that the first did (release,
//!   then acquire); else from a thread that has ended to none only with the allocator held exclusively.
//! - **I3** `Inner`, arena sets and frames are boxes turned into raw pointers. They are never moved and are freed only
//!   when the owning `SmartAlloc` drops. Chunks belong to their arena's list.
//! - **I4** When a thread ends its sentinel forgets every remembered arena, stops the thread from remembering any more,
//!   and ends claims that it owns a share of; it touches no arena set. Claims of threads whose thread-locals are
//!   already gone are over at once, and their arena sets lent.
//! - **I5** A whole-frame arena is reset only with the allocator held exclusively; a region only when its scope closes,
//!   or with the allocator held exclusively. What `FrameState` holds is written only with the allocator held
//!   exclusively.
//! - **I6** A region is in exactly one place: the spare list, one open scope (or the child list of one), or forgotten.
//!   The end of the frame rebuilds the spare list from the list of all regions when any is missing.
//! - **I7** Nothing handed out outlives the borrow it came from: `Frame`'s methods take `&'f self` and return `'f`.
//! - **I8** A `Frame` is only ever lent as `&Frame`: no constructor, no `Clone`, never `&mut`, never by value. Its
//!   handle is reachable by `&` only and its tag changes only at checkout.
//! - **I9** No reference to the inside of an arena, arena set or list is held while user code runs (constructors,
//!   `Drop`, `Clone`, iterators, hooks).
//! - **I10** Cold paths take a layout and return a pointer; they never see the value. Every failure comes before any
//!   change.
//! - **I12** An arena without memory has all four ends at one dangling constant. Values without size never reach an
//!   arena; a run-time layout without size gets an address of the window that fits it, or a dangling one.
//! - **I13** A buffer grows or shrinks in place only if it ends at `lo`, starts inside the current window and is not
//!   empty. A vector gives memory back only after the drops of its elements, panics included.
//! - **I14** While a cursor is out, the carved window counts as used and the arena hands nothing out of it: it is
//!   marked as out, with `hi` and `lo` at its top (no growable ends there: a window without room is never carved), or
//!   counted as carved (`settle`), the arena's window being another one or empty. All that opens, closes or replaces the
//!   window settles first. It becomes current again only from the mark, or if the arena's window has no room.
//! - **I15** `dirty` is set while the window may not be all of the last chunk, while it is out, or another chunk may be
//!   in use; reset then goes by the chunk list.
//! - **I16** Growth and consolidation go by bytes used. `used = closed + carved + (end - hi) + (lo - base)`, exactly.
//! - **I17** No uninitialised value is ever assumed initialised; nothing pins an owned frame value.
//! - **I18** Tables of arenas hold raw pointers; growing a table never moves an arena.
//! - **I19** The gate of an arena is the frame that the arena is in. What a gate granted is, exactly, `closed + carved`
//!   and the capacity of the window, and what blocks in chunks of their own were charged; accounts hold what their
//!   frames were granted.
//! - **I20** Hidden bytes belong to a chunk of the arena, are not handed out, and no window overlaps them.
//! - **I22** An arena set is *lent* from when its thread gets at it by more than `scoped`, `speculative` or a call of
//!   an annotated system, or gets at it at all once its sentinel has run or cannot be registered; its claim says so
//!   before the arena set is used. Between the calls nothing of an arena set that is not lent is
//!   borrowed: they end what they open before they return, what they lend lives no longer than a closure, and the
//!   sentinel runs in none of them. The keys by which a thread remembers arenas differ by it, so that one found for a
//!   scope is never taken for a lent one.
//! - **I23** The room of an object is taken back before the reset only by whoever was to fill it, after the drops of
//!   what is in it, and only if it begins at `hi` and ends in the current window: everything below it is free then,
//!   whatever user code did meanwhile. No capacity moves, so no gate hears of it; the peak keeps the bytes (`lo_peak`).
//!   Slots do not give theirs back: they know no arena, may be on another thread, and have no drop.
//! - **I24** Shared values are in arenas of their own, one for each thread and tag, which are lent to nobody: no scope,
//!   no cursor and no `&Frame` of the user's is of them. A shared value is written before its handle exists and is only
//!   read from then on, until the list of its arena set drops it. An arena set need not be lent (I22) for it: handles
//!   borrow nothing of it.
//! - **I25** A handle names its value by the number of the allocator and that of the end of the frame that it waits for:
//!   64 bits each and never used again (I1). It gives the value out only to who shows that this end has not come, or
//!   that he holds the flight that came out of it.
//! - **I26** A flight has the lists and the chunks of shared values that it took out of their arenas with the allocator
//!   held exclusively; no list, no arena and no other flight has them. It changes only before it has a holder and after
//!   the last one. A holder gives out `&T` for as long as it is borrowed itself; who takes the count of holders from 1
//!   to 0 comes after all that the others did (release, then acquire), and has the flight to itself from there on.
//! - **I27** A flight is in one place: with its holders, with the one who drops its values, in the list of those that
//!   came back, among the spare ones of its allocator, or freed. It is pushed to the list once, without values, and the
//!   list is only ever taken as a whole, by who holds the allocator exclusively. Who finds the mark that the allocator is
//!   gone, in the exchange that would push, frees the flight: nobody else will.
//! - **I28** An edition (a published frame) changes only while nobody but the publisher, or the last owner of the publication,
//!   can get at it: before it is the newest, and after it was replaced and no reader has it (I29). Its value was shared in the
//!   frame of its flight, which it holds from the one to the other (I26).
//! - **I29** A reader writes into its slot that it is looking, counts, finds the newest edition and writes which one it is,
//!   or that it has none once it has none. The publisher ends an edition only after it was replaced, and after it has then
//!   counted in each slot and found there something else each time. Counts in one slot come one after the other: a reader
//!   that counts later finds what replaced the edition; of one that counted before, the publisher finds what it wrote, or
//!   what it wrote later. A slot that is not found in the list is put there after the look, by an exchange on both sides.
//! - **I30** Slots live as long as the publication, and are in its list from the first use on; `next` does not change any more.
//!   A slot is one reader's, from an exchange that finds it free until the reader stores that it is. What a publisher keeps is
//!   used by it alone, exclusively, or by the last owner.
//! - **I31** The entry of an arena set is linked once, behind all that are there, after it was written (release, then
//!   acquire). It is unlinked and freed only with the allocator. What it says of its thread is written by who has just
//!   taken the arena set, or with the allocator held exclusively; what others may see, with the allocator held
//!   exclusively only.
//! - **I33** What a sampler keeps back of a window is free memory of the same chunk, beside the window on one side, and is
//!   handed out to nobody. It is found by the ends of its window, which no other has. To a gate it counts as part of the
//!   window (I19). The reset, and whatever sets a window anew from the chunks, forgets it; what closes the window hides it.

pub(crate) mod accounts;
pub(crate) mod allocator;
pub(crate) mod arena;
pub(crate) mod blocks;
pub(crate) mod boxes;
pub(crate) mod charging;
mod claim;
pub(crate) mod cursor;
mod entries;
pub(crate) mod fill;
pub(crate) mod flights;
pub(crate) mod frame;
pub(crate) mod frame_raw;
pub(crate) mod gate;
pub(crate) mod growth;
pub(crate) mod heap_frames;
pub(crate) mod held;
pub(crate) mod hooks;
pub(crate) mod last_frame;
mod lists;
pub(crate) mod living;
mod name_cache;
pub(crate) mod one_thread;
mod open_phases;
pub(crate) mod owned;
pub(crate) mod phases;
pub(crate) mod promotions;
pub(crate) mod report;
pub(crate) mod retained;
pub(crate) mod sampled;
pub(crate) mod sampling;
pub(crate) mod scratch;
pub(crate) mod scratch_region;
pub(crate) mod shared;
pub(crate) mod shared_arenas;
pub(crate) mod shared_name;
pub(crate) mod system_region;
pub(crate) mod thread_arenas;
pub(crate) mod tls;
pub(crate) mod transfers;
