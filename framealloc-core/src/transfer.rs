//! Transfers: values on their way to another thread.

use core::any::type_name;
use core::fmt;

use crate::pool::Refused;
use crate::raw::frames::transfers::{Receipt, TransferCounters};
use crate::raw::pools::boxes::PoolBox;
use crate::{SmartAlloc, pool};

/// A value on its way to another thread: `Send + 'static`, in pool memory, to be received there.
///
/// A handle that is dropped unreceived drops the value, and is counted ([`TransferStats::dropped`](crate::TransferStats::dropped)): work that nobody
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
    /// First, so that the loss is counted before the value drops, which may panic.
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

impl<T: Send + 'static> fmt::Debug for TransferHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferHandle").field("type", &type_name::<T>()).finish_non_exhaustive()
    }
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
