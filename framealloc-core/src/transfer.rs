//! Transfers: values on their way to another thread.

use core::any::type_name;
use core::fmt;
use std::sync::Arc;

use crate::SmartAlloc;
use crate::pool::{self, PoolBox, Refused};
use crate::sync::{AtomicUsize, Mutex, Relaxed};

/// A value on its way to another thread: `Send + 'static`, in pool memory, to be received there.
///
/// A handle that is dropped unreceived drops the value, and is counted ([`TransferStats::dropped`]): work that nobody
/// picked up is usually a mistake.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let (worker, jobs) = std::sync::mpsc::channel();
/// let thread = std::thread::spawn(move || {
///     let job: framealloc_core::TransferHandle<[u32; 3]> = jobs.recv().unwrap();
///     job.receive().iter().sum::<u32>()
/// });
/// worker.send(alloc.frame_box_for_transfer([1, 2, 3])).unwrap();
/// assert_eq!(thread.join().unwrap(), 6);
/// ```
#[must_use = "a transfer that is dropped is lost"]
pub struct TransferHandle<T: Send + 'static> {
    /// First, so that the loss is booked before the value drops, which may panic.
    receipt: Receipt,
    value: PoolBox<T>,
}

impl<T: Send + 'static> TransferHandle<T> {
    /// Takes the value, which belongs to the receiver from now on.
    #[must_use = "the value is dropped with its box"]
    pub fn receive(mut self) -> PoolBox<T> {
        self.receipt.give();
        self.value
    }
}

/// Books on drop what became of a handle.
#[derive(Debug)]
pub(crate) struct Receipt {
    counters: Arc<TransferCounters>,
    type_name: &'static str,
    is_given: bool,
}

impl Receipt {
    /// The handle was received.
    pub(crate) fn give(&mut self) {
        self.is_given = true;
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if self.is_given {
            self.counters.received.fetch_add(1, Relaxed);
        } else {
            self.counters.book_unreceived(self.type_name);
        }
    }
}

impl<T: Send + 'static> fmt::Debug for TransferHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferHandle").field("type", &type_name::<T>()).finish_non_exhaustive()
    }
}

/// What happens to transfers between two turns. Handles share it, and may outlive the allocator.
#[derive(Debug, Default)]
pub(crate) struct TransferCounters {
    sent: AtomicUsize,
    received: AtomicUsize,
    dropped: AtomicUsize,
    unreceived: Mutex<Vec<UnreceivedTransfer>>,
}

impl TransferCounters {
    pub(crate) fn send(counters: &Arc<Self>, type_name: &'static str) -> Receipt {
        counters.sent.fetch_add(1, Relaxed);
        Receipt { counters: Arc::clone(counters), type_name, is_given: false }
    }

    fn book_unreceived(&self, type_name: &'static str) {
        let mut unreceived = self.unreceived.lock();
        // Under the lock, so that the turn takes both or neither.
        self.dropped.fetch_add(1, Relaxed);
        match unreceived.iter_mut().find(|known| known.type_name == type_name) {
            Some(known) => known.count += 1,
            None => unreceived.push(UnreceivedTransfer { type_name, count: 1 }),
        }
    }

    /// Moves the figures of the frame that ends to `stats`.
    pub(crate) fn turn(&self, stats: &mut TransferStats) {
        // Most frames have no transfers, and a load costs a tenth of an exchange.
        let take = |count: &AtomicUsize| match count.load(Relaxed) {
            0 => 0,
            _ => count.swap(0, Relaxed),
        };
        (stats.sent, stats.received, stats.dropped) = (take(&self.sent), take(&self.received), 0);
        stats.unreceived.clear();
        if self.dropped.load(Relaxed) > 0 {
            let mut unreceived = self.unreceived.lock();
            stats.dropped = take(&self.dropped);
            stats.unreceived.append(&mut unreceived);
        }
        // Never negative: handles are made through a shared allocator, so all that have arrived were seen to be sent.
        stats.in_flight = stats.in_flight + stats.sent - stats.received - stats.dropped;
    }
}

/// Transfers of the last frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferStats {
    /// Handles made.
    pub sent: usize,
    /// Handles received, whenever they were made.
    pub received: usize,
    /// Handles dropped unreceived.
    pub dropped: usize,
    /// Handles that were neither received nor dropped when the frame ended.
    pub in_flight: usize,
    /// Those dropped unreceived, by the type of their value.
    pub unreceived: Vec<UnreceivedTransfer>,
}

/// Handles of one type that were dropped unreceived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreceivedTransfer {
    /// The type of the value.
    pub type_name: &'static str,
    /// How many.
    pub count: usize,
}

impl SmartAlloc {
    /// Moves a value into pool memory, for another thread to receive.
    ///
    /// # Panics
    /// When the global allocator refuses a slab. The value is dropped.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn frame_box_for_transfer<T: Send + 'static>(&self, value: T) -> TransferHandle<T> {
        self.transfer(pool::boxed(value))
    }

    /// Like [`Self::frame_box_for_transfer`].
    ///
    /// # Errors
    /// When the global allocator refuses a slab. The error has the value.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_frame_box_for_transfer<T: Send + 'static>(&self, value: T) -> Result<TransferHandle<T>, Refused<T>> {
        pool::try_boxed(value).map(|value| self.transfer(value))
    }

    /// Hands a value that is in a pool already to another thread.
    pub fn transfer<T: Send + 'static>(&self, value: PoolBox<T>) -> TransferHandle<T> {
        TransferHandle { receipt: TransferCounters::send(&self.inner().transfers, type_name::<T>()), value }
    }
}
