//! Lanes: what one thread retires and another one takes out, without an exchange between them (P14, P16).

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::ptr::{self, NonNull};
use std::alloc::{alloc, dealloc};

use super::chunk::{Chunk, Head, Kind, Retired, WORD, Word, words_of};
use crate::raw::global::zone::HeapZone;
use crate::sync::{AcqRel, Acquire, AtomicPtr, AtomicUsize, Relaxed, Release, Witness};

/// Holders of a lane that no thread has: its list.
const LIST: usize = 1;
/// Holders of one that a thread has.
const LIST_AND_THREAD: usize = 2;

/// What one thread adds to at a time: a queue of chunks, the values in them in the order they came.
///
/// What is the thread's and what is that of those who take out is in lines of its own: processors fetch them in pairs.
#[repr(C, align(128))]
pub(super) struct Lane {
    /// Values that were ever added. Written by the thread that has the lane.
    added: AtomicUsize,
    writer: UnsafeCell<Writer>,
    /// The list, and the thread that has the lane: who goes last frees it (P16).
    holders: AtomicUsize,
    pub(super) next: *mut Lane,
    access: Witness,
    taking: Taking,
}

#[repr(C, align(128))]
struct Taking {
    reader: UnsafeCell<Reader>,
    /// Chunks whose values were all taken out, for the thread to use again.
    free: AtomicPtr<Chunk>,
}

/// Of the thread that has the lane.
struct Writer {
    /// Where the next value goes.
    at: *mut Word,
    end: *mut Word,
    chunk: NonNull<Chunk>,
    /// Those that were free when this was last looked at.
    free: *mut Chunk,
    /// How many chunks the lane has.
    chunks: usize,
}

/// Of who holds the lock of the list.
struct Reader {
    /// Where the next value is, or will be.
    at: *mut Word,
    chunk: NonNull<Chunk>,
    /// Values that were ever taken out.
    taken: usize,
    /// How many had been added when this was last looked at.
    seen: usize,
}

impl Lane {
    /// One that the caller has, and that is in no list yet; `None` if the global allocator refuses.
    pub(super) fn make() -> Option<NonNull<Self>> {
        let chunk = Chunk::make()?;
        // SAFETY: a lane is not of size zero.
        let Some(lane) = NonNull::new(unsafe { alloc(Layout::new::<Self>()) }) else {
            // SAFETY: it was just made.
            unsafe { Chunk::free_all(chunk.as_ptr()) };
            return None;
        };
        let lane = lane.cast::<Self>();
        // SAFETY: it is a chunk.
        let (at, end) = unsafe { Chunk::bounds(chunk) };
        let new = Self {
            added: AtomicUsize::new(0),
            writer: UnsafeCell::new(Writer { at, end, chunk, free: ptr::null_mut(), chunks: 1 }),
            holders: AtomicUsize::new(LIST_AND_THREAD),
            next: ptr::null_mut(),
            access: Witness::new(),
            taking: Taking {
                reader: UnsafeCell::new(Reader { at, chunk, taken: 0, seen: 0 }),
                free: AtomicPtr::new(ptr::null_mut()),
            },
        };
        // SAFETY: the memory is new and fits.
        unsafe { lane.write(new) };
        Some(lane)
    }

    /// Makes the lane the caller's, if no thread has it.
    pub(super) fn claim(&self) -> bool {
        // Acquire: what the thread before wrote comes before what this one does.
        self.holders.compare_exchange(LIST, LIST_AND_THREAD, Acquire, Relaxed).is_ok()
    }

    /// Whether there is a list that the lane is in; of a lane that the caller has.
    pub(super) fn is_listed(&self) -> bool {
        self.holders.load(Relaxed) == LIST_AND_THREAD
    }

    /// One holder goes, the last one frees the lane.
    ///
    /// # Safety
    /// `lane` is the caller's, as the thread that has it or as its list, and not used by it again.
    pub(super) unsafe fn leave(lane: NonNull<Self>) {
        // SAFETY: by the contract it lives until the count is lowered; nothing else of it is borrowed, as the other holder may free it
        // right after that.
        let holders = unsafe { &(*lane.as_ptr()).holders };
        // Release: for the thread that claims it next, and for who frees it. Acquire: who frees it comes after the other.
        let before = holders.fetch_sub(1, AcqRel);
        if before == LIST {
            // SAFETY: nobody has it any more (P16). It was made with this layout.
            unsafe {
                (*lane.as_ptr()).access.exclusive();
                lane.drop_in_place();
                dealloc(lane.as_ptr().cast(), Layout::new::<Self>());
            }
        }
    }

    /// Adds a value. It comes back if the global allocator refuses a chunk.
    ///
    /// # Safety
    /// The calling thread has the lane, and values of the type [fit](super::chunk::fits).
    #[inline(always)]
    pub(super) unsafe fn add<T>(&self, value: T) -> Result<(), T> {
        self.access.shared();
        let writer = self.writer.get();
        // SAFETY: the writer's part is the calling thread's (P16), and no reference into it is alive. What is between `at` and `end`
        // is in its chunk and nobody's until it is counted (P14).
        unsafe {
            let room = (*writer).end.addr().wrapping_sub((*writer).at.addr());
            if room < words_of::<T>() * WORD && !self.turn() {
                return Err(value);
            }
            let at = (*writer).at;
            at.cast::<Head>().write(Head::of(Kind::of::<T>()));
            (*at.cast::<Head>()).access.exclusive();
            at.add(super::chunk::HEAD).cast::<T>().write(value);
            (*writer).at = at.add(words_of::<T>());
        }
        // Release: the value was written before it is counted.
        self.added.store(self.added.load(Relaxed).wrapping_add(1), Release);
        Ok(())
    }

    /// Goes on to another chunk, one whose values were taken out if there is any.
    ///
    /// # Safety
    /// The calling thread has the lane.
    #[cold]
    #[inline(never)]
    unsafe fn turn(&self) -> bool {
        let writer = self.writer.get();
        // SAFETY: the writer's part is the calling thread's (P16), and no reference into it is alive. `grow` may have come back here by
        // way of the global allocator: what that changed is read after it.
        unsafe {
            if (*writer).free.is_null() {
                // Acquire: what was in them was taken out before they are written to.
                (*writer).free = self.taking.free.swap(ptr::null_mut(), Acquire);
            }
            if (*writer).free.is_null() {
                self.grow();
            }
            let Some(next) = NonNull::new((*writer).free) else { return false };
            (*next.as_ptr()).access.exclusive();
            (*writer).free = (*next.as_ptr()).next;
            (*next.as_ptr()).next = ptr::null_mut();
            // A head fits there: that is where the chunk ends.
            (*writer).at.cast::<Head>().write(Head::of(ptr::null()));
            (*(*writer).at.cast::<Head>()).access.exclusive();
            (*(*writer).chunk.as_ptr()).next = next.as_ptr();
            ((*writer).at, (*writer).end) = Chunk::bounds(next);
            (*writer).chunk = next;
        }
        true
    }

    /// Makes a free chunk, and some more: where the values of a chunk begin differs from one time to the next, so that as many values
    /// may take more chunks another time.
    ///
    /// # Safety
    /// The calling thread has the lane.
    #[inline(never)]
    unsafe fn grow(&self) {
        let _growth = HeapZone::growth();
        let writer = self.writer.get();
        // SAFETY: the writer's part is the calling thread's (P16), and no reference into it is alive while a chunk is asked for; the
        // chunk that comes of it is nobody else's.
        unsafe {
            for _ in 0..2 + (*writer).chunks / 8 {
                let Some(made) = Chunk::make() else { return };
                (*made.as_ptr()).next = (*writer).free;
                (*writer).free = made.as_ptr();
                (*writer).chunks += 1;
            }
        }
    }

    /// Looks at what was added. Returns how many values wait.
    ///
    /// # Safety
    /// The lock of the list is held.
    pub(super) unsafe fn look(&self) -> usize {
        // Acquire: what is counted is written.
        let added = self.added.load(Acquire);
        // SAFETY: the reader's part belongs to who holds the lock (P16).
        unsafe {
            let reader = self.taking.reader.get();
            (*reader).seen = added;
            added.wrapping_sub((*reader).taken)
        }
    }

    /// How many values wait of those that were looked at.
    ///
    /// # Safety
    /// The lock of the list is held.
    pub(super) unsafe fn waiting(&self) -> usize {
        // SAFETY: the reader's part belongs to who holds the lock (P16).
        unsafe { (*self.taking.reader.get()).seen.wrapping_sub((*self.taking.reader.get()).taken) }
    }

    /// Takes out the oldest.
    ///
    /// # Safety
    /// The lock of the list is held, and a value is [waiting](Self::waiting).
    pub(super) unsafe fn take(&self) -> Retired {
        let reader = self.taking.reader.get();
        // SAFETY: the reader's part belongs to who holds the lock (P16). A value waits that was counted: what leads to it was written
        // before, and is not written again before the chunk is free (P14).
        unsafe {
            let mut head = (*reader).at.cast::<Head>();
            (*head).access.exclusive();
            if (*head).kind.is_null() {
                let done = (*reader).chunk;
                (*reader).chunk = NonNull::new_unchecked((*done.as_ptr()).next);
                (*reader).at = Chunk::bounds((*reader).chunk).0;
                self.give_back(done);
                head = (*reader).at.cast();
                (*head).access.exclusive();
            }
            let kind: &'static Kind = &*(*head).kind;
            let retired = Retired::take(head, kind);
            (*reader).at = (*reader).at.add(kind.words);
            (*reader).taken = (*reader).taken.wrapping_add(1);
            retired
        }
    }

    /// # Safety
    /// All values of the chunk were taken out, and the lock of the list is held.
    unsafe fn give_back(&self, chunk: NonNull<Chunk>) {
        let free = &self.taking.free;
        let mut first = free.load(Relaxed);
        // SAFETY: by the contract it is the caller's until the exchange.
        unsafe {
            (*chunk.as_ptr()).access.exclusive();
            loop {
                (*chunk.as_ptr()).next = first;
                // Release: what was in it was taken out before it is used again.
                match free.compare_exchange_weak(first, chunk.as_ptr(), Release, Relaxed) {
                    Ok(_) => return,
                    Err(now) => first = now,
                }
            }
        }
    }

    /// Frees the chunks, whose values are left alone.
    ///
    /// # Safety
    /// The list has the lane to itself: no thread adds to it again.
    pub(super) unsafe fn close(&self) {
        self.access.shared();
        // SAFETY: by the contract both parts are the list's now (P16).
        unsafe {
            Chunk::free_all((*self.taking.reader.get()).chunk.as_ptr());
            Chunk::free_all((*self.writer.get()).free);
            Chunk::free_all(self.taking.free.load(Relaxed));
        }
    }
}
