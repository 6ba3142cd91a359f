//! Pins: what a thread holds while it walks a list.

#[cfg(not(framealloc_loom))]
pub(crate) use collector::{Pin, pin};
#[cfg(framealloc_loom)]
pub(super) use stand_in::begin;
#[cfg(framealloc_loom)]
pub(crate) use stand_in::{Pin, pin};

#[cfg(not(framealloc_loom))]
mod collector {
    use core::ptr::NonNull;
    use std::sync::LazyLock;

    use crossbeam_epoch::{Collector, Guard, LocalHandle};

    use crate::raw::global::zone::HeapZone;

    static COLLECTOR: LazyLock<Collector> = LazyLock::new(Collector::new);

    thread_local! {
        /// Made by the first pin of a thread, by one call of the global allocator.
        static HANDLE: LocalHandle = COLLECTOR.register();
    }

    /// Keeps what can be reached by way of a list where it is. It waits for nobody and nobody waits for it.
    ///
    /// Every 128th pin of a thread frees what was deferred long enough ago. A pin that is held keeps memory back that is
    /// deferred meanwhile, on all threads, so none is held for longer than one walk.
    #[derive(Debug)]
    pub(crate) struct Pin(Guard);

    /// Pins this thread.
    #[inline(never)]
    pub(crate) fn pin() -> Pin {
        let _growth = HeapZone::growth();
        // The thread may have ended its handle already: it is then a participant for this pin alone.
        Pin(HANDLE.try_with(LocalHandle::pin).unwrap_or_else(|_| COLLECTOR.register().pin()))
    }

    impl Pin {
        /// Calls `free` with `what` when nobody is pinned who was at the time of this call.
        ///
        /// # Safety
        /// That is sound on any thread, at any time after that.
        #[inline(never)]
        pub(in crate::raw::epochs) unsafe fn defer(&self, what: NonNull<u8>, free: unsafe fn(NonNull<u8>)) {
            let _growth = HeapZone::growth();
            // SAFETY: passed on. Two words: they need no memory of their own.
            unsafe { self.0.defer_unchecked(move || free(what)) };
        }
    }
}

/// What stands for the collector in models: what is deferred is called when nobody is pinned.
///
/// crossbeam-epoch can be built for loom itself, but its own interleavings would leave none of the model's budget for ours,
/// and it has models of its own. It orders little here, as crossbeam-epoch does: what was done under a pin comes before what is
/// freed after it, and a pin that begins after something was freed comes after the pins that had ended by then, so that it does
/// not find what they unlinked. A pin that begins before that learns nothing from those before it.
#[cfg(framealloc_loom)]
mod stand_in {
    use core::marker::PhantomData;
    use core::ptr::NonNull;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use crate::sync::{AcqRel, Acquire, AtomicUsize};

    type Deferred = (NonNull<u8>, unsafe fn(NonNull<u8>));

    struct State {
        /// Pins that ended: all that is ordered.
        ended: AtomicUsize,
        /// Not a lock of the model: nothing must be ordered by it.
        book: Mutex<Book>,
    }

    #[derive(Default)]
    struct Book {
        pinned: usize,
        deferred: Vec<Deferred>,
        has_freed: bool,
    }

    // SAFETY: what is deferred may be called on any thread, by the contract of `Pin::defer`.
    unsafe impl Send for State {}
    // SAFETY: what is deferred may be called on any thread, by the contract of `Pin::defer`.
    unsafe impl Sync for State {}

    loom::lazy_static! {
        static ref STATE: State = State { ended: AtomicUsize::new(0), book: Mutex::default() };
    }

    fn book() -> MutexGuard<'static, Book> {
        STATE.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the state. Whoever uses it later comes after this: done with the list, it orders nothing that its threads do.
    pub(in crate::raw::epochs) fn begin() {
        drop(book());
    }

    #[derive(Debug)]
    pub(crate) struct Pin(PhantomData<*const ()>);

    pub(crate) fn pin() -> Pin {
        let has_freed = {
            let mut book = book();
            book.pinned += 1;
            book.has_freed
        };
        if has_freed {
            STATE.ended.fetch_add(0, Acquire);
        }
        Pin(PhantomData)
    }

    impl Pin {
        pub(in crate::raw::epochs) unsafe fn defer(&self, what: NonNull<u8>, free: unsafe fn(NonNull<u8>)) {
            book().deferred.push((what, free));
        }
    }

    impl Drop for Pin {
        fn drop(&mut self) {
            // Other threads run before this and not from here to the end, so that nobody pins between the look and what is freed.
            STATE.ended.fetch_add(1, AcqRel);
            let deferred = {
                let mut book = book();
                book.pinned -= 1;
                if book.pinned > 0 || book.deferred.is_empty() {
                    return;
                }
                book.has_freed = true;
                core::mem::take(&mut book.deferred)
            };
            // SAFETY: by the contract of `defer`: nobody is pinned.
            deferred.into_iter().for_each(|(what, free)| unsafe { free(what) });
        }
    }
}
