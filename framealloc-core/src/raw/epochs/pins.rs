//! Pins: what a thread holds while it walks a list.

#[cfg(not(framealloc_loom))]
pub(crate) use collector::{Pin, pin};
#[cfg(framealloc_loom)]
pub(crate) use stand_in::{Pin, pin};

#[cfg(not(framealloc_loom))]
mod collector {
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
    pub(crate) fn pin() -> Pin {
        let _growth = HeapZone::growth();
        // The thread may have ended its handle already: it is then a participant for this pin alone.
        Pin(HANDLE.try_with(LocalHandle::pin).unwrap_or_else(|_| COLLECTOR.register().pin()))
    }

    impl Pin {
        /// Calls `free` when nobody is pinned who was at the time of this call.
        ///
        /// # Safety
        /// `free` is sound to call on any thread, at any time after that.
        pub(in crate::raw::epochs) unsafe fn defer(&self, free: impl FnOnce()) {
            let _growth = HeapZone::growth();
            // SAFETY: passed on.
            unsafe { self.0.defer_unchecked(free) };
        }
    }
}

/// What stands for the collector in models: what is deferred is called when nobody is pinned.
///
/// crossbeam-epoch can be built for loom itself, but its own interleavings would leave none of the model's budget for ours,
/// and it has models of its own.
#[cfg(framealloc_loom)]
mod stand_in {
    use core::marker::PhantomData;
    use std::sync::{Mutex, PoisonError};

    use crate::sync::{AcqRel, AtomicUsize};

    type Deferred = Box<dyn FnOnce()>;

    struct State {
        pinned: AtomicUsize,
        /// Not a lock of the model: nothing must be ordered by it.
        deferred: Mutex<Vec<Deferred>>,
    }

    // SAFETY: what is deferred may be called on any thread, by the contract of `Pin::defer`.
    unsafe impl Sync for State {}

    loom::lazy_static! {
        static ref STATE: State = State { pinned: AtomicUsize::new(0), deferred: Mutex::new(Vec::new()) };
    }

    #[derive(Debug)]
    pub(crate) struct Pin(PhantomData<*const ()>);

    pub(crate) fn pin() -> Pin {
        // Ordered after the pins that ended, or what they unlinked could still be found.
        STATE.pinned.fetch_add(1, AcqRel);
        Pin(PhantomData)
    }

    impl Pin {
        pub(in crate::raw::epochs) unsafe fn defer(&self, free: impl FnOnce()) {
            let free: Box<dyn FnOnce() + '_> = Box::new(free);
            // SAFETY: by the contract it may be called at any time.
            let free = unsafe { core::mem::transmute::<Box<dyn FnOnce() + '_>, Deferred>(free) };
            STATE.deferred.lock().unwrap_or_else(PoisonError::into_inner).push(free);
        }
    }

    impl Drop for Pin {
        fn drop(&mut self) {
            if STATE.pinned.fetch_sub(1, AcqRel) == 1 {
                let deferred = core::mem::take(&mut *STATE.deferred.lock().unwrap_or_else(PoisonError::into_inner));
                deferred.into_iter().for_each(|free| free());
            }
        }
    }
}
