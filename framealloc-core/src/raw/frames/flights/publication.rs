//! The newest frame for whoever comes: one publisher replaces it, readers find it without a lock (I28 to I30).
//!
//! A reader says in a slot of its own that it is looking, then which edition it has; the publisher ends what no slot speaks of.
//! Nobody retries: reader and publisher both count in the slot, one after the other. Either the publisher finds what the reader said,
//! or the reader finds what the publisher published.

use core::cell::UnsafeCell;
use core::ptr::{NonNull, eq, null_mut};

use super::flight::Flight;
use crate::closed::{self, Owner};
use crate::panics::{Payload, first_panic, resume};
use crate::raw::frames::shared_name::Shared;
use crate::raw::global::zone::HeapZone;
use crate::sync::{AcqRel, Acquire, Arc, AtomicBool, AtomicPtr, AtomicUsize, Relaxed, Release, Witness};

/// A frame that was published (I28).
pub(crate) struct Edition<R: ?Sized> {
    value: NonNull<R>,
    flight: Option<Flight>,
    access: Witness,
}

impl<R: ?Sized> Edition<R> {
    #[inline]
    pub(crate) fn value(&self) -> &R {
        self.access.shared();
        // SAFETY: who has the edition keeps its flight, in whose frame the value was shared (I28).
        unsafe { self.value.as_ref() }
    }

    #[inline]
    pub(crate) fn flight(&self) -> Option<&Flight> {
        self.access.shared();
        self.flight.as_ref()
    }
}

/// What one reader reads, in lines that no other one writes to: processors fetch them in pairs.
#[repr(align(128))]
struct Slot<R: ?Sized> {
    /// The edition that the reader has; null: none; [`looking`]: it may get any (I29).
    reading: AtomicPtr<Edition<R>>,
    /// Looks of the reader and of the publisher: who counts later finds what the other did before (I29).
    looks: AtomicUsize,
    taken: AtomicBool,
    next: *mut Slot<R>,
}

/// No edition is there: they are boxes with a size.
#[inline]
fn looking<R: ?Sized>() -> *mut Edition<R> {
    NonNull::dangling().as_ptr()
}

/// Read by all readers, written once for each publication.
#[repr(align(128))]
struct Newest<R: ?Sized>(AtomicPtr<Edition<R>>);

/// One that readers may have.
struct Replaced<R: ?Sized> {
    edition: NonNull<Edition<R>>,
    is_read: bool,
}

/// What a publisher keeps.
struct Kept<R: ?Sized> {
    /// The oldest first.
    replaced: Vec<Replaced<R>>,
    /// Those without a flight, to be used again.
    spare: Vec<NonNull<Edition<R>>>,
}

/// What a publisher and its readers share.
struct Publication<R: ?Sized> {
    newest: Newest<R>,
    slots: AtomicPtr<Slot<R>>,
    kept: UnsafeCell<Kept<R>>,
}

// SAFETY: the values are `Send + Sync`, as they were shared, and are read by any thread and dropped by any that has them to itself
// (I28); slots are atomic, and `kept` is the publisher's or the last owner's (I30).
unsafe impl<R: ?Sized + Send + Sync> Send for Publication<R> {}
// SAFETY: likewise.
unsafe impl<R: ?Sized + Send + Sync> Sync for Publication<R> {}

// Each operation has its own state up to date before values drop.
impl<R: ?Sized> std::panic::RefUnwindSafe for Publication<R> {}

impl<R: ?Sized> Publication<R> {
    fn new() -> Self {
        Self {
            newest: Newest(AtomicPtr::new(null_mut())),
            slots: AtomicPtr::new(null_mut()),
            kept: UnsafeCell::new(Kept { replaced: Vec::new(), spare: Vec::new() }),
        }
    }

    /// A slot for a new reader: one that is free, or a new one.
    #[inline(never)]
    fn slot(&self) -> NonNull<Slot<R>> {
        let mut first = self.slots.load(Acquire);
        let mut next = first;
        // SAFETY: slots in the list live as long as `self`, and their `next` does not change (I30).
        while let Some(slot) = unsafe { next.as_ref() } {
            // Acquire: what the reader before it said comes before what this one says (I29).
            if !slot.taken.swap(true, Acquire) {
                return NonNull::from(slot);
            }
            next = slot.next;
        }
        let _growth = HeapZone::growth();
        closed::table_grows(Owner::Process, "readers of published frames", size_of::<Slot<R>>());
        let slot = Slot {
            reading: AtomicPtr::new(null_mut()),
            looks: AtomicUsize::new(0),
            taken: AtomicBool::new(true),
            next: first,
        };
        let slot = NonNull::from(Box::leak(Box::new(slot)));
        loop {
            // SAFETY: it is nobody else's before the exchange.
            unsafe { (*slot.as_ptr()).next = first };
            // Acquire: it comes after a look at the list that did not find the slot (I29).
            match self.slots.compare_exchange_weak(first, slot.as_ptr(), AcqRel, Relaxed) {
                Ok(_) => return slot,
                Err(now) => first = now,
            }
        }
    }

    /// The first slot. An exchange, so that a slot that is not found comes after it (I29).
    fn first_slot(&self) -> *mut Slot<R> {
        let mut first = self.slots.load(Relaxed);
        while let Err(now) = self.slots.compare_exchange_weak(first, first, AcqRel, Relaxed) {
            first = now;
        }
        first
    }

    /// Calls `found` with what each reader has, until it returns false. Returns whether it never did.
    fn all_readings(&self, mut found: impl FnMut(*mut Edition<R>) -> bool) -> bool {
        let mut next = self.first_slot();
        // SAFETY: slots in the list live as long as `self`, and their `next` does not change (I30).
        while let Some(slot) = unsafe { next.as_ref() } {
            // Before the slot is read: a reader that looks later finds what is the newest now; of one that looked before, the slot
            // is read as it was then, or later (I29).
            slot.looks.fetch_add(1, AcqRel);
            // Acquire: what the reader read before it said this comes before what is done about it.
            if !found(slot.reading.load(Acquire)) {
                return false;
            }
            next = slot.next;
        }
        true
    }
}

impl<R: ?Sized> Drop for Publication<R> {
    fn drop(&mut self) {
        let kept = self.kept.get_mut();
        let newest = NonNull::new(self.newest.0.load(Relaxed));
        let mut panicked = None;
        for edition in kept.replaced.drain(..).map(|replaced| replaced.edition).chain(newest) {
            // SAFETY: a box turned into a pointer; nobody else has anything of the publication any more (I28).
            let edition = unsafe { Box::from_raw(edition.as_ptr()) };
            edition.access.exclusive();
            first_panic(&mut panicked, edition.flight.and_then(Flight::drop_caught));
        }
        for edition in kept.spare.drain(..) {
            // SAFETY: a box turned into a pointer, in no other list.
            drop(unsafe { Box::from_raw(edition.as_ptr()) });
        }
        let mut next = self.slots.load(Relaxed);
        while let Some(slot) = NonNull::new(next) {
            // SAFETY: a box turned into a pointer; readers own the publication, so there are none (I30).
            let slot = unsafe { Box::from_raw(slot.as_ptr()) };
            next = slot.next;
        }
        resume(panicked);
    }
}

/// The one that publishes.
pub(crate) struct Publisher<R: ?Sized>(Arc<Publication<R>>);

impl<R: ?Sized> Publisher<R> {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Publication::new()))
    }

    pub(crate) fn reader(&self) -> Reader<R> {
        Reader { slot: self.0.slot(), publication: self.0.clone() }
    }

    fn kept(&mut self) -> &mut Kept<R> {
        // SAFETY: there is one publisher, and `self` is exclusive (I30).
        unsafe { &mut *self.0.kept.get() }
    }

    /// How many editions readers may have that are not the newest.
    pub(crate) fn replaced(&mut self) -> usize {
        self.kept().replaced.len()
    }

    /// Makes a value the newest that was shared in the frame of `flight`, which comes back if it was not.
    #[inline(never)]
    pub(crate) fn show(&mut self, flight: Flight, root: Shared<R>) -> Result<(), Flight> {
        if flight.resolve(root).is_none() {
            return Err(flight);
        }
        let kept = self.kept();
        let edition = if let Some(edition) = kept.spare.pop() {
            // SAFETY: a spare one is nobody else's (I28).
            let spare = unsafe { &mut *edition.as_ptr() };
            spare.access.exclusive();
            (spare.value, spare.flight) = (root.value, Some(flight));
            edition
        } else {
            let _growth = HeapZone::growth();
            closed::table_grows(Owner::Process, "published frames", size_of::<Edition<R>>());
            let edition = Edition { value: root.value, flight: Some(flight), access: Witness::new() };
            NonNull::from(Box::leak(Box::new(edition)))
        };
        let newest = &self.0.newest.0;
        // Only the publisher stores it.
        let replaced = newest.load(Relaxed);
        // Release: readers find the edition as it was written.
        newest.store(edition.as_ptr(), Release);
        if let Some(edition) = NonNull::new(replaced) {
            let _growth = HeapZone::growth();
            self.kept().replaced.push(Replaced { edition, is_read: false });
        }
        Ok(())
    }

    /// Ends the editions that were replaced and that no reader has, the oldest first. Returns the first panic of their values.
    pub(crate) fn end_unread(&mut self) -> Option<Payload> {
        if self.kept().replaced.is_empty() || !self.find_read() {
            return None;
        }
        let mut panicked = None;
        while let Some(flight) = self.take_unread() {
            // What values do in their drops finds the publication as it is: nothing of it is borrowed here (I9).
            first_panic(&mut panicked, flight.drop_caught());
        }
        panicked
    }

    /// Marks those that were replaced and that readers have. Returns false if a reader may get any of them.
    fn find_read(&mut self) -> bool {
        self.kept().replaced.iter_mut().for_each(|replaced| replaced.is_read = false);
        // SAFETY: there is one publisher, and `self` is exclusive (I30); looking at slots uses nothing of it.
        let kept = unsafe { &mut *self.0.kept.get() };
        self.0.all_readings(|edition| {
            for replaced in &mut kept.replaced {
                replaced.is_read |= eq(replaced.edition.as_ptr(), edition);
            }
            !eq(edition, looking())
        })
    }

    /// Takes the flight out of the oldest edition that was replaced and is not marked as read.
    #[inline(never)]
    fn take_unread(&mut self) -> Option<Flight> {
        let kept = self.kept();
        let index = kept.replaced.iter().position(|replaced| !replaced.is_read)?;
        let edition = kept.replaced.remove(index).edition;
        let _growth = HeapZone::growth();
        kept.spare.push(edition);
        // SAFETY: no reader has it or will (I29): it is the publisher's alone (I28).
        let edition = unsafe { &mut *edition.as_ptr() };
        edition.access.exclusive();
        edition.flight.take()
    }
}

impl<R: ?Sized> Drop for Publisher<R> {
    fn drop(&mut self) {
        resume(self.end_unread());
    }
}

/// One that reads.
pub(crate) struct Reader<R: ?Sized> {
    publication: Arc<Publication<R>>,
    slot: NonNull<Slot<R>>,
}

// SAFETY: the slot is used by whoever has the reader (I30), and what is reached through the publication may be read anywhere.
unsafe impl<R: ?Sized + Send + Sync> Send for Reader<R> {}
// SAFETY: a shared reader only makes others.
unsafe impl<R: ?Sized + Send + Sync> Sync for Reader<R> {}

impl<R: ?Sized> Reader<R> {
    #[inline]
    fn slot(&self) -> &Slot<R> {
        // SAFETY: slots live as long as the publication (I30).
        unsafe { self.slot.as_ref() }
    }

    /// The newest edition, for as long as the result lives, or `self` is not used again.
    #[inline]
    pub(crate) fn latest(&mut self) -> Option<Reading<'_, R>> {
        let slot = self.slot();
        // Relaxed: who finds this ends nothing, and the count publishes it.
        slot.reading.store(looking(), Relaxed);
        // A publisher that counts later finds what is stored above; one that counted before is found below (I29).
        slot.looks.fetch_add(1, AcqRel);
        // Acquire: the edition as it was written.
        let found = self.publication.newest.0.load(Acquire);
        // Release: what was read before, through a result that was forgotten, comes before the end of what that was. From here on it
        // holds this edition only, however long it is read.
        slot.reading.store(found, Release);
        let edition = NonNull::new(found)?;
        // SAFETY: the slot has it until `Reading` drops or `self` is used again, by when the borrow has ended; the publisher does not
        // end it before that (I29).
        Some(Reading { edition: unsafe { edition.as_ref() }, slot })
    }
}

impl<R: ?Sized> Clone for Reader<R> {
    fn clone(&self) -> Self {
        Self { slot: self.publication.slot(), publication: self.publication.clone() }
    }
}

impl<R: ?Sized> Drop for Reader<R> {
    fn drop(&mut self) {
        let slot = self.slot();
        // A result may have been forgotten.
        slot.reading.store(null_mut(), Release);
        // Release: whose slot it is next says what it does after this (I29).
        slot.taken.store(false, Release);
    }
}

/// An edition that a reader reads.
pub(crate) struct Reading<'r, R: ?Sized> {
    edition: &'r Edition<R>,
    slot: &'r Slot<R>,
}

// SAFETY: shared, it gives out `&T` of values that are `Sync`; dropped elsewhere, it stores into a slot that is not used before the
// borrow has ended.
unsafe impl<R: ?Sized + Send + Sync> Send for Reading<'_, R> {}
// SAFETY: likewise.
unsafe impl<R: ?Sized + Send + Sync> Sync for Reading<'_, R> {}

impl<R: ?Sized> Reading<'_, R> {
    #[inline]
    pub(crate) fn edition(&self) -> &Edition<R> {
        self.edition
    }
}

impl<R: ?Sized> Drop for Reading<'_, R> {
    #[inline]
    fn drop(&mut self) {
        // Release: what was read comes before what a publisher does that finds the slot idle.
        self.slot.reading.store(null_mut(), Release);
    }
}
