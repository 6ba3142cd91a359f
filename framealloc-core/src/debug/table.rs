//! Tables by address.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::sync::Mutex;

const SHARDS: usize = 64;

/// What is known of the memory at an address. In parts, so that threads seldom wait for each other.
pub(crate) struct Table<V> {
    shards: [Mutex<HashMap<usize, V, FxBuildHasher>>; SHARDS],
}

impl<V> Table<V> {
    pub(crate) const fn new() -> Self {
        Self { shards: [const { Mutex::new(HashMap::with_hasher(FxBuildHasher)) }; SHARDS] }
    }

    /// The part that knows of `address`. Used inside [`quietly`](crate::raw::global::quiet::quietly) only, and no user code runs under the lock, but for the
    /// global allocator.
    pub(crate) fn with<R>(&self, address: usize, visit: impl FnOnce(&mut HashMap<usize, V, FxBuildHasher>) -> R) -> R {
        // Blocks are multiples of 8 bytes apart, objects of one size mostly of more.
        let shard = ((address >> 4) ^ (address >> 10)) % SHARDS;
        visit(&mut self.shards[shard].lock())
    }

    /// Writes down what is at `address`. Where the global allocator refuses memory for that, it is not known: a list of
    /// this feature is no reason to end the program.
    pub(crate) fn insert(&self, address: usize, value: V) {
        self.with(address, |known| {
            if known.try_reserve(1).is_ok() {
                known.insert(address, value);
            }
        });
    }

    /// Calls `visit` with all that is known, part by part, in no order.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(usize, &V)) {
        for shard in &self.shards {
            shard.lock().iter().for_each(|(address, value)| visit(*address, value));
        }
    }
}
