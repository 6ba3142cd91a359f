//! A flight: the memory and the values that an ended frame shared, held by whoever reads them.

use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::returns::Returns;
use crate::panics::{Payload, first_panic, resume};
use crate::raw::frames::lists::DropNode;
use crate::raw::frames::report::FrameReport;
use crate::raw::frames::shared_name::Shared;
use crate::raw::mem::chunk::Chunk;
use crate::raw::mem::poison::poison;
use crate::sync::{Acquire, AtomicUsize, Relaxed, Release, Witness};
use crate::tag::TagId;

/// More holders than this are a mistake that must not come around to none.
const MOST_HOLDERS: usize = isize::MAX.unsigned_abs();

/// The memory of one arena of shared values.
#[derive(Debug)]
pub(super) struct Parcel {
    /// The index of the arena set it is from, and the tag.
    pub(super) set: usize,
    pub(super) tag: TagId,
    pub(super) chunks: Vec<Chunk>,
    pub(super) dedicated: Vec<Chunk>,
}

impl Parcel {
    pub(super) const fn new() -> Self {
        Self { set: 0, tag: TagId::NONE, chunks: Vec::new(), dedicated: Vec::new() }
    }

    fn bytes(&self) -> usize {
        self.chunks.iter().chain(&self.dedicated).map(Chunk::size).sum()
    }
}

/// What a flight holds while it is under way; nothing when it is not.
#[derive(Debug, Default)]
pub(crate) struct Flying {
    pub(super) bytes: AtomicUsize,
    pub(super) reserved: AtomicUsize,
}

impl Flying {
    fn set(&self, bytes: usize, reserved: usize) {
        self.bytes.store(bytes, Relaxed);
        self.reserved.store(reserved, Relaxed);
    }
}

/// What the holders of a flight share. It is used again, with the lists that it has room for.
#[derive(Debug)]
pub(crate) struct FlightInner {
    holders: AtomicUsize,
    /// In the list of those that came back.
    pub(super) next: *mut FlightInner,
    pub(super) returns: Option<Arc<Returns>>,
    pub(super) allocator: u64,
    pub(super) frames_ended: u64,
    pub(super) report: FrameReport,
    pub(super) bytes: usize,
    /// For who asks the allocator. Apart, as the flight is somebody else's then.
    flying: Arc<Flying>,
    /// What drops, a list for each thread, newest first.
    pub(super) lists: Vec<*mut DropNode>,
    /// The first `used` hold memory.
    pub(super) parcels: Vec<Parcel>,
    pub(super) used: usize,
    access: Witness,
}

impl FlightInner {
    pub(super) fn new(flying: Arc<Flying>) -> Self {
        Self {
            holders: AtomicUsize::new(0),
            next: core::ptr::null_mut(),
            returns: None,
            allocator: 0,
            frames_ended: 0,
            report: FrameReport::default(),
            bytes: 0,
            flying,
            lists: Vec::new(),
            parcels: Vec::new(),
            used: 0,
            access: Witness::new(),
        }
    }

    /// Nobody else has it: tells loom.
    pub(super) fn is_ours(&self) {
        self.access.exclusive();
    }

    /// A parcel without memory.
    pub(super) fn parcel(&mut self, set: usize, tag: TagId) -> &mut Parcel {
        if self.used == self.parcels.len() {
            self.parcels.push(Parcel::new());
        }
        let parcel = &mut self.parcels[self.used];
        self.used += 1;
        (parcel.set, parcel.tag) = (set, tag);
        parcel
    }

    /// Gives blocks that are in chunks of their own back to the global allocator, and marks the rest as free: all values are gone.
    fn free(&mut self) {
        for parcel in &mut self.parcels[..self.used] {
            parcel.dedicated.clear();
            parcel.chunks.iter().for_each(|chunk| poison(chunk.start(), chunk.size()));
        }
    }
}

/// One holder of a flight.
pub(crate) struct Flight(NonNull<FlightInner>);

// SAFETY: a holder gives out `&T` of values that are `Send + Sync + 'static`, and the last one drops them, on any thread; what
// it changes besides is atomic, or nobody else's by then (I26).
unsafe impl Send for Flight {}
// SAFETY: a shared holder gives out `&T` of values that are `Sync`, and clones itself by an atomic count (I26).
unsafe impl Sync for Flight {}

impl Flight {
    /// The first holder of a flight that is loaded.
    ///
    /// # Safety
    /// `inner` is a box turned into a pointer and nobody else's; it holds what was taken out of arenas with the allocator held
    /// exclusively, and `returns` is that allocator's (I26).
    pub(super) unsafe fn start(inner: NonNull<FlightInner>, returns: Arc<Returns>) -> Self {
        // SAFETY: by the contract.
        let flight = unsafe { &mut *inner.as_ptr() };
        flight.is_ours();
        let reserved = flight.parcels[..flight.used].iter().map(Parcel::bytes).sum();
        flight.flying.set(flight.bytes, reserved);
        flight.holders = AtomicUsize::new(1);
        returns.add(flight.bytes);
        flight.returns = Some(returns);
        Self(inner)
    }

    #[inline]
    fn inner(&self) -> &FlightInner {
        // SAFETY: it changes only before there is a holder and after the last one (I26).
        let inner = unsafe { self.0.as_ref() };
        inner.access.shared();
        inner
    }

    pub(crate) fn report(&self) -> FrameReport {
        self.inner().report
    }

    pub(crate) fn bytes(&self) -> usize {
        self.inner().bytes
    }

    /// Returns the value if it was shared in the frame of this flight.
    #[inline]
    pub(crate) fn resolve<T: ?Sized>(&self, shared: Shared<T>) -> Option<&T> {
        let inner = self.inner();
        if shared.allocator != inner.allocator || shared.frames_ended != inner.frames_ended {
            return None;
        }
        // SAFETY: shared with this type in the frame of this flight (I25), which keeps the value as long as a holder is borrowed
        // (I26).
        Some(unsafe { shared.value.as_ref() })
    }

    /// Ends this holder. Returns the first panic of the values, which drop if it was the last one.
    pub(crate) fn drop_caught(self) -> Option<Payload> {
        let flight = ManuallyDrop::new(self);
        // SAFETY: it is not used again, and its drop does not run.
        unsafe { flight.end() }
    }

    /// Ends this holder. Returns the first panic of the values.
    ///
    /// # Safety
    /// The holder is not used again.
    #[inline]
    unsafe fn end(&self) -> Option<Payload> {
        // Acquire: the reads of holders that are gone come before the drops. The only one is the last one: there is nobody to clone
        // another, so that the common case needs no exchange.
        if self.inner().holders.load(Acquire) != 1 {
            // Release: what was read through this holder comes before the drops.
            if self.inner().holders.fetch_sub(1, Release) != 1 {
                return None;
            }
            // Acquire: as above. A load and not a fence, which race detectors cannot follow.
            self.inner().holders.load(Acquire);
        }
        // SAFETY: the last holder ends here (I26).
        unsafe { land(self.0) }
    }
}

impl Clone for Flight {
    fn clone(&self) -> Self {
        // Relaxed: who clones holds it, so that nothing is published by the count.
        if self.inner().holders.fetch_add(1, Relaxed) > MOST_HOLDERS {
            std::process::abort();
        }
        Self(self.0)
    }
}

impl Drop for Flight {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: it is dropped once.
        resume(unsafe { self.end() });
    }
}

/// Drops the values, newest first of each thread, and gives the memory back. Returns the first panic; by then all of that is done.
///
/// # Safety
/// There is no holder any more, and this is called once.
#[cold]
#[inline(never)]
unsafe fn land(inner: NonNull<FlightInner>) -> Option<Payload> {
    let mut panicked = None;
    // SAFETY: by the contract nobody else has it, and no reference into it is alive while a value drops (I9). Each node leaves its
    // list before its value drops.
    unsafe {
        (*inner.as_ptr()).is_ours();
        for index in 0..(&(*inner.as_ptr()).lists).len() {
            let mut list = (&(*inner.as_ptr()).lists)[index];
            while let Some(node) = NonNull::new(list) {
                list = (*node.as_ptr()).next;
                let drop = (*node.as_ptr()).drop;
                (&mut (*node.as_ptr()).trail).ends_in_flight();
                first_panic(&mut panicked, catch_unwind(AssertUnwindSafe(|| drop(node))).err());
            }
        }
        let flight = &mut *inner.as_ptr();
        flight.lists.clear();
        flight.free();
        let bytes = flight.bytes;
        flight.flying.set(0, 0);
        if let Some(returns) = flight.returns.take() {
            returns.give_back(inner, bytes);
        }
    }
    panicked
}
