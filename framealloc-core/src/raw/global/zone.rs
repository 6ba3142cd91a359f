//! The zone of a thread: whether the heap is off limits, for whom, and what was taken from it since; and whether what is
//! asked of it is bumped (`ambient`).
//!
//! The flag is a leaf that every room may read and set: what the crate's own memory grows by is not the program's doing.

use core::cell::Cell;

use super::ambient::row_of;
use super::ambient::thread::{self, OuterZone};
pub(crate) use super::by_tag::thread::OuterTag;
use super::by_tag::thread::{OWN, open_row};

/// What memory without a tag is reported under.
pub(crate) const UNTAGGED: &str = "(untagged)";

/// Calls of the global allocator where there should be none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapUse {
    /// Calls that asked for memory: allocations and reallocations.
    pub calls: usize,
    /// Bytes that were asked for.
    pub bytes: usize,
}

impl HeapUse {
    pub(crate) const NONE: Self = Self { calls: 0, bytes: 0 };

    pub(crate) fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// The function that may not use the heap: a system, or the caller of [`no_heap`](crate::no_heap).
#[derive(Clone, Copy, Debug)]
pub(crate) struct ZoneOwner {
    pub(crate) system: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    /// The path: looking it up takes a lock, which the allocator must not.
    pub(crate) tag: &'static str,
}

impl ZoneOwner {
    pub(crate) const NONE: Self = Self { system: "", file: "", line: 0, tag: "" };
}

/// The heap is off limits.
const WATCHED: u8 = 1;
/// The heap may be used, and what is asked of it is counted.
const COUNTED: u8 = 4;
/// What is asked of the heap is bumped: what the thread knows of that is the business of `ambient/thread/mod.rs`.
const AMBIENT: u8 = 2;

/// What a thread knows: whether the heap is off limits, for whom, and what was taken from it since.
#[derive(Clone, Copy)]
struct Zone {
    /// [`WATCHED`] and [`AMBIENT`]; both in one byte, since a system looks for either with one instruction.
    flags: u8,
    used: HeapUse,
    owner: ZoneOwner,
}

impl Zone {
    const FREE: Self = Self { flags: 0, used: HeapUse::NONE, owner: ZoneOwner::NONE };
}

thread_local! {
    /// Constant and without a destructor: the allocator reads it at any time in a thread's life.
    static ZONE: Cell<Zone> = const { Cell::new(Zone::FREE) };
}

/// Whether what is asked of the heap is to be told here.
#[inline(always)]
pub(super) fn is_watched() -> bool {
    flags() & (WATCHED | COUNTED) != 0
}

#[inline(always)]
fn flags() -> u8 {
    ZONE.with(|zone| zone.get().flags)
}

/// Counts a call for `bytes` bytes. Where the heap is off limits `notice` hears of it, with the calls so far. The flag is off meanwhile:
/// reporting takes from the heap itself.
pub(super) fn used(bytes: usize, notice: impl FnOnce(ZoneOwner, usize)) {
    let mut zone = ZONE.get();
    zone.used.add(HeapUse { calls: 1, bytes });
    if zone.flags & WATCHED == 0 {
        return ZONE.set(zone);
    }
    ZONE.set(Zone { flags: 0, ..zone });
    let limit = thread::pause();
    notice(zone.owner, zone.used.calls);
    thread::resume(limit);
    ZONE.set(zone);
}

/// The time in which a call that was reported is passed on.
pub(super) struct Told(u8);

impl Told {
    pub(super) fn begin() -> Self {
        let zone = ZONE.get();
        ZONE.set(Zone { flags: zone.flags & !(WATCHED | COUNTED), ..zone });
        Self(zone.flags)
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        ZONE.set(Zone { flags: self.0, ..ZONE.get() });
    }
}

/// What was there before a zone began.
struct Outer {
    zone: Zone,
    heap: OuterHeap,
}

/// What became of the blocks that the heap was asked for.
enum OuterHeap {
    /// They are not bumped in the zone; up to this limit they were before.
    Paused(usize),
    /// They are bumped in the zone.
    Ambient(OuterZone),
}

/// The time in which the heap is watched or bumped, or in which a system that wants neither interrupts one that does.
///
/// The flags are the thread's, since a global allocator has no other way to know. They are put back on every way out, and each
/// annotated system sets its own: one that Bevy runs on the stack of a waiting one is not attributed to that one.
pub(crate) struct HeapZone {
    previous: Option<Outer>,
}

impl HeapZone {
    /// No time yet.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self { previous: None }
    }

    /// Begins the time of a function that may not use the heap.
    pub(crate) fn watch(&mut self, owner: ZoneOwner) {
        self.set(Zone { flags: WATCHED, used: HeapUse::NONE, owner });
    }

    /// Begins the time of a function that may use the heap, and is counted.
    pub(crate) fn count(&mut self) {
        self.set(Zone { flags: COUNTED, ..Zone::FREE });
    }

    /// Whether a guard is the program's global allocator: it counts what is asked of it here.
    #[inline(never)]
    pub(crate) fn is_counted() -> bool {
        let mut zone = Self::new();
        zone.count();
        // The optimiser may leave out a block that nobody looks at.
        drop(core::hint::black_box(Box::new(core::hint::black_box(0_u8))));
        zone.leave().calls != 0
    }

    /// Begins the time of a function whose heap is bumped, for the tag with this index. It may use the heap otherwise, too,
    /// unless it is the one that [`watch`](Self::watch) was called for.
    pub(crate) fn serve(&mut self, tag: usize) {
        if self.previous.is_none() {
            self.set(Zone::FREE);
        }
        let Some(outer) = &mut self.previous else { return };
        if let OuterHeap::Paused(limit) = outer.heap {
            thread::resume(limit);
            outer.heap = OuterHeap::Ambient(thread::begin(row_of(tag)));
            ZONE.set(Zone { flags: flags() | AMBIENT, ..ZONE.get() });
        }
    }

    /// Begins the time of a system that may use the heap and has it from the heap, if it interrupts another one.
    #[inline(always)]
    pub(crate) fn interrupt(&mut self) {
        if flags() != 0 {
            self.free();
        }
    }

    #[cold]
    #[inline(never)]
    fn free(&mut self) {
        self.set(Zone::FREE);
    }

    fn set(&mut self, zone: Zone) {
        self.previous = Some(Outer { zone: ZONE.replace(zone), heap: OuterHeap::Paused(thread::pause()) });
    }

    /// The allocator itself grows, in a cold path: that is not the system's doing, and passes. The event `Grew` tells of it.
    ///
    /// Never inlined, and neither is a function that calls it: `cargo fa prove` takes what such a function calls for growth,
    /// so that the program is judged by the rule of the run. `cargo-fa/tests/prove.rs` looks at each.
    #[cold]
    #[inline(never)]
    pub(crate) fn growth() -> Growth {
        let mut zone = Self::new();
        zone.interrupt();
        Growth {
            _zone: zone,
            tag: OuterTag::open(OWN),
            #[cfg(feature = "rtsan")]
            _looks_away: super::sanitizer::LooksAway::begin(),
        }
    }

    /// Whether a time has begun that has not ended.
    #[inline(always)]
    pub(crate) fn has_begun(&self) -> bool {
        self.previous.is_some()
    }

    /// Ends the time and returns what was used in it.
    #[inline(always)]
    pub(crate) fn leave(&mut self) -> HeapUse {
        if self.previous.is_none() { HeapUse::NONE } else { self.put_back() }
    }

    #[inline(never)]
    fn put_back(&mut self) -> HeapUse {
        let Some(outer) = self.previous.take() else { return HeapUse::NONE };
        match outer.heap {
            OuterHeap::Paused(limit) => thread::resume(limit),
            OuterHeap::Ambient(outer) => thread::end(outer),
        }
        ZONE.replace(outer.zone).used
    }
}

impl Drop for HeapZone {
    #[inline(always)]
    fn drop(&mut self) {
        self.leave();
    }
}

/// What is asked of the heap is attributed to the tag with this index from now on.
#[inline(always)]
pub(crate) fn open_tag(tag: usize) -> OuterTag {
    OuterTag::open(row_of(tag))
}

/// The time in which the allocator itself grows.
pub(crate) struct Growth {
    tag: OuterTag,
    _zone: HeapZone,
    #[cfg(feature = "rtsan")]
    _looks_away: super::sanitizer::LooksAway,
}

impl Drop for Growth {
    #[inline(always)]
    fn drop(&mut self) {
        self.tag.put_back();
    }
}

/// The time in which what is asked of the heap is bumped, in the middle of a function: who may use the heap stays as it was.
#[derive(Debug)]
pub(crate) struct AmbientZone {
    flags: u8,
    tag: OuterTag,
    outer: Option<OuterZone>,
}

impl AmbientZone {
    /// Begins the time, for the tag with this index. What is too large for a chunk is that tag's as well.
    #[inline(never)]
    pub(crate) fn begin(tag: usize) -> Self {
        let zone = ZONE.get();
        ZONE.set(Zone { flags: zone.flags | AMBIENT, ..zone });
        Self { flags: zone.flags, tag: open_tag(tag), outer: Some(thread::begin(row_of(tag))) }
    }
}

impl Drop for AmbientZone {
    #[inline(never)]
    fn drop(&mut self) {
        if let Some(outer) = self.outer.take() {
            thread::end(outer);
        }
        self.tag.put_back();
        ZONE.set(Zone { flags: self.flags, ..ZONE.get() });
    }
}

/// The time in which a tag is open: what is asked of the heap is attributed to it, and bumped from chunks of its own where it
/// was bumped before.
pub(crate) enum OpenTag {
    /// Nothing is bumped, and another tag was open.
    Heap(OuterTag),
    /// Blocks are bumped from chunks of the tag, which was not open before.
    Zone { _zone: AmbientZone },
    /// The tag was open, and blocks were bumped from its chunks.
    Same,
}

impl OpenTag {
    /// Begins the time, for the tag with this index.
    #[inline(always)]
    pub(crate) fn begin(tag: usize) -> Self {
        if flags() & AMBIENT != 0 { Self::in_a_zone(tag) } else { Self::Heap(open_tag(tag)) }
    }

    #[cold]
    #[inline(never)]
    fn in_a_zone(tag: usize) -> Self {
        if open_row() == row_of(tag) { Self::Same } else { Self::Zone { _zone: AmbientZone::begin(tag) } }
    }
}

impl Drop for OpenTag {
    #[inline(always)]
    fn drop(&mut self) {
        // A zone puts back the tag that was open when it began.
        if let Self::Heap(outer) = self {
            outer.put_back();
        }
    }
}

/// Calls `take` while nothing is bumped: what framealloc takes to answer or to tell is in no zone, whoever asks. Whether the heap
/// may be used stays as it was, as does the tag.
pub(crate) fn outside_of_zones<R>(take: impl FnOnce() -> R) -> R {
    struct Paused(usize);
    impl Drop for Paused {
        fn drop(&mut self) {
            thread::resume(self.0);
        }
    }
    let _paused = Paused(thread::pause());
    take()
}

/// Calls `keep`, which asks for memory that is not the program's: it is not counted.
#[cfg(feature = "debug")]
#[inline(never)]
pub(crate) fn unwatched<R>(keep: impl FnOnce() -> R) -> R {
    let _growth = HeapZone::growth();
    keep()
}
