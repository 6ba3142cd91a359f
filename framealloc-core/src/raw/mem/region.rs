//! Where frames and pools have their memory from: the region that was asked for at once, or the global allocator.
//!
//! The region is the process's, as pools are, and is never given back; what allocators asked for is added up while they
//! live. Whoever has a region configured is served from it as long as it has room.

use core::alloc::Layout;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::alloc::{alloc, dealloc};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::extents::{End, Extents, UNIT, size_of_piece};
use crate::closed::{self, Owner};
use crate::error::AllocError;

/// What a stretch is aligned to: slabs are.
const STRETCH_ALIGN: usize = 64 << 10;

/// A touched page of this many bytes is what `prefault` pays for up front.
const PAGE: usize = 4096;

/// The stretches that the region consists of: one, unless a later allocator asked for more.
#[derive(Debug)]
struct Region {
    stretches: Vec<Extents>,
    /// Bytes of all stretches, those that are being asked for included.
    bytes: usize,
    /// Bytes that living allocators want it to have.
    wanted: usize,
    /// The most bytes that were in use at once.
    peak: usize,
    /// Requests that it had no room for, and their bytes.
    missed: usize,
    missed_bytes: usize,
}

// SAFETY: what is free is nobody else's, whichever thread looks (I32).
unsafe impl Send for Region {}

static REGION: Mutex<Region> =
    Mutex::new(Region { stretches: Vec::new(), bytes: 0, wanted: 0, peak: 0, missed: 0, missed_bytes: 0 });

/// Bytes of the region: programs without one are spared the lock.
static BYTES: AtomicUsize = AtomicUsize::new(0);

fn lock() -> MutexGuard<'static, Region> {
    // Nothing below can panic between two changes, so a poisoned region is still whole.
    REGION.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there is a region.
fn is_there() -> bool {
    BYTES.load(Relaxed) > 0
}

/// Figures of the region that [`AllocConfig::with_region`](crate::AllocConfig::with_region) asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegionStats {
    /// Bytes of it.
    pub bytes: usize,
    /// Bytes that nobody has.
    pub left_bytes: usize,
    /// The most bytes that were in use at once.
    pub peak_bytes: usize,
    /// Requests that it had no room for. Where memory is not sealed, the global allocator served them.
    pub missed: usize,
    /// Their bytes.
    pub missed_bytes: usize,
}

/// The figures as of now.
pub(crate) fn stats() -> RegionStats {
    let region = lock();
    let Region { bytes, peak, missed, missed_bytes, .. } = *region;
    RegionStats { bytes, left_bytes: region.left(), peak_bytes: peak, missed, missed_bytes }
}

/// Bytes of the region that nobody has.
pub(crate) fn left() -> usize {
    if is_there() { lock().left() } else { 0 }
}

/// Who asks, and where it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// By whose seal it goes.
    pub(crate) owner: Owner,
    /// Whether it is served from the region, if there is one.
    pub(crate) in_region: bool,
}

impl Source {
    /// Pools, and what else the process has.
    pub(crate) const PROCESS: Self = Self { owner: Owner::Process, in_region: true };

    /// Whether what the region has no room for is refused.
    pub(crate) fn is_sealed(self) -> bool {
        closed::is_sealed(self.owner)
    }
}

/// Why there is no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The global allocator refused.
    Memory,
    /// Memory is sealed, and the region has no room.
    Sealed,
}

/// Whether a seal is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seal {
    Holds,
    /// A budget's policy sends to the heap what does not fit.
    Ignored,
}

/// Memory of this layout, which has a size.
pub(crate) fn take(layout: Layout, source: Source, end: End, seal: Seal) -> Result<NonNull<u8>, Refusal> {
    debug_assert!(layout.size() > 0, "nothing is no request");
    if source.in_region && is_there() {
        if let Some(piece) = lock().take(layout, end) {
            return Ok(piece);
        }
    }
    if seal == Seal::Holds && source.is_sealed() {
        return Err(Refusal::Sealed);
    }
    // SAFETY: the layout has a size.
    NonNull::new(unsafe { alloc(layout) }).ok_or(Refusal::Memory)
}

/// Gives memory back to where it is from.
///
/// # Safety
/// It was [taken](take) with this layout, and nobody uses it any more.
pub(crate) unsafe fn give(start: NonNull<u8>, layout: Layout) {
    if is_there() {
        let mut region = lock();
        let mut stretches = region.stretches.iter_mut();
        // A block of the global allocator is in no stretch: those are never given back.
        if let Some(stretch) = stretches.find(|stretch| stretch.contains(start.addr().get())) {
            if let Some(bytes) = size_of_piece(layout) {
                // SAFETY: by the contract; it is a piece of this stretch.
                unsafe { stretch.give(start, bytes) };
            }
            return;
        }
    }
    // SAFETY: by the contract; it is not the region's, so it is the global allocator's.
    unsafe { dealloc(start.as_ptr(), layout) };
}

/// Whether this memory is of the region.
pub(crate) fn contains(start: NonNull<u8>) -> bool {
    is_there() && lock().stretches.iter().any(|stretch| stretch.contains(start.addr().get()))
}

/// An allocator that lives wants the region to have `bytes` bytes for it: asks the global allocator for those that are missing.
pub(crate) fn claim(bytes: usize, prefault: bool) -> Result<(), AllocError> {
    let bytes = bytes.checked_next_multiple_of(UNIT).ok_or(AllocError::CapacityOverflow)?;
    let missing = {
        let mut region = lock();
        let wanted = region.wanted.checked_add(bytes).ok_or(AllocError::CapacityOverflow)?;
        let missing = wanted.saturating_sub(region.bytes);
        (region.wanted, region.bytes) = (wanted, region.bytes + missing);
        missing
    };
    // Not under the lock: the global allocator is the program's.
    let made = if missing == 0 { Ok(()) } else { add(missing, prefault) };
    if made.is_err() {
        let mut region = lock();
        region.wanted -= bytes;
        region.bytes -= missing;
    }
    made
}

/// The allocator is gone. What it wanted is there for the next one.
pub(crate) fn unclaim(bytes: usize) {
    if let Some(bytes) = bytes.checked_next_multiple_of(UNIT).filter(|bytes| *bytes > 0) {
        lock().wanted -= bytes;
    }
}

#[inline(never)]
fn add(bytes: usize, prefault: bool) -> Result<(), AllocError> {
    let layout = Layout::from_size_align(bytes, STRETCH_ALIGN).map_err(|_| AllocError::CapacityOverflow)?;
    // SAFETY: the layout has a size.
    let start = NonNull::new(unsafe { alloc(layout) }).ok_or(AllocError::OutOfMemory { asked: bytes })?;
    if prefault {
        for offset in (0..bytes).step_by(PAGE) {
            // SAFETY: the offset is inside of what was just asked for. Volatile, because the write has no reader and would be
            // dropped otherwise.
            unsafe { start.add(offset).write_volatile(0) };
        }
    }
    // SAFETY: it is that large, aligned to more than a unit, and never given back.
    let stretch = unsafe { Extents::new(start, bytes) };
    // A new list where the old one has no room: it is not to grow under the lock.
    let mut list: Vec<Extents> = Vec::with_capacity(1);
    loop {
        let mut region = lock();
        let wanted = region.stretches.len() + 1;
        if region.stretches.capacity() >= wanted {
            region.stretches.push(stretch);
            break;
        }
        if list.capacity() >= wanted {
            list.append(&mut region.stretches);
            list.push(stretch);
            core::mem::swap(&mut region.stretches, &mut list);
            break;
        }
        drop(region);
        list.reserve(wanted);
    }
    BYTES.fetch_add(bytes, Relaxed);
    Ok(())
}

impl Region {
    fn left(&self) -> usize {
        self.stretches.iter().map(Extents::free).sum()
    }

    fn take(&mut self, layout: Layout, end: End) -> Option<NonNull<u8>> {
        let piece = self.stretches.iter_mut().find_map(|stretch| stretch.take(layout, end));
        if piece.is_some() {
            self.peak = self.peak.max(BYTES.load(Relaxed) - self.left().min(BYTES.load(Relaxed)));
        } else {
            self.missed += 1;
            self.missed_bytes = self.missed_bytes.saturating_add(layout.size());
        }
        piece
    }
}
