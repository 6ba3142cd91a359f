//! Transfers, counted: how many are made in a frame, and what becomes of them.

use std::sync::Arc;

use crate::sync::{AtomicUsize, Mutex, Relaxed};

/// Counts on drop what became of a handle.
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
            self.counters.count_unreceived(self.type_name);
        }
    }
}

/// What happens to transfers between two ends of frames. Handles share it, and may outlive the allocator.
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

    fn count_unreceived(&self, type_name: &'static str) {
        let mut unreceived = self.unreceived.lock();
        // Under the lock, so that the end of a frame takes both or neither.
        self.dropped.fetch_add(1, Relaxed);
        match unreceived.iter_mut().find(|known| known.type_name == type_name) {
            Some(known) => known.count += 1,
            None => unreceived.push(UnreceivedTransfer { type_name, count: 1 }),
        }
    }

    /// Moves the figures of the frame that ends to `stats`.
    pub(crate) fn end_frame(&self, stats: &mut TransferStats) {
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
