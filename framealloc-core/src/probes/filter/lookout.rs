//! What the filters see between two turns: pool objects, values that were promoted, handles that are asked too late.
//!
//! Pools are process-wide, and a box may be dropped on any thread, so this is too: one list of filters behind one lock, taken only
//! while a filter is enabled. No user code runs under it, but for the global allocator, when a tag or a pool is first seen.

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

static LOOKOUTS: Mutex<Vec<Lookout>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<Lookout>> {
    // Nothing below panics between two changes.
    LOOKOUTS.lock().unwrap_or_else(PoisonError::into_inner)
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

/// What happened under a tag or in a pool since the last turn.
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

/// What a turn is told.
pub(crate) enum Seen<'a> {
    /// Rows keep their order.
    Row(&'a Row),
    /// So many promoted values of the tag were followed, for so many frames on average.
    Lives { tag: TagId, followed: u64, mean: f64 },
}

/// What one filter sees.
struct Lookout {
    /// The number of the filter's allocator.
    allocator: u64,
    /// Turns of that allocator since the filter was enabled.
    frame: u64,
    survival_frames: u64,
    rows: Vec<Row>,
    known: FxHashMap<Key, u32>,
    objects: Objects,
    survivors: Survivors,
}

impl Lookout {
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
    for lookout in lock().iter_mut() {
        let row = lookout.row(maker);
        lookout.rows[row as usize].objects += 1;
        lookout.objects.take(address, row, thread);
    }
}

#[cold]
#[inline(never)]
pub(super) fn oversized(tag: TagId) {
    for lookout in lock().iter_mut() {
        let row = lookout.row(Maker::Tag(tag));
        lookout.rows[row as usize].oversized += 1;
    }
}

#[cold]
#[inline(never)]
pub(super) fn freed(address: usize) {
    let thread = thread_token::token();
    for lookout in lock().iter_mut() {
        lookout.objects.free(address, thread);
        lookout.survivors.free(address, lookout.frame);
    }
}

#[cold]
#[inline(never)]
pub(super) fn asked_late(allocator: u64, tag: TagId, frames: u64) {
    let mut lookouts = lock();
    let lookout = lookouts.iter_mut().find(|lookout| lookout.allocator == allocator);
    if let Some(lookout) = lookout.filter(|lookout| frames > lookout.survival_frames) {
        let row = lookout.row(Maker::Tag(tag));
        let row = &mut lookout.rows[row as usize];
        row.late += 1;
        row.latest = row.latest.max(frames);
    }
}

/// A value that was retained under `tag` has moved to `address`.
pub(super) fn promoted(allocator: u64, tag: TagId, address: usize) {
    let mut lookouts = lock();
    if let Some(lookout) = lookouts.iter_mut().find(|lookout| lookout.allocator == allocator) {
        lookout.survivors.promoted(tag, address, lookout.frame);
    }
}

/// A filter's place in the list, which it leaves on drop.
pub(crate) struct Post {
    allocator: u64,
}

impl Post {
    pub(crate) fn begin(allocator: u64, survival_frames: u64) -> Self {
        let lookout = Lookout {
            allocator,
            frame: 0,
            survival_frames,
            rows: Vec::new(),
            known: FxHashMap::default(),
            objects: Objects::new(),
            survivors: Survivors::default(),
        };
        let mut lookouts = lock();
        lookouts.push(lookout);
        ON.store(true, Ordering::Relaxed);
        Self { allocator }
    }

    /// The frame turns: calls `visit` with every row, which begins anew, and with what is known of promoted values by tag.
    pub(crate) fn turn(&self, mut visit: impl FnMut(Seen<'_>)) {
        let mut lookouts = lock();
        let Some(lookout) = lookouts.iter_mut().find(|lookout| lookout.allocator == self.allocator) else { return };
        let Lookout { frame, rows, objects, survivors, .. } = lookout;
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

impl Drop for Post {
    fn drop(&mut self) {
        let mut lookouts = lock();
        lookouts.retain(|lookout| lookout.allocator != self.allocator);
        ON.store(!lookouts.is_empty(), Ordering::Relaxed);
    }
}
