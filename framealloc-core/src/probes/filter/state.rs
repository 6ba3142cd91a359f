//! What the filters see between two ends of frames: pool objects, values that were promoted, handles that are asked too late.
//!
//! Pools are process-wide, and a box may be dropped on any thread, so this is too: one list of filters behind one lock,
//! taken only while a filter is enabled. No user code runs under it, but for the global allocator, when a tag or a pool
//! is first seen.

use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::sample::{Objects, Survivors};
use crate::pool_settings::PoolSettings;
use crate::raw::global::zone::HeapZone;
use crate::tag::TagId;
use crate::thread_token;

/// Whether any filter is enabled. Relaxed: an operation on its way while that changes may be missed.
static ON: AtomicBool = AtomicBool::new(false);

static FILTERS: Mutex<Vec<FilterState>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<FilterState>> {
    // Nothing below panics between two changes.
    FILTERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[inline(always)]
pub(super) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Whoever an object was made for.
#[derive(Clone, Copy)]
pub(crate) enum Maker {
    /// A tag, in the pool of the object's size.
    Tag(TagId),
    /// A pool of its own.
    Pool(&'static PoolSettings),
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Tag(TagId),
    /// The address of its settings, which no other pool has.
    Pool(usize),
}

/// What happened under a tag or in a pool since the last end of a frame.
pub(crate) struct Row {
    pub(crate) maker: Maker,
    /// Objects made.
    pub(crate) objects: u64,
    /// Of those in the sample: how many they are, how many they stand for, and how many of these were freed.
    pub(crate) sampled: u64,
    pub(crate) made: u64,
    pub(crate) freed: u64,
    /// Requests that were passed on to the heap.
    pub(crate) oversized: u64,
    /// Shared values that were asked for more frames after their own than they may be, and the oldest one's age.
    pub(crate) late: u64,
    pub(crate) latest: u64,
}

impl Row {
    fn new(maker: Maker) -> Self {
        Self { maker, objects: 0, sampled: 0, made: 0, freed: 0, oversized: 0, late: 0, latest: 0 }
    }
}

/// What the end of a frame is given.
pub(crate) enum Seen<'a> {
    /// Rows keep their order.
    Row(&'a Row),
    /// So many promoted values of the tag were followed, for so many frames on average.
    Lives { tag: TagId, followed: u64, mean: f64 },
}

/// What one filter sees.
struct FilterState {
    /// The number of the filter's allocator.
    allocator: u64,
    /// Frames of that allocator that ended since the filter was enabled.
    frame: u64,
    survival_frames: u64,
    rows: Vec<Row>,
    known: FxHashMap<Key, u32>,
    objects: Objects,
    survivors: Survivors,
}

impl FilterState {
    #[inline(never)]
    fn row(&mut self, maker: Maker) -> u32 {
        let key = match maker {
            Maker::Tag(tag) => Key::Tag(tag),
            Maker::Pool(pool) => Key::Pool(core::ptr::from_ref(pool).addr()),
        };
        if let Some(row) = self.known.get(&key) {
            return *row;
        }
        // What this takes from the heap is not the system's that happens to run.
        let _growth = HeapZone::growth();
        let row = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.rows.push(Row::new(maker));
        self.known.insert(key, row);
        row
    }
}

#[cold]
#[inline(never)]
pub(super) fn taken(address: usize, maker: Maker) {
    let thread = thread_token::token();
    for filter in lock().iter_mut() {
        let row = filter.row(maker);
        filter.rows[row as usize].objects += 1;
        filter.objects.take(address, row, thread);
    }
}

#[cold]
#[inline(never)]
pub(super) fn oversized(tag: TagId) {
    for filter in lock().iter_mut() {
        let row = filter.row(Maker::Tag(tag));
        filter.rows[row as usize].oversized += 1;
    }
}

#[cold]
#[inline(never)]
pub(super) fn freed(address: usize) {
    let thread = thread_token::token();
    for filter in lock().iter_mut() {
        filter.objects.free(address, thread);
        filter.survivors.free(address, filter.frame);
    }
}

#[cold]
#[inline(never)]
pub(super) fn asked_late(allocator: u64, tag: TagId, frames: u64) {
    let mut filters = lock();
    let filter = filters.iter_mut().find(|filter| filter.allocator == allocator);
    if let Some(filter) = filter.filter(|filter| frames > filter.survival_frames) {
        let row = filter.row(Maker::Tag(tag));
        let row = &mut filter.rows[row as usize];
        row.late += 1;
        row.latest = row.latest.max(frames);
    }
}

/// A value that was retained under `tag` has moved to `address`.
pub(super) fn promoted(allocator: u64, tag: TagId, address: usize) {
    let mut filters = lock();
    if let Some(filter) = filters.iter_mut().find(|filter| filter.allocator == allocator) {
        filter.survivors.promoted(tag, address, filter.frame);
    }
}

/// A filter's place in the list, which it leaves on drop.
pub(crate) struct FilterHandle {
    allocator: u64,
}

impl FilterHandle {
    pub(crate) fn begin(allocator: u64, survival_frames: u64) -> Self {
        let filter = FilterState {
            allocator,
            frame: 0,
            survival_frames,
            rows: Vec::new(),
            known: FxHashMap::default(),
            objects: Objects::new(),
            survivors: Survivors::default(),
        };
        let mut filters = lock();
        filters.push(filter);
        ON.store(true, Ordering::Relaxed);
        Self { allocator }
    }

    /// The frame ends: calls `visit` with every row, which begins anew, and with what is known of promoted values by tag.
    pub(crate) fn end_frame(&self, mut visit: impl FnMut(Seen<'_>)) {
        let mut filters = lock();
        let Some(filter) = filters.iter_mut().find(|filter| filter.allocator == self.allocator) else { return };
        let FilterState { frame, rows, objects, survivors, .. } = filter;
        *frame += 1;
        objects.drain(|row, weight, is_freed| {
            let row = &mut rows[row as usize];
            row.sampled += 1;
            row.made += weight;
            row.freed += if is_freed { weight } else { 0 };
        });
        for row in rows {
            visit(Seen::Row(row));
            *row = Row::new(row.maker);
        }
        survivors.for_each(*frame, |tag, followed, mean| visit(Seen::Lives { tag, followed, mean }));
    }
}

impl Drop for FilterHandle {
    fn drop(&mut self) {
        let mut filters = lock();
        filters.retain(|filter| filter.allocator != self.allocator);
        ON.store(!filters.is_empty(), Ordering::Relaxed);
    }
}
