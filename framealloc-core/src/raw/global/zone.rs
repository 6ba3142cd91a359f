//! The zone of a thread: whether the heap is off limits, for whom, and what was taken from it since.
//!
//! The flag is a leaf that every room may read and set: what the crate's own memory grows by is not the program's doing.

use core::cell::Cell;

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

/// What a thread knows: whether the heap is off limits, for whom, and what was taken from it since.
#[derive(Clone, Copy)]
struct Zone {
    watched: bool,
    used: HeapUse,
    owner: ZoneOwner,
}

impl Zone {
    const FREE: Self = Self { watched: false, used: HeapUse::NONE, owner: ZoneOwner::NONE };
}

thread_local! {
    /// Constant and without a destructor: the allocator reads it at any time in a thread's life.
    static ZONE: Cell<Zone> = const { Cell::new(Zone::FREE) };
}

/// Whether the heap is off limits here.
#[inline(always)]
pub(super) fn is_watched() -> bool {
    ZONE.with(|zone| zone.get().watched)
}

/// Counts a call for `bytes` bytes and has `notice` hear of it, with the calls so far. The flag is off meanwhile:
/// reporting takes from the heap itself.
pub(super) fn used(bytes: usize, notice: impl FnOnce(ZoneOwner, usize)) {
    let mut zone = ZONE.get();
    zone.used.add(HeapUse { calls: 1, bytes });
    ZONE.set(Zone { watched: false, ..zone });
    notice(zone.owner, zone.used.calls);
    ZONE.set(zone);
}

/// The time in which the heap is watched, or in which a system that may use it interrupts one that may not.
///
/// The flag is the thread's, since a global allocator has no other way to know. It is put back on every way out, and each
/// annotated system sets its own: one that Bevy runs on the stack of a waiting one is not attributed to that one.
pub(crate) struct HeapZone {
    previous: Option<Zone>,
    #[cfg(feature = "rtsan")]
    looks_away: Option<super::sanitizer::LooksAway>,
}

impl HeapZone {
    /// No time yet.
    #[inline(always)]
    pub(crate) const fn new() -> Self {
        Self {
            previous: None,
            #[cfg(feature = "rtsan")]
            looks_away: None,
        }
    }

    /// Begins the time of a function that may not use the heap.
    pub(crate) fn watch(&mut self, owner: ZoneOwner) {
        self.previous = Some(ZONE.replace(Zone { watched: true, used: HeapUse::NONE, owner }));
    }

    /// Begins the time of a system that may use the heap, if it interrupts one that may not.
    #[inline(always)]
    pub(crate) fn interrupt(&mut self) {
        if is_watched() {
            self.free();
        }
    }

    #[cold]
    #[inline(never)]
    fn free(&mut self) {
        self.previous = Some(ZONE.replace(Zone::FREE));
    }

    /// The allocator itself grows, in a cold path: that is not the system's doing, and passes. The event `Grew` tells of it.
    ///
    /// Never inlined, and neither is a function that calls it: `cargo fa prove` takes what such a function calls for growth,
    /// so that the program is judged by the rule of the run. `cargo-fa/tests/prove.rs` looks at each.
    #[cold]
    #[inline(never)]
    pub(crate) fn growth() -> Self {
        let mut zone = Self::new();
        zone.interrupt();
        #[cfg(feature = "rtsan")]
        {
            zone.looks_away = Some(super::sanitizer::LooksAway::begin());
        }
        zone
    }

    /// Ends the time and returns what was used in it.
    #[inline(always)]
    pub(crate) fn leave(&mut self) -> HeapUse {
        if self.previous.is_none() { HeapUse::NONE } else { self.put_back() }
    }

    #[inline(never)]
    fn put_back(&mut self) -> HeapUse {
        self.previous.take().map_or(HeapUse::NONE, |previous| ZONE.replace(previous).used)
    }
}

impl Drop for HeapZone {
    #[inline(always)]
    fn drop(&mut self) {
        self.leave();
    }
}

/// Calls `keep`, which asks for memory that is not the program's: it is not counted.
#[cfg(feature = "debug")]
#[inline(never)]
pub(crate) fn unwatched<R>(keep: impl FnOnce() -> R) -> R {
    let _growth = HeapZone::growth();
    keep()
}
