//! Pools: slabs of slots, the magazines and the depot that hand them out, and the owners of what is in them or on the heap.
//!
//! Pools are the whole process's: nothing here may know of an allocator or a frame, count per operation on the hot path, or
//! wait for another thread but under the lock of a depot, and at its end as P6 says.
//!
//! - **P1** A slot is in exactly one place: a live box or vacant place, one word of a magazine, the overflow list, or
//!   the part of a slab that was never handed out. `carved` is the sum of all but the last.
//! - **P2** A magazine belongs to one thread (in use or spare) or to the depot, and moves, whole, only under the pool's
//!   lock. In use and spare are never the same magazine.
//! - **P3** The bottom word of a magazine is null and its top word is `TOP`, always. All its words are initialised when
//!   it is made; those above the position are stale or null, never `TOP`, and never used as slots. Nobody writes to the
//!   dummy.
//! - **P4** Word 0 of a thread's positions is the dummy for ever. The numbers in slab headers are below `POOLS` and
//!   written once, after the pool has its index. That is the number of the one place of the registry that the pool has,
//!   or 0 if it has none: a place is given once, and whoever brings a pool tries all of them in the same order.
//! - **P5** Only the thread itself writes its positions (relaxed: plain moves); others only read them, inside the gate
//!   of its cache.
//! - **P6** A thread's cache leaves the registry when it has given its magazines back, and is freed as E1 says. Its
//!   positions, which are the thread's, go only when its gate is closed and nobody is inside. A reader is inside for two
//!   loads of one thread's words, and holds no lock that this thread waits for. No user code runs under the lock of a
//!   depot, but for the global allocator.
//! - **P7** After the sentinel all positions are the dummy and stay so. A thread whose sentinel can no longer be
//!   registered counts as ended at once.
//! - **P8** Size and alignment are read before a value is dropped; its slot is freed by a guard afterwards, panic or
//!   not; the header is read before the slot is given away.
//! - **P9** A slab is aligned to its size and holds one pool. It is freed only under the pool's lock, when all its
//!   slots are in the depot or were never handed out. The pointer to a slot keeps the provenance of the slab: it never
//!   comes from a reference.
//! - **P10** Cold paths read the position again, because what ran in between may have used the pool; on failure the
//!   magazines stay as they were.
//! - **P11** A fixed pool counts an object before it takes the slot, and counts it off after it gave the slot back.
//! - **P12** Freeing never fails and never panics: both lists of a depot have room for every magazine of the pool, and
//!   what finds no magazine goes on the overflow list.
//! - **P13** A single slot lies in the first `SLAB` bytes of a block that is aligned to that and begins with a header
//!   like that of a slab: of the pool `SINGLE`, with 0 for both indices, so that no free slot of its kind ever gets into
//!   a magazine (P4).
//! - **P14** A value that is retired is in one place: in a chunk of the lane that it was added to, until it is taken out,
//!   which moves it, and from then on with the one who took it out and drops it. It, and what leads to it, is written
//!   before it is counted, and taken out once it was found counted (release, then acquire). A chunk is written to again
//!   once its last value was taken out and it was given back to the lane (release, then acquire).
//! - **P15** A cache joins the registry before it takes a magazine and leaves it after it gave the last one back. What
//!   goes between magazines and a depot does so under the lock of the depot, positions included, and the version of the
//!   depot's figures is odd meanwhile. Who finds the same even version before and after it read the positions, or holds
//!   the lock, has counted each free slot once.
//! - **P16** A lane of retired values has a list, and may have a thread, which claimed it by an exchange of the number of
//!   its holders and has the writer's part until it leaves. The reader's part belongs to who holds the lock of the list.
//!   Who adds borrows the list, so a list that is dropped has both parts. Either leaves a lane once, by an exchange; the
//!   last one frees it. Lanes stay in their list as long as that lives.

pub(crate) mod beside;
pub(crate) mod boxes;
mod counted;
pub(crate) mod depot;
pub(crate) mod depot_figures;
pub(crate) mod from_raw;
mod gate;
pub(crate) mod heap_counters;
pub(crate) mod hot;
pub(crate) mod magazine;
pub(crate) mod owner;
pub(crate) mod pool;
pub(crate) mod promoted;
pub(crate) mod redzones;
pub(crate) mod refusals;
pub(crate) mod registry;
pub(crate) mod request;
pub(crate) mod retire;
pub(crate) mod single_slot;
pub(crate) mod size_class;
pub(crate) mod slab;
pub(crate) mod thread_cache;
