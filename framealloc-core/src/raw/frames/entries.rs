//! The arena sets of an allocator: which thread has which, and who may have it next.
//!
//! The list only grows, at its end, while the allocator is shared: whoever walks it and whoever comes needs no lock (I31).

use core::cell::UnsafeCell;
use core::ptr::{self, NonNull};
use std::sync::Arc;

use super::allocator::Inner;
pub(super) use super::claim::Access;
use super::claim::{Claim, Standing};
use super::thread_arenas::ThreadArenas;
use super::tls;
use crate::closed;
use crate::raw::global::zone::HeapZone;
use crate::sync::{AcqRel, Acquire, AtomicPtr, Witness};
use crate::thread_token;

/// An arena set without a thread gives its memory back after this many frames.
const IDLE_FRAMES: u32 = 64;

/// The arena sets of all threads, in the order they were made.
pub(super) struct Entries {
    first: AtomicPtr<Entry>,
}

/// An arena set and who has it.
pub(super) struct Entry {
    pub(super) arenas: NonNull<ThreadArenas>,
    next: AtomicPtr<Entry>,
    claim: Arc<Claim>,
    holder: UnsafeCell<Holder>,
    holder_use: Witness,
    published: UnsafeCell<Published>,
    published_use: Witness,
}

/// Written by the thread that takes the arena set, or with the allocator held exclusively.
#[derive(Default)]
struct Holder {
    name: Option<Arc<str>>,
    /// Set until the first end of a frame of the thread, which publishes its name.
    is_new: bool,
    /// Frames since the arena set lost its thread.
    idle: u32,
}

/// Whether a thread had the arena set in the last frame, its name and its bytes. Written with the allocator held exclusively,
/// at the end of the frame: a thread that comes while a frame is open does not stand for the one before it.
#[derive(Default)]
pub(super) struct Published {
    pub(super) is_listed: bool,
    pub(super) name: Option<Arc<str>>,
    pub(super) bytes: usize,
    pub(super) high_water: usize,
    /// Frames in which the thread took memory, and the bytes of all of them.
    pub(super) frames: u64,
    pub(super) total: u64,
}

impl Default for Entries {
    fn default() -> Self {
        Self { first: AtomicPtr::new(ptr::null_mut()) }
    }
}

impl Entries {
    /// The first entry. It, and each that follows, stays where it is for as long as the allocator lives (I31).
    pub(super) fn first(&self) -> Option<NonNull<Entry>> {
        NonNull::new(self.first.load(Acquire))
    }

    /// Those that there are, and those that come meanwhile.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        let mut place = &self.first;
        core::iter::from_fn(move || {
            // SAFETY: entries are not freed before the allocator (I31).
            let entry = unsafe { NonNull::new(place.load(Acquire))?.as_ref() };
            place = &entry.next;
            Some(entry)
        })
    }

    /// Adds an entry at the end.
    fn add(&self, entry: Entry) -> &Entry {
        let entry = NonNull::from(Box::leak(Box::new(entry)));
        // SAFETY: nobody else knows it.
        let new = unsafe { entry.as_ref() };
        new.published_use.exclusive();
        let mut place = &self.first;
        while let Err(there) = place.compare_exchange(ptr::null_mut(), entry.as_ptr(), AcqRel, Acquire) {
            // SAFETY: entries are not freed before the allocator (I31).
            place = unsafe { &(*there).next };
        }
        new
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        let mut next = self.first();
        while let Some(entry) = next {
            // SAFETY: the allocator is going away, and both are boxes turned into pointers that nobody else frees (I3, I31).
            unsafe {
                let entry = Box::from_raw(entry.as_ptr());
                next = entry.next();
                drop(Box::from_raw(entry.arenas.as_ptr()));
            }
        }
    }
}

impl Inner {
    /// Finds, claims or makes the arena set of this thread.
    #[inline(never)]
    pub(super) fn arenas_of_this_thread(&self, access: Access) -> NonNull<ThreadArenas> {
        let _growth = HeapZone::growth();
        let token = thread_token::token();
        let entries = self.entries();
        let mut free: Option<&Entry> = None;
        for entry in entries.iter() {
            match entry.claim.to(token) {
                Standing::Own if entry.claim.lend(token, access) => return entry.arenas,
                Standing::Free => free = free.or(Some(entry)),
                _ => {}
            }
        }
        // An idle arena set was reset with the allocator held exclusively, and of one that is not lent nothing is
        // borrowed: both can change hands by the exchange (I2, I22). Another thread may be faster.
        let reused = free.and_then(|first| {
            let mut others = entries.iter();
            if first.claim.take(token) { Some(first) } else { others.find(|entry| entry.claim.take(token)) }
        });
        let is_reused = reused.is_some();
        let entry = reused.unwrap_or_else(|| {
            closed::table_grows(self.sealed_by(), "threads", size_of::<ThreadArenas>() + size_of::<Entry>());
            let arenas = NonNull::from(Box::leak(Box::new(ThreadArenas::new(NonNull::from(self)))));
            entries.add(Entry::new(arenas, token))
        });
        entry.set_holder(Holder { name: std::thread::current().name().map(Arc::from), is_new: true, idle: 0 });
        if tls::end_at_exit(&entry.claim) {
            entry.claim.set_access(access);
        }
        if is_reused {
            // SAFETY: the arena set is this thread's from here on (I2).
            unsafe { entry.arenas.as_ref().end_open_phases() };
        }
        entry.arenas
    }
}

impl Entry {
    fn new(arenas: NonNull<ThreadArenas>, token: u64) -> Self {
        Self {
            arenas,
            next: AtomicPtr::new(ptr::null_mut()),
            claim: Arc::new(Claim::of(token)),
            holder: UnsafeCell::default(),
            holder_use: Witness::new(),
            published: UnsafeCell::default(),
            published_use: Witness::new(),
        }
    }

    /// The entry that was added after this one.
    pub(super) fn next(&self) -> Option<NonNull<Self>> {
        NonNull::new(self.next.load(Acquire))
    }

    fn set_holder(&self, holder: Holder) {
        self.holder_use.exclusive();
        // SAFETY: this thread has just taken the arena set (I31).
        unsafe { *self.holder.get() = holder };
    }

    /// The name of the thread.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    pub(super) unsafe fn name(&self) -> Option<&Arc<str>> {
        self.holder_use.shared();
        // SAFETY: by the contract.
        unsafe { (*self.holder.get()).name.as_ref() }
    }

    /// What others may see.
    pub(super) fn published(&self) -> &Published {
        self.published_use.shared();
        // SAFETY: it is written with the allocator held exclusively only, which the borrow of the entry keeps away (I31).
        unsafe { &*self.published.get() }
    }

    /// Lets the figures be those of the frame that ends, with so many bytes; called at the end of the frame, before the arena
    /// set can lose its thread.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    pub(super) unsafe fn publish(&self, bytes: usize) {
        self.holder_use.exclusive();
        self.published_use.exclusive();
        // SAFETY: by the contract; no user code runs here.
        let (holder, published) = unsafe { (&mut *self.holder.get(), &mut *self.published.get()) };
        published.bytes = bytes;
        published.is_listed = self.claim.is_taken();
        if core::mem::take(&mut holder.is_new) {
            published.name.clone_from(&holder.name);
            (published.high_water, published.frames, published.total) = (0, 0, 0);
        }
        published.high_water = published.high_water.max(bytes);
        published.frames += u64::from(bytes > 0);
        published.total += bytes as u64;
    }

    /// Takes the arena set from a thread that has ended; called at the end of the frame, right after the arena set was reset.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    pub(super) unsafe fn recycle(&self, arenas: &ThreadArenas) {
        self.holder_use.exclusive();
        // SAFETY: by the contract; no user code runs here.
        let holder = unsafe { &mut *self.holder.get() };
        if self.claim.give_up_if_over() {
            holder.idle = 0;
            // SAFETY: by the contract.
            unsafe { arenas.forget_budgets() };
        }
        if !self.claim.is_taken() {
            holder.idle = holder.idle.saturating_add(1);
            if holder.idle == IDLE_FRAMES && !arenas.inner().is_sealed() {
                // SAFETY: by the contract, and the arena set was just reset.
                unsafe { arenas.release() };
            }
        }
    }
}
