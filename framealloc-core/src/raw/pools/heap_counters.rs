//! What tags hold on the heap: counted for what programs asked for and for what pools passed on.

use core::sync::atomic::Ordering::Relaxed;
use std::sync::OnceLock;

use crate::raw::mem::heap_block::HeapCounters;
use crate::tag::{LIMIT, TagId};

/// What a tag holds on the heap through this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapStats {
    /// The tag.
    pub tag: TagId,
    /// Values so far.
    pub total: u64,
    /// Bytes of those, without what the global allocator adds.
    pub total_bytes: u64,
    /// Values that are alive.
    pub live: u64,
    /// Bytes of those.
    pub live_bytes: u64,
}

/// What pools passed on to the heap, by tag.
pub(crate) fn all_passed_on() -> impl Iterator<Item = HeapStats> {
    PASSED_ON.all()
}

/// The counters of what pools pass on to the heap for a tag.
pub(crate) fn passed_on(tag: TagId) -> &'static HeapCounters {
    PASSED_ON.of(tag)
}

impl HeapStats {
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self {
            tag: self.tag,
            total: self.total + other.total,
            total_bytes: self.total_bytes + other.total_bytes,
            live: self.live + other.live,
            live_bytes: self.live_bytes + other.live_bytes,
        }
    }
}

/// The index of the tag that these count for.
pub(super) fn tag_of(counters: &'static HeapCounters) -> Option<usize> {
    [&ASKED_FOR, &PASSED_ON].into_iter().find_map(|all| all.index_of(counters))
}

pub(crate) fn stats_of(tag: TagId, counters: &HeapCounters) -> HeapStats {
    // What was freed first: then a value that goes in between is not counted as less than none.
    let (freed, freed_bytes) = (counters.freed.load(Relaxed), counters.freed_bytes.load(Relaxed));
    let (total, total_bytes) = (counters.taken.load(Relaxed), counters.taken_bytes.load(Relaxed));
    HeapStats {
        tag,
        total,
        total_bytes,
        live: total.saturating_sub(freed),
        live_bytes: total_bytes.saturating_sub(freed_bytes),
    }
}

/// Values that the tag with this index ever had on the heap, those that pools passed on not counted.
#[cfg(feature = "memory_filter")]
pub(crate) fn taken(index: usize) -> u64 {
    ASKED_FOR.known(index).map_or(0, |counters| counters.taken.load(Relaxed))
}

/// What programs asked the heap for, and what pools passed on to it.
pub(crate) static ASKED_FOR: CountersByTag = CountersByTag::new();
pub(crate) static PASSED_ON: CountersByTag = CountersByTag::new();

/// Tags whose counters are made together.
const CHUNK: usize = 1 << 10;

/// Chunks beyond the first that there can be.
const FURTHER: usize = LIMIT / CHUNK - 1;

/// Counters of all tags. They stay: blocks point at them.
pub(crate) struct CountersByTag {
    /// Those of the tags that nearly every program gets along with: they need no memory that could be refused.
    first: [HeapCounters; CHUNK],
    further: [OnceLock<Box<[HeapCounters]>>; FURTHER],
}

impl CountersByTag {
    #[expect(clippy::large_stack_arrays, reason = "only ever the value of a static")]
    const fn new() -> Self {
        Self { first: [const { HeapCounters::new() }; CHUNK], further: [const { OnceLock::new() }; FURTHER] }
    }

    #[inline]
    pub(crate) fn of(&'static self, tag: TagId) -> &'static HeapCounters {
        self.first.get(tag.index()).unwrap_or_else(|| self.further(tag))
    }

    #[cold]
    fn further(&'static self, tag: TagId) -> &'static HeapCounters {
        let make = || (0..CHUNK).map(|_| HeapCounters::new()).collect();
        &self.further[tag.index() / CHUNK - 1].get_or_init(make)[tag.index() % CHUNK]
    }

    fn index_of(&'static self, counters: &'static HeapCounters) -> Option<usize> {
        let chunks =
            std::iter::once(&self.first[..]).chain(self.further.iter().filter_map(OnceLock::get).map(|all| &all[..]));
        let places = chunks.enumerate().map(|(chunk, all)| (chunk, all.as_ptr_range()));
        places
            .filter(|(_, range)| range.contains(&core::ptr::from_ref(counters)))
            .map(|(chunk, range)| {
                let bytes = core::ptr::from_ref(counters).addr() - range.start.addr();
                chunk * CHUNK + bytes / size_of::<HeapCounters>()
            })
            .next()
    }

    #[cfg(feature = "memory_filter")]
    fn known(&self, index: usize) -> Option<&HeapCounters> {
        let further = || self.further.get(index / CHUNK - 1)?.get()?.get(index % CHUNK);
        self.first.get(index).or_else(further)
    }

    /// Figures of all tags that were ever used, in the order of the tags.
    pub(crate) fn all(&'static self) -> impl Iterator<Item = HeapStats> {
        let further = self.further.iter().map(|chunk| chunk.get().map_or(&[][..], |chunk| chunk));
        let chunks = std::iter::once(&self.first[..]).chain(further).enumerate();
        let all = chunks.flat_map(|(chunk, counters)| {
            let tags = (chunk * CHUNK..).map(TagId::from_index);
            tags.zip(counters).map(|(tag, counters)| stats_of(tag, counters))
        });
        all.filter(|stats| stats.total > 0)
    }
}
